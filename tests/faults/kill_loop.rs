//! The daemon is killed again and again while a journal grows and rotates, Slack takes messages or does not, and digests run.
//! For longer than a minute: `KILL_LOOP_SECONDS=600`.

use std::time::{Duration, Instant};

use crate::support::journal::{Boot, Journals};
use crate::support::program::World;
use crate::support::slack::Answer;
use crate::watch::Watcher;

/// What Slack answers in turn, but to digests.
fn answer(round: u64) -> Answer {
    match round % 5 {
        0 | 3 => Answer::Ok,
        1 => Answer::Limited(Some("1")),
        2 => Answer::Close,
        _ => Answer::Status(500, String::new()),
    }
}

#[test]
fn killed_again_and_again_it_counts_every_event_once() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let seconds = std::env::var("KILL_LOOP_SECONDS");
    let seconds = seconds
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    let until = Instant::now() + Duration::from_secs(seconds);
    let now = || u64::try_from(chrono::Utc::now().timestamp_micros()).unwrap();
    let mut boot = Boot::number(1).with_clock(now());
    let mut live = journals.follow("system.journal");
    live.append(&boot.sshd(10, "Server listening on 0.0.0.0 port 22."));
    let world = World::of_journal(journals.path());
    world.daemon().kill();
    let watcher = Watcher::of(&world.path("state"));
    let (mut written, mut round) = (0_u32, 0_u64);
    while Instant::now() < until {
        round += 1;
        world.slack.always(answer(round));
        let daemon = world.daemon();
        for _ in 0..50 {
            written += 1;
            boot.clock = now();
            live.append(&boot.sshd(
                100 + written,
                "Accepted password for alice from 192.0.2.7 port 5000 ssh2",
            ));
        }
        if round % 7 == 0 {
            live.close();
            journals.rename("system.journal", &format!("system@{round}.journal"));
            live = journals.follow("system.journal");
        }
        if round % 5 == 0 {
            world.slack.always(Answer::Ok);
            world.run(&["digest", "--yes"]);
        }
        std::thread::sleep(Duration::from_millis(round * 37 % 200));
        daemon.kill();
    }
    world.slack.always(Answer::Ok);
    let daemon = world.daemon();
    world.state(|state| {
        let open = state["partners"]["alice"]["success"].as_u64().unwrap_or(0);
        open + world.logins_in_tables() == u64::from(written)
    });
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    daemon.stop();
    watcher.end();
}
