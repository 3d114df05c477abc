//! The daemon's loop: whatever keeps it busy, or fails, all the rest has its turn.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::fs::FlockOperation;
use support::program::World;
use support::service::{obstacle, wait_for, watched};

const LOGIN: &str = "sshd[100]: Accepted password for alice from 192.0.2.7 port 5000 ssh2";

#[test]
fn of_a_long_backlog_the_watchdog_and_signals_have_their_turn_between_two_batches() {
    const LINES: u64 = 40_000;
    let world = World::new();
    let stamp = chrono::Local::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, false);
    let login = |number| {
        format!(
            "{stamp} sftp1 {}\n",
            LOGIN.replace("100", &format!("{number}"))
        )
    };
    world.write_raw(&(1..=LINES).map(login).collect::<String>());
    let mut daemon = watched(&world, &["run", "--from-start"], Stdio::piped(), &[]);
    let log = daemon.child.stderr.take().unwrap();
    let mut log = BufReader::new(log).lines().map(Result::unwrap);
    let mut logins = log.by_ref().filter(|line| line.starts_with("login: alice"));
    let counted = |more_than: u64| {
        let counted = |state: &serde_json::Value| state["partners"]["alice"]["success"].as_u64();
        let state = world.state(|state| counted(state).is_some_and(|count| count > more_than));
        counted(&state).unwrap()
    };
    // What is counted is said in more lines than a pipe holds: the loop goes on as they are read here, and the next batch is
    // there long before.
    let mut before = 0;
    for round in 0..3 {
        let now = counted(before);
        let fed = daemon
            .told()
            .iter()
            .filter(|told| told.contains("WATCHDOG=1"))
            .count();
        assert!(fed > 0, "after {round} batches nothing fed the watchdog");
        std::thread::sleep(Duration::from_millis(1_500));
        if round == 2 {
            daemon.signal("-TERM");
        }
        for _ in before..now {
            logins.next().unwrap();
        }
        before = now;
    }
    drop(logins);
    log.for_each(drop);
    assert!(daemon.child.wait().unwrap().success());
    let text = std::fs::read_to_string(world.path("state/daily.json")).unwrap();
    let state: serde_json::Value = serde_json::from_str(&text).unwrap();
    let counted = state["partners"]["alice"]["success"].as_u64().unwrap();
    assert!(
        counted < LINES,
        "all {counted} were counted before it ended"
    );
}

#[test]
fn the_watchdog_is_fed_while_another_process_holds_the_lock() {
    let world = World::new();
    let daemon = watched(&world, &["run"], world.log_file().into(), &[]);
    daemon.tells("READY=1");
    world.told("Surveillance active");
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    let lock = std::fs::File::open(world.path("state/.state.lock")).unwrap();
    rustix::fs::flock(&lock, FlockOperation::LockExclusive).unwrap();
    world.write(LOGIN);
    std::thread::sleep(Duration::from_millis(500));
    drop(daemon.told());
    wait_for(&world, "another process has held");
    let told = daemon.told();
    let fed = told.iter().filter(|told| told.contains("WATCHDOG=1"));
    assert!(fed.count() > 1, "{told:?}");
    drop(lock);
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    wait_for(&world, "the state can be written again");
    daemon.stop();
}

#[test]
fn what_a_commit_tells_is_said_once_however_often_it_is_tried() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("Surveillance active");
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    let obstacle = obstacle(&world);
    world.write(&"x".repeat(200_000));
    wait_for(&world, "nothing is lost, trying again");
    std::thread::sleep(Duration::from_secs(2));
    let told = "entries could not be read";
    assert_eq!(world.said().matches(told).count(), 0, "{}", world.said());
    std::fs::remove_dir(obstacle).unwrap();
    wait_for(&world, told);
    daemon.stop();
    assert_eq!(world.said().matches(told).count(), 1, "{}", world.said());
}

/// Waits until the loop has come to its watchdog twice more: it says so in the time of this file, fed or not.
fn two_turns(world: &World) {
    let said = || {
        let metadata = std::fs::metadata(world.path("state/.run.lock"));
        metadata.unwrap().modified().unwrap()
    };
    for _ in 0..2 {
        let before = said();
        while said() == before {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_reader_that_fails_feeds_no_watchdog_though_the_clock_was_set_back() {
    let world = World::new();
    let (preloaded, set) = (world.path("clock_set.so"), world.path("set"));
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/clock_set.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]);
    let built = compiler.arg(&preloaded).arg(source).status().unwrap();
    assert!(built.success(), "{source} is built");
    let around = [("LD_PRELOAD", preloaded.as_path()), ("CLOCK_SET", &set)];
    let daemon = watched(&world, &["run"], world.log_file().into(), &around);
    daemon.tells("READY=1");
    std::fs::rename(world.log(), world.path("away")).unwrap();
    std::fs::create_dir(world.log()).unwrap();
    wait_for(&world, "the log cannot be read");
    two_turns(&world);
    let fed = |told: &String| told.contains("WATCHDOG=1");
    assert!(daemon.told().iter().any(fed), "{}", world.said());
    std::fs::write(set, "").unwrap();
    two_turns(&world);
    drop(daemon.told());
    two_turns(&world);
    let told = daemon.told();
    assert!(!told.iter().any(fed), "{told:?}");
    daemon.stop();
}

#[test]
fn a_state_that_cannot_be_written_is_told_in_slack_once_and_that_it_can_be_again() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("Surveillance active");
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    let obstacle = obstacle(&world);
    world.write(LOGIN);
    world.told("🚨 La surveillance de sftp1 ne peut plus rien enregistrer");
    daemon.tells("STATUS=trouble: the state cannot be written: ");
    std::fs::remove_dir(obstacle).unwrap();
    world.told("✅ Alice s'est connecté");
    let texts = world.told("✅ La surveillance de sftp1 enregistre à nouveau");
    let begun = texts.iter().filter(|text| text.starts_with("🚨"));
    assert_eq!(begun.count(), 1, "{texts:#?}");
    daemon.stop();
}
