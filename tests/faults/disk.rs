//! The disk under the state is full or read-only for a while, or another program holds a lock.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::apart::{apart, run};
use crate::support::program::World;

fn login(world: &World, number: u64) {
    world.write(&format!(
        "sshd[{number}]: Accepted password for alice from 192.0.2.7 port 5000 ssh2"
    ));
}

fn counted(world: &World, wanted: u64) {
    world.state(|state| state["partners"]["alice"]["success"] == wanted);
}

/// Waits until the daemon has said this; returns how often it did.
fn said(world: &World, wanted: &str) -> usize {
    let until = Instant::now() + Duration::from_secs(20);
    while !world.said().contains(wanted) {
        assert!(
            Instant::now() < until,
            "never said: {wanted}: {}",
            world.said()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    world.said().matches(wanted).count()
}

#[test]
fn a_daemon_whose_disk_is_full_or_read_only_says_so_once_and_catches_up() {
    if !apart("disk::a_daemon_whose_disk_is_full_or_read_only_says_so_once_and_catches_up") {
        return;
    }
    let world = World::new();
    let state = world.path("state");
    std::fs::create_dir(&state).unwrap();
    let path = state.to_str().unwrap();
    run(
        "mount",
        &["-t", "tmpfs", "-o", "size=64k,mode=750", "tmpfs", path],
    );
    let daemon = world.daemon();
    daemon.listen();
    login(&world, 1);
    counted(&world, 1);
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    let filler = fill(&state);
    for number in 2..=5 {
        login(&world, number);
        std::thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(
        said(&world, "free some space there; nothing is lost"),
        1,
        "{}",
        world.said()
    );
    counted(&world, 1);
    let told = world.slack.texts().len();
    std::fs::remove_file(filler).unwrap();
    counted(&world, 5);
    said(&world, "the state can be written again");
    assert!(world.slack.texts().len() >= told);
    // What has a file open for writing keeps its mount from becoming read-only, so a read-only one comes over it.
    run("mount", &["--bind", path, path]);
    run("mount", &["-o", "remount,bind,ro", path]);
    login(&world, 6);
    assert_eq!(
        said(&world, "mount its file system read-write; nothing is lost"),
        1
    );
    counted(&world, 5);
    run("mount", &["-o", "remount,bind,rw", path]);
    counted(&world, 6);
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    daemon.stop();
    run("umount", &["-l", path]);
    run("umount", &["-l", path]);
}

#[test]
fn a_start_on_a_full_disk_is_ready_since_a_boot_waits_for_it_and_catches_up() {
    if !apart("disk::a_start_on_a_full_disk_is_ready_since_a_boot_waits_for_it_and_catches_up") {
        return;
    }
    let world = World::new();
    let state = world.path("state");
    std::fs::create_dir(&state).unwrap();
    let path = state.to_str().unwrap();
    run(
        "mount",
        &["-t", "tmpfs", "-o", "size=64k,mode=750", "tmpfs", path],
    );
    world.daemon().stop();
    let filler = fill(&state);
    // The machine was off for a while, which is to be noted.
    run(
        "touch",
        &["-d", "20 minutes ago", &format!("{path}/.run.lock")],
    );
    login(&world, 1);
    // It waits until the daemon says that it is ready.
    let daemon = world.daemon();
    daemon.listen();
    said(&world, "free some space there; nothing is lost");
    // Another start before there is space does not forget the absence.
    daemon.stop();
    let daemon = world.daemon();
    daemon.listen();
    std::fs::remove_file(filler).unwrap();
    let state = world.state(|state| state["partners"]["alice"]["success"] == 1);
    let noted = &state["resume"]["day"]["notices"][0]["kind"];
    assert_eq!(noted, "down", "{state:#}");
    daemon.stop();
    run("umount", &["-l", path]);
}

/// Fills a disk to the last byte.
fn fill(directory: &Path) -> std::path::PathBuf {
    let filler = directory.join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    while file.write(&[7; 4096]).is_ok_and(|written| written > 0) {}
    filler
}

#[test]
fn a_lock_that_another_program_holds_stops_nothing_for_good() {
    let world = World::new();
    let daemon = world.daemon();
    login(&world, 1);
    counted(&world, 1);
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    let lock = std::fs::File::open(world.path("state/.state.lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let mut digest = world.command(&["digest", "--yes"]);
    digest.stderr(std::process::Stdio::piped());
    let digest = digest.spawn().unwrap();
    login(&world, 2);
    assert_eq!(said(&world, "another process has held"), 1);
    let output = digest.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(75), "{told}");
    assert!(told.contains("fuser"), "{told}");
    counted(&world, 1);
    drop(lock);
    // The pause between two tries has grown meanwhile.
    std::thread::sleep(Duration::from_secs(10));
    counted(&world, 2);
    daemon.stop();
}
