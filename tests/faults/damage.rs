//! The state file is damaged, deleted, edited or planted by others while the program does not run, or while it does.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::program::World;

fn login(world: &World, number: u64) {
    world.write(&format!(
        "sshd[{number}]: Accepted password for alice from 192.0.2.7 port 5000 ssh2"
    ));
}

fn counted(world: &World, wanted: u64) -> Value {
    world.state(|state| state["partners"]["alice"]["success"] == wanted)
}

/// A world in which a daemon has counted three log-ins, each in a commit of its own, and has ended.
fn three() -> World {
    let world = World::new();
    let daemon = world.daemon();
    for number in 1..=3 {
        login(&world, number);
        counted(&world, number);
    }
    world.state(|state| state["resume"]["outbox"] == json!([]));
    daemon.stop();
    world
}

fn names(state: &Path, part: &str) -> Vec<String> {
    let entries = std::fs::read_dir(state).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(part)).collect()
}

#[test]
fn a_state_damaged_in_any_way_is_set_aside_and_what_it_counted_counts_once() {
    let world = three();
    let state = world.path("state");
    let file = state.join("daily.json");
    let whole = std::fs::read(&file).unwrap();
    let mut edited: Value = serde_json::from_slice(&whole).unwrap();
    edited["partners"]["alice"]["success"] = json!(-1);
    let negative = edited.to_string();
    edited["partners"]["alice"]["success"] = json!(1_u64 << 60);
    let huge = edited.to_string();
    edited["partners"] = json!([]);
    let wrong_types = edited.to_string();
    let noise: Vec<u8> = (0..4096_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let counters = r#"{"date":"2026-11-29","partners":{},"unknown_attempts":0}"#;
    let no_counters = r#"{"date":"2026-11-29","partners":[],"unknown_attempts":"3"}"#;
    let damages: [(&str, Vec<u8>); 13] = [
        ("truncated", whole[..whole.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("NULs", vec![0; whole.len()]),
        ("random bytes", noise),
        ("wrong types", wrong_types.into_bytes()),
        ("negative", negative.into_bytes()),
        ("huge", huge.into_bytes()),
        ("a date alone", b"{\"date\":5}".to_vec()),
        ("an object", b"{}".to_vec()),
        ("a list", b"[]".to_vec()),
        ("counters of wrong types", no_counters.into()),
        ("only counters", counters.into()),
        ("nested without end", "[".repeat(100_000).into_bytes()),
    ];
    let mut expected = 3;
    for (number, (what, damage)) in damages.iter().enumerate() {
        std::fs::write(&file, damage).unwrap();
        let daemon = world.daemon();
        let state_now = counted(&world, expected);
        let notices = state_now["resume"]["day"]["notices"].to_string();
        assert!(notices.contains("state-damaged"), "{what}: {notices}");
        expected += 1;
        login(&world, expected);
        counted(&world, expected);
        world.state(|state| state["resume"]["outbox"] == json!([]));
        daemon.stop();
        let aside = names(&state, ".corrupt-");
        assert_eq!(aside.len(), number + 1, "{what}: {aside:?}");
    }
}

#[test]
fn with_state_and_backup_damaged_it_starts_from_now_says_so_and_keeps_both() {
    let world = three();
    let state = world.path("state");
    for name in ["daily.json", "daily.json.bak"] {
        std::fs::write(state.join(name), "{").unwrap();
    }
    let daemon = world.daemon();
    login(&world, 4);
    counted(&world, 1);
    daemon.stop();
    assert_eq!(names(&state, ".corrupt-").len(), 2);
    assert!(
        world
            .said()
            .contains("there is no backup: counting starts from zero"),
        "{}",
        world.said()
    );
}

#[test]
fn what_is_deleted_or_edited_while_it_runs_is_taken_as_it_is() {
    let world = World::new();
    let daemon = world.daemon();
    login(&world, 1);
    counted(&world, 1);
    // An edit in the middle of a commit would be lost: nobody edits under the lock.
    let state = world.state(|state| state["resume"]["outbox"] == json!([]));
    std::fs::write(
        world.path("state/daily.json"),
        state.to_string().replace("\"success\":1", "\"success\":41"),
    )
    .unwrap();
    login(&world, 2);
    counted(&world, 42);
    std::fs::remove_file(world.path("state/daily.json")).unwrap();
    login(&world, 3);
    counted(&world, 1);
    daemon.stop();
    let daemon = world.daemon();
    login(&world, 4);
    counted(&world, 2);
    daemon.stop();
}

#[test]
fn a_file_of_a_newer_program_keeps_its_counters_and_reading_starts_from_now() {
    let world = three();
    let file = world.path("state/daily.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    state["resume"] = json!({"version": 99, "hologram": 1});
    state["other"] = json!("kept");
    std::fs::write(&file, state.to_string()).unwrap();
    // Whoever rewrote the file may have counted this.
    login(&world, 4);
    let daemon = world.daemon();
    login(&world, 5);
    let state = counted(&world, 4);
    daemon.stop();
    assert_eq!(state["other"], "kept");
    assert_eq!(state["resume"]["hologram"], 1);
    let said = world.said();
    assert!(said.contains("is of a newer version (99)"), "{said}");
}

#[test]
fn a_file_that_another_program_left_without_resume_is_set_aside_and_nothing_is_lost() {
    for running in [false, true] {
        let world = three();
        let daemon = running.then(|| world.daemon());
        let file = world.path("state/daily.json");
        let mut state = world.state(|state| state["resume"]["outbox"] == json!([]));
        state.as_object_mut().unwrap().remove("resume");
        state["partners"]["alice"]["success"] = json!(0);
        std::fs::write(&file, state.to_string()).unwrap();
        login(&world, 4);
        let daemon = daemon.unwrap_or_else(|| world.daemon());
        login(&world, 5);
        counted(&world, 5);
        daemon.stop();
        let said = world.said();
        let why = "it has lost how far the log was read";
        assert_eq!(said.matches(why).count(), 1, "{said}");
        let aside = names(&world.path("state"), ".corrupt-");
        let text = std::fs::read_to_string(world.path("state").join(&aside[0])).unwrap();
        assert_eq!(text, state.to_string());
    }
}

#[test]
fn the_scripts_file_is_taken_over_where_no_state_of_ours_ever_was() {
    let world = World::new();
    std::fs::create_dir(world.path("state")).unwrap();
    let counters = r#"{"date":"2026-11-28","partners":{"alice":{"success":3,"failed":0,"upload":0,"download":0}},"unknown_attempts":2}"#;
    let today = chrono::Local::now().date_naive().to_string();
    let counters = counters.replace("2026-11-28", &today);
    std::fs::write(world.path("state/daily.json"), counters).unwrap();
    let daemon = world.daemon();
    login(&world, 1);
    counted(&world, 4);
    daemon.stop();
    let said = world.said();
    assert!(
        said.contains("daily.json has only counters: they are kept"),
        "{said}"
    );
}

#[test]
fn a_link_in_place_of_the_state_is_refused_and_its_target_stays_as_it_is() {
    let world = three();
    for name in ["daily.json", ".state.lock"] {
        let (place, victim) = (world.path("state").join(name), world.path("victim"));
        std::fs::write(&victim, "precious").unwrap();
        std::fs::remove_file(&place).unwrap();
        std::os::unix::fs::symlink(&victim, &place).unwrap();
        for arguments in [["run", "-v"], ["digest", "--yes"]] {
            let output = world.run(&arguments);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success(), "{name}: {said}");
            assert!(
                said.contains("is a symbolic link, not a plain file"),
                "{name}: {said}"
            );
        }
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
        std::fs::remove_file(&place).unwrap();
    }
}
