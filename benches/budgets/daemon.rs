//! The daemon: how soon an alert is at Slack, what it keeps in memory, and how often it wakes up.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::figures::{middle_and_high, status, waits};
use crate::logs;
use crate::support::journal::{Boot, Journals};
use crate::support::program::World;

/// How many alerts are timed.
const ALERTS: usize = 40;

/// Between two of them: Slack takes one a second, and the program keeps to it.
const BETWEEN: Duration = Duration::from_millis(1_300);

/// Each log-in is told at once.
const EACH: &str = "[alerts]\ngroup-window = \"0s\"\nmax-per-hour = 3600\n";

/// How long it is watched while nothing happens.
const WATCHED: Duration = Duration::from_secs(20);

/// Another program that shows lines as they come.
struct Shown {
    child: Child,
    lines: Receiver<Instant>,
}

impl Shown {
    fn by(command: &mut Command) -> Shown {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for _ in out.lines() {
                let _ = sender.send(Instant::now());
            }
        });
        Shown { child, lines }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// From the line to the post, beside what `tail -F` and `journalctl -f` need to show it.
pub(crate) fn latency() {
    let mut world = World::new();
    world.config += EACH;
    let shown = Shown::by(Command::new("tail").args(["-n0", "-F"]).arg(world.log()));
    let accepted = "Accepted password for alice from 192.0.2.7 port 5 ssh2";
    alerts(&world, &shown, "tail -F", &mut |n| {
        world.write(&format!("sshd[{}]: {accepted}", 100 + n));
    });
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write("system.journal", &[boot.other("a journal")]);
    let mut live = journals.follow("system.journal");
    let mut world = World::of_journal(journals.path());
    world.config += EACH;
    let mut follow = Command::new("journalctl");
    let follow = follow
        .args(["-f", "-n0", "-o", "cat", "-D"])
        .arg(journals.path());
    let shown = Shown::by(follow);
    alerts(&world, &shown, "journalctl -f", &mut |n| {
        boot.clock = chrono::Utc::now().timestamp_micros().unsigned_abs();
        live.append(&boot.sshd(100 + n, accepted));
    });
}

fn alerts(world: &World, shown: &Shown, by: &str, write: &mut dyn FnMut(u32)) {
    let daemon = world.daemon();
    daemon.listen();
    world.told("Surveillance active");
    let (mut written, mut after_shown) = (Vec::new(), Vec::new());
    for n in 0..ALERTS {
        std::thread::sleep(BETWEEN);
        let begun = Instant::now();
        write(u32::try_from(n).unwrap());
        let posts = world.slack.wait_for(n + 2);
        let at = posts.last().unwrap().at;
        written.push(at.duration_since(begun));
        // Where it is shown later than Slack has it, the alert came at once.
        let seen = shown.lines.recv_timeout(Duration::from_secs(5)).unwrap();
        after_shown.push(at.saturating_duration_since(seen));
    }
    daemon.stop();
    for (what, times) in [
        ("the line was written", &mut written),
        (&*format!("{by} shows it"), &mut after_shown),
    ] {
        let (middle, high) = middle_and_high(times);
        println!("  at Slack after {what:24} {middle:.1?}, 99 % within {high:.1?}");
    }
}

/// What it keeps in memory.
pub(crate) fn memory() {
    let world = World::new();
    let daemon = world.daemon();
    daemon.listen();
    world.told("Surveillance active");
    let pid = daemon.child.id();
    let figures = |what: &str| {
        let (now, most) = (status(pid, "VmRSS"), status(pid, "VmHWM"));
        println!("  {what:28} {now} KiB, at most {most} KiB so far");
    };
    figures("idle");
    let lines = 1_000_000;
    world.write_raw(&logs::guesses(lines / 2));
    world.write_raw(&logs::sessions(lines / 2));
    let begun = Instant::now();
    while state(&world)["partners"]["bob"]["upload"] != lines / 16 {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "never counted: {}",
            world.said()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    figures("after a million lines");
    println!("  which took {:.1?}", begun.elapsed());
    daemon.stop();
}

/// The state as it is now.
pub(crate) fn state(world: &World) -> serde_json::Value {
    let text = std::fs::read_to_string(world.path("state/daily.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// How often it wakes up while nothing happens.
pub(crate) fn idle() {
    let Some(journals) = Journals::new() else {
        return;
    };
    journals.write("system.journal", &[Boot::number(1).other("a journal")]);
    for (what, world) in [
        ("auth.log", World::new()),
        ("a journal", World::of_journal(journals.path())),
    ] {
        let daemon = world.daemon();
        daemon.listen();
        world.told("Surveillance active");
        std::thread::sleep(Duration::from_secs(2));
        let before = waits(daemon.child.id());
        std::thread::sleep(WATCHED);
        let woke = waits(daemon.child.id()) - before;
        println!("  {what:28} {woke} wake-ups in {} s", WATCHED.as_secs());
        daemon.stop();
    }
}
