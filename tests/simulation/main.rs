//! Crashes, power cuts, full disks, lost replies, vacuumed journals, clocks that are set and digests at any moment, over the
//! real rules, alerts, state, outbox, events and digest: nothing is lost, nothing is counted twice. `SIMULATION_SEEDS=N` tries more
//! seeds, `SIMULATION_SEED=n` one of them.

mod clock;
mod daemon;
mod dice;
mod disk;
mod edits;
mod journal;
mod machine;
mod receiver;
mod sabotage;
mod slack;
mod users;
mod verdict;
mod writer;

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use chrono::{DateTime, FixedOffset};
use disk::World;
use machine::{ACTIONS, Simulation};
use sabotage::Fault;
use sftp_monitor::adapters::store::Store;

/// How many seeds an ordinary run tries.
const SEEDS: u64 = 2_000;
/// How many seeds a deliberate fault may take to be found.
const SEEDS_TO_FIND_A_FAULT: u64 = 400;

/// Sends the program's own log nowhere, unless one seed is played alone: it would be the log of thousands of crashes.
fn hush() {
    if env::var_os("SIMULATION_SEED").is_none() {
        let nowhere = std::fs::File::create("/dev/null").expect("there is /dev/null");
        rustix::stdio::dup2_stderr(nowhere).expect("it is opened");
    }
}

/// Plays one seed.
fn play(seed: u64, fault: Fault) -> Result<(), String> {
    static HUSHED: std::sync::Once = std::sync::Once::new();
    HUSHED.call_once(hush);
    let played = catch_unwind(AssertUnwindSafe(|| {
        let simulation = Simulation::new(seed, fault);
        for _ in 0..ACTIONS {
            simulation.act();
        }
        simulation.rest();
        simulation.verdict()
    }));
    played.unwrap_or_else(|_| Err("it panicked".to_owned()))
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable)
        .ok()
        .map(|value| value.parse().expect("a number"))
}

#[test]
fn nothing_is_lost_or_counted_twice_whatever_breaks() {
    let seeds = match number("SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIMULATION_SEEDS").unwrap_or(SEEDS),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let wrong = |first| {
        let mut seeds = seeds.clone().skip(first).step_by(threads);
        seeds.find_map(|seed| Some((seed, play(seed, Fault::None).err()?)))
    };
    let found: Vec<(u64, String)> = thread::scope(|scope| {
        let played: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || wrong(first)))
            .collect();
        let ended = played.into_iter().map(|thread| thread.join());
        ended
            .filter_map(|found| found.expect("seeds panic inside"))
            .collect()
    });
    for (seed, wrong) in &found {
        println!(
            "{wrong}\nrepeat it with: SIMULATION_SEED={seed} cargo test --test simulation nothing_is_lost"
        );
    }
    assert!(found.is_empty(), "seeds that failed: {found:?}");
}

#[test]
fn a_commit_that_cannot_be_made_durable_is_taken_back() {
    let world = World::new(0);
    let mut store = Store::over(world.process());
    let now: DateTime<FixedOffset> = "2026-03-30T12:00:00+02:00".parse().expect("a time");
    let files = || ["daily.json", "daily.json.bak"].map(|name| world.content(name));
    let mut before = files();
    for counted in 1..=3 {
        world.broken_directory_sync.set(true);
        store
            .commit(now, |daily, _| daily.unknown_attempts += 1)
            .expect_err("it is broken");
        assert_eq!(files()[0], before[0]);
        world.broken_directory_sync.set(false);
        let count = store.commit(now, |daily, _| {
            daily.unknown_attempts += 1;
            daily.unknown_attempts
        });
        assert_eq!(count.ok(), Some(counted));
        assert_eq!(files()[1], before[0]);
        before = files();
    }
}

fn assert_found(fault: Fault) {
    let found = (0..SEEDS_TO_FIND_A_FAULT).find_map(|seed| Some((seed, play(seed, fault).err()?)));
    let (seed, wrong) = found.unwrap_or_else(|| panic!("{fault:?} went unnoticed"));
    println!("{fault:?}, seed {seed}: {wrong}");
}

#[test]
fn a_directory_that_is_never_made_durable_is_noticed() {
    assert_found(Fault::NoDirectorySync);
}

#[test]
fn a_file_that_is_not_durable_before_its_rename_is_noticed() {
    assert_found(Fault::NoFileSync);
}

#[test]
fn a_position_apart_from_the_counters_is_noticed() {
    assert_found(Fault::PositionApart);
}

#[test]
fn an_acknowledgement_before_the_post_is_noticed() {
    assert_found(Fault::EarlyAcknowledgement);
}

#[test]
fn a_digest_without_the_lock_is_noticed() {
    assert_found(Fault::DigestWithoutLock);
}

#[test]
fn a_state_read_before_the_lock_is_noticed() {
    assert_found(Fault::ReadBeforeLock);
}

#[test]
fn a_post_before_its_commit_is_noticed() {
    assert_found(Fault::PostBeforeCommit);
}

#[test]
fn a_reader_that_could_not_go_back_and_goes_on_is_noticed() {
    assert_found(Fault::StaysWhereItStands);
}

#[test]
fn an_edit_that_is_taken_for_accepted_before_slack_has_it_is_noticed() {
    assert_found(Fault::EarlyEdit);
}

#[test]
fn a_daemon_that_forgets_edits_when_it_starts_is_noticed() {
    assert_found(Fault::ForgottenEdits);
}

#[test]
fn a_reply_to_a_message_that_is_gone_and_is_dropped_is_noticed() {
    assert_found(Fault::DroppedReplies);
}

#[test]
fn a_moment_without_a_file_is_noticed() {
    assert_found(Fault::RemoveBeforeRename);
}
