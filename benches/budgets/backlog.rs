//! The daemon and a backlog: the start with a large journal, a million events to catch up, and the memory before and after.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::contenders::has_journals;
use crate::daemon::as_its_unit;
use crate::figures::{memory, middle_and_high, processor, timed};
use crate::inputs::{folder, much, size};
use crate::logs::truth::Truth;
use crate::logs::{Mix, SECOND, generate, write};
use crate::support::program::{Daemon, World};
use crate::{Row, row};

/// How many events are caught up.
const EVENTS: u64 = 1_000_000;

/// How many entries come before the position in the journal: with the events after it more than 1 GiB.
const BEFORE: u64 = 650_000;

/// How often it is started at the same position.
const STARTS: usize = 10;

/// How long the memory is left to settle.
const SETTLED: Duration = Duration::from_secs(3);

/// The backlog's events are of somewhat more than so many seconds, up to now: the last are still told one by one.
const SPAN: u64 = 2_000;

/// A zone in which it is about noon, so that no day ends while the backlog is counted.
fn noon() -> String {
    let hour: i64 = chrono::Utc::now().format("%H").to_string().parse().unwrap();
    // POSIX counts westwards: Etc/GMT-3 is three hours ahead.
    let west = hour - 12;
    format!("timezone = \"Etc/GMT{west:+}\"\n")
}

/// So many events that end so many seconds ago.
fn past(lines: u64, seconds_ago: u64, seed: u64) -> Mix {
    let now = chrono::Utc::now().timestamp_micros().unsigned_abs();
    let mut mix = Mix {
        lines,
        pace: lines as f64 / SPAN as f64,
        seed,
        ..Mix::default()
    };
    let mut end = mix.begin;
    generate(&mix, &mut |at, _| end = at);
    mix.begin += now - seconds_ago * SECOND - end;
    mix
}

fn prepared(mut world: World) -> World {
    world.config = noon() + &world.config;
    let names = (0..Mix::default().partners).map(crate::logs::partner::name);
    world.users = format!("users = {:?}", names.collect::<Vec<_>>());
    world
}

/// Starts it where nothing counts yet, until it has said so at Slack and has read the past, which a busy machine takes long for.
fn started(world: &World) -> Daemon {
    let daemon = as_its_unit(world);
    daemon.listen();
    world.told("Surveillance active");
    while !world.said().contains("reading has reached the present") {
        std::thread::sleep(Duration::from_millis(20));
    }
    daemon
}

/// The state as it is now.
pub(crate) fn state(world: &World) -> Value {
    let text = std::fs::read_to_string(world.path("state/daily.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Starts it with the backlog before it, and waits until all of it is counted. The row, and the running daemon.
fn caught_up(world: &World, truth: &Truth, what: &str) -> (Row, Daemon) {
    let begun = Instant::now();
    let daemon = as_its_unit(world);
    daemon.listen();
    loop {
        let state = state(world);
        let unknown = state["unknown_attempts"].as_u64().unwrap_or(0);
        let wrong = truth.differences(&state["partners"], unknown, true);
        if wrong.is_empty() {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "the state never held what the log holds: {wrong:?}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let took = processor(daemon.child.id());
    println!(
        "{} {what} caught up in {:.1?}, with {took:.2?} of processor time\n",
        truth.lines,
        begun.elapsed()
    );
    let work = format!(
        "the daemon catching up {} {what}, processor time",
        truth.lines
    );
    (
        row(
            &work,
            "3 s",
            "1.5 s",
            format!("{:.2} s", took.as_secs_f64()),
        ),
        daemon,
    )
}

fn resident(daemon: &Daemon, what: &str) -> String {
    std::thread::sleep(SETTLED);
    let [now, anonymous, most] = memory(daemon.child.id());
    println!(
        "{what}: {now:.1} MiB resident, {anonymous:.1} of them not of files, at most {most:.1}\n"
    );
    format!("{now:.1} MiB")
}

/// A backlog of an auth.log.
pub(crate) fn of_log() -> Vec<Row> {
    let world = prepared(World::new());
    started(&world).stop();
    let truth = write::auth_log(&past(much(EVENTS), 1, 2), &world.log());
    let (row, daemon) = caught_up(&world, &truth, "lines of auth.log");
    resident(&daemon, "Memory after them");
    daemon.stop();
    vec![row]
}

/// A backlog in the second half of a journal of 1 GiB.
pub(crate) fn of_journal() -> Vec<Row> {
    if !has_journals() {
        return Vec::new();
    }
    let folder = folder();
    let journal = folder.path().join("journal");
    write::journal(&past(much(BEFORE), 2 * SPAN, 1), &journal, 1);
    let world = prepared(World::of_journal(&journal));
    let daemon = started(&world);
    let idle = resident(&daemon, "Memory, idle on a journal");
    daemon.stop();
    let truth = write::journal(&past(much(EVENTS), 1, 2), &journal, 1);
    let [state, kept] = [world.path("state"), folder.path().join("state")];
    copy(&state, &kept);
    let mut times: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let (daemon, took) = timed(|| as_its_unit(&world));
            daemon.kill();
            copy(&kept, &state);
            took
        })
        .collect();
    let (middle, high) = middle_and_high(&mut times);
    let size = size(&journal) >> 20;
    println!(
        "Start to READY, position in the middle of {size} MiB of journal: {middle:.1?}, at most {high:.1?}\n"
    );
    let (caught_up, daemon) = caught_up(&world, &truth, "journal entries");
    let after = resident(&daemon, "Memory after them");
    daemon.stop();
    let ready = format!("{:.0} ms", middle.as_secs_f64() * 1e3);
    vec![
        caught_up,
        row("resident, idle on a journal", "10 MiB", "8 MiB", idle),
        row(
            "resident, after a million journal entries",
            "20 MiB",
            "12 MiB",
            after,
        ),
        row(
            &format!("start to READY, position in the middle of {size} MiB of journal"),
            "200 ms",
            "50 ms",
            ready,
        ),
    ]
}

/// Copies a directory in place of another.
fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    let done = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(done.unwrap().success());
}
