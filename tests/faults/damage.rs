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
    let damages: [(&str, Vec<u8>); 8] = [
        ("truncated", whole[..whole.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("NULs", vec![0; whole.len()]),
        ("random bytes", noise),
        ("wrong types", wrong_types.into_bytes()),
        ("negative", negative.into_bytes()),
        ("huge", huge.into_bytes()),
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
            .contains("there is no other: counting starts from zero"),
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
fn a_file_of_an_older_or_a_newer_program_keeps_its_counters_and_reading_starts_from_now() {
    for (resume, said) in [
        (Value::Null, "daily.json has counters alone"),
        (
            json!({"version": 99, "hologram": 1}),
            "is of a newer version (99)",
        ),
    ] {
        let world = three();
        let file = world.path("state/daily.json");
        let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        state["resume"] = resume.clone();
        if resume.is_null() {
            state.as_object_mut().unwrap().remove("resume");
        }
        state["other"] = json!("kept");
        std::fs::write(&file, state.to_string()).unwrap();
        // Whoever rewrote the file may have counted this.
        login(&world, 4);
        let daemon = world.daemon();
        login(&world, 5);
        let state = counted(&world, 4);
        daemon.stop();
        assert_eq!(state["other"], "kept");
        assert_eq!(state["resume"]["hologram"], resume["hologram"]);
        assert!(world.said().contains(said), "{}", world.said());
    }
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
