//! The daemon at work and idle: how soon an alert is at Slack, and how often it wakes up.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::contenders::has_journals;
use crate::figures::{middle_and_high, waits};
use crate::inputs::much;
use crate::support::journal::{Boot, Journals};
use crate::support::program::{Daemon, World};
use crate::{Row, row};

/// How many alerts are timed.
const ALERTS: u64 = 50;

/// Between two of them: Slack takes one a second, and the program keeps to it.
const BETWEEN: Duration = Duration::from_millis(1_150);

/// Each log-in is told at once.
const EACH: &str = "[alerts]\ngroup-window = \"0s\"\nmax-per-hour = 3600\n";

/// How long it is watched while nothing happens.
const WATCHED: Duration = Duration::from_secs(30);

/// Starts the daemon in the environment that its unit sets, and waits until it says that it is ready.
pub(crate) fn as_its_unit(world: &World) -> Daemon {
    let mut command = world.command(&["run"]);
    command.stderr(world.log_file());
    for line in include_str!("../../units/sftp-monitor.service").lines() {
        if let Some((name, value)) =
            (line.strip_prefix("Environment=")).and_then(|set| set.split_once('='))
        {
            command.env(name, value);
        }
    }
    world.ready(command)
}

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
pub(crate) fn latency() -> Vec<Row> {
    let mut world = World::new();
    world.config += EACH;
    let shown = Shown::by(Command::new("tail").args(["-n0", "-F"]).arg(world.log()));
    let accepted = "Accepted password for alice from 192.0.2.7 port 5 ssh2";
    let of_log = alerts(&world, &shown, "`tail -F`", &mut |n| {
        world.write(&format!("sshd[{}]: {accepted}", 100 + n));
    });
    let Some(journals) = has_journals().then(Journals::new).flatten() else {
        return vec![of_log];
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
    let of_journal = alerts(&world, &shown, "`journalctl -f`", &mut |n| {
        boot.clock = chrono::Utc::now().timestamp_micros().unsigned_abs();
        live.append(&boot.sshd(100 + n, accepted));
    });
    vec![of_log, of_journal]
}

fn alerts(world: &World, shown: &Shown, by: &str, write: &mut dyn FnMut(u32)) -> Row {
    let daemon = as_its_unit(world);
    daemon.listen();
    world.told("Surveillance active");
    let alerts = usize::try_from(much(ALERTS)).unwrap();
    let (mut written, mut after_shown) = (Vec::new(), Vec::new());
    for n in 0..alerts {
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
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let (middle, high) = middle_and_high(&mut written);
    println!(
        "{alerts} alerts, at Slack after the line was written: {:.1} ms, 99 % within {:.1}\n",
        millis(middle),
        millis(high)
    );
    let (middle, high) = middle_and_high(&mut after_shown);
    row(
        &format!("a log-in's alert at Slack after {by} shows the line, median / 99 %"),
        "15 / 60 ms",
        "5 / 20 ms",
        format!("{:.1} / {:.1} ms", millis(middle), millis(high)),
    )
}

/// How often it wakes up while nothing happens, with the watchdog that its unit sets.
pub(crate) fn idle() -> Vec<Row> {
    let mut rows = vec![wake_ups("an auth.log", &World::new())];
    if let Some(journals) = has_journals().then(Journals::new).flatten() {
        journals.write("system.journal", &[Boot::number(1).other("a journal")]);
        rows.push(wake_ups("a journal", &World::of_journal(journals.path())));
    }
    rows
}

fn wake_ups(what: &str, world: &World) -> Row {
    let mut command = world.command(&["run"]);
    command
        .env("WATCHDOG_USEC", "60000000")
        .stderr(world.log_file());
    let daemon = world.ready(command);
    daemon.listen();
    world.told("Surveillance active");
    std::thread::sleep(Duration::from_secs(5));
    let before = waits(daemon.child.id());
    std::thread::sleep(WATCHED);
    let woke = (waits(daemon.child.id()) - before) as f64 / WATCHED.as_secs_f64();
    daemon.stop();
    let work = format!("wake-ups a second, idle on {what}");
    row(
        &work,
        "1",
        "the watchdog's alone: 0.03",
        format!("{woke:.2}"),
    )
}
