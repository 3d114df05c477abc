//! The power fails: a real file system in an image is shut down without writing its journal, and mounted again.

use std::time::Duration;

use crate::apart::{apart, run};
use crate::support::program::World;

/// How often it fails.
const ROUNDS: u64 = 6;

/// EXT4_IOC_SHUTDOWN, and EXT4_GOING_FLAGS_NOLOGFLUSH (fs/ext4/ext4.h): what is not on the disk is gone.
const SHUTDOWN: &str =
    "open D, '<', $ARGV[0] or die; $how = pack 'L', 2; ioctl(D, 0x8004587d, $how) or die $!";

#[test]
fn after_a_power_cut_nothing_is_lost_or_counted_twice_and_nothing_was_told_too_early() {
    if !apart(
        "power::after_a_power_cut_nothing_is_lost_or_counted_twice_and_nothing_was_told_too_early",
    ) {
        return;
    }
    let mut world = World::new();
    // Each log-in alone: what was told can be counted.
    world
        .config
        .push_str("[alerts]\ngroup-window = \"1s\"\nmax-per-hour = 1000\n");
    let (image, state) = (world.path("image"), world.path("state"));
    let (image, state) = (image.to_str().unwrap(), state.to_str().unwrap());
    std::fs::create_dir(state).unwrap();
    run("truncate", &["-s", "16M", image]);
    run("mkfs.ext4", &["-q", image]);
    let mount = || run("mount", &["-o", "loop", image, state]);
    mount();
    world.daemon().stop();
    run("sync", &["-f", state]);
    let mut written = 0;
    for round in 0..ROUNDS {
        let daemon = world.daemon();
        for number in 0..(5 + round) {
            written += 1;
            world.write(&format!(
                "sshd[{written}]: Accepted password for alice from 192.0.2.7 port {written} ssh2"
            ));
            std::thread::sleep(Duration::from_millis(20 + 37 * (round + number) % 90));
        }
        run("perl", &["-e", SHUTDOWN, state]);
        let told = told(&world);
        daemon.kill();
        run("umount", &[state]);
        mount();
        let counted = world.state(|_| true)["partners"]["alice"]["success"].as_u64();
        assert!(
            told <= counted.unwrap_or(0),
            "told {told}, durable are {counted:?}"
        );
    }
    let daemon = world.daemon();
    world.state(|state| state["partners"]["alice"]["success"] == written);
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    daemon.stop();
    assert_eq!(
        world.state(|_| true)["partners"]["alice"]["success"],
        written
    );
    assert!(told(&world) >= 1);
    run("umount", &[state]);
}

/// How many log-ins were certainly told: each message tells of one or more.
fn told(world: &World) -> u64 {
    let texts = world.slack.texts();
    texts
        .iter()
        .filter(|text| text.starts_with("✅ Alice"))
        .count() as u64
}
