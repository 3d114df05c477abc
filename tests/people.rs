//! The commands with which people answer, beside a daemon that runs.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Output;

use support::program::World;

fn world() -> World {
    let mut world = World::new();
    world.config = format!("timezone = \"Europe/Paris\"\n{}", world.config);
    world
}

fn log_in(world: &World, name: &str, pid: u32) {
    world.write(&format!(
        "sshd[{pid}]: Accepted password for {name} from 192.0.2.7 port {pid} ssh2"
    ));
}

/// The exit code, standard output and the end of standard error.
fn said(output: &Output) -> (i32, String, String) {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    let err = err.lines().last().unwrap_or_default().to_owned();
    (output.status.code().unwrap(), out.into_owned(), err)
}

/// What the command says, which succeeds.
fn done(world: &World, arguments: &[&str]) -> String {
    let (code, out, err) = said(&world.run(arguments));
    assert_eq!(code, 0, "{arguments:?}: {err}");
    out
}

#[test]
fn a_muted_partner_is_left_alone_until_it_is_unmuted_though_nothing_is_logged_then() {
    let world = world();
    let daemon = world.daemon();
    log_in(&world, "alice", 10);
    world.told("Alice s'est connecté");
    let mute = [
        "mute",
        "alice",
        "--until",
        "2h",
        "--why",
        "maintenance",
        "--by",
        "ops",
    ];
    let out = done(&world, &mute);
    assert!(out.starts_with("alice is muted until 2"), "{out}");
    log_in(&world, "alice", 11);
    log_in(&world, "bob", 12);
    let told = world.told("Bob s'est connecté");
    assert_eq!(told.iter().filter(|text| text.contains("Alice")).count(), 1);
    let list = done(&world, &["mute", "--list"]);
    assert!(list.starts_with("alice until 2"), "{list}");
    assert!(
        list.ends_with(", by ops: maintenance; 1 event held back\n"),
        "{list}"
    );
    let status = done(&world, &["status"]);
    assert!(status.contains("\nMuted     alice until 2"), "{status}");
    let json: serde_json::Value =
        serde_json::from_str(&done(&world, &["status", "--json"])).unwrap();
    assert_eq!(json["muted"][0]["partner"], "alice");
    assert_eq!(json["muted"][0]["kept_back"], 1);
    done(&world, &["unmute", "alice"]);
    let told = world.told("Fin de la sourdine d'Alice");
    let end = told.last().unwrap();
    assert!(
        end.ends_with(", par ops : maintenance) — 1 connexion"),
        "{end}"
    );
    assert_eq!(done(&world, &["unmute", "alice"]), "alice is not muted\n");
    assert_eq!(done(&world, &["mute", "--list"]), "no partner is muted\n");
    daemon.stop();
}

#[test]
fn a_mute_ends_in_time_though_nothing_is_logged_meanwhile() {
    let world = world();
    let daemon = world.daemon();
    done(&world, &["mute", "alice", "--until", "1s"]);
    world.told("Fin de la sourdine d'Alice");
    daemon.stop();
}

#[test]
fn what_cannot_be_meant_is_refused_and_the_value_is_named() {
    let world = world();
    let (code, _, err) = said(&world.run(&["mute", "alice", "--until", "2h"]));
    assert_eq!(code, 1);
    assert!(err.starts_with("nothing is recorded yet in "), "{err}");
    let daemon = world.daemon();
    log_in(&world, "alice", 10);
    world.told("Alice s'est connecté");
    for (arguments, expected) in [
        (
            &["mute", "alcie", "--until", "2h"][..],
            "\"alcie\" is not a partner; did you mean \"alice\"?",
        ),
        (
            &["unmute", "alcie"],
            "\"alcie\" is not a partner; did you mean \"alice\"?",
        ),
        (
            &["mute", "alice", "--until", "8d"],
            "--until \"8d\" is more than a week from now, and a mute ends after a week",
        ),
        (
            &["mute", "alice", "--until", "yesterday"],
            "--until \"yesterday\" is in the past; write a time of day (18:00), ",
        ),
        (&["mute", "alice", "--until", "soon"], ""),
        (&["mute", "alice"], ""),
        (&["mute", "--list", "alice"], ""),
        (&["mute", "alice", "--until", "2h", "--why", " "], ""),
    ] {
        let (code, out, err) = said(&world.run(arguments));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
    let (_, _, err) = said(&world.run(&["mute", "--list"]));
    assert_eq!(err, "");
    daemon.stop();
}

#[test]
fn commands_at_the_same_time_as_the_daemon_lose_nothing() {
    let world = world();
    let daemon = world.daemon();
    // All of them are made first: each writes the configuration, which the others read.
    let commands = [(); 8].map(|()| ["alice", "bob"]);
    let commands = commands.into_iter().enumerate().map(|(number, names)| {
        let mut command = world.command(&["mute", names[number / 2 % 2], "--until", "2h"]);
        command.stdout(std::process::Stdio::null());
        (names[number % 2], command)
    });
    let commands: Vec<_> = commands.collect();
    let mut running = Vec::new();
    for ((name, mut command), pid) in commands.into_iter().zip(10..) {
        log_in(&world, name, pid);
        running.push(command.spawn().unwrap());
    }
    for mut command in running {
        assert!(command.wait().unwrap().success());
    }
    world.state(|state| {
        state["partners"]["alice"]["success"] == 4 && state["partners"]["bob"]["success"] == 4
    });
    for name in ["alice", "bob"] {
        done(&world, &["unmute", name]);
    }
    world.told("Fin de la sourdine d'Alice");
    let told = world.told("Fin de la sourdine de Bob");
    let logins = |text: &String| -> u64 {
        let text = text.split(" — ").find(|part| part.contains("connexion"));
        let number = text.and_then(|t| t.split(' ').next()?.parse().ok());
        number.unwrap_or_default()
    };
    let summed: u64 = told
        .iter()
        .filter(|t| t.contains("sourdine"))
        .map(logins)
        .sum();
    let each = told.iter().filter(|text| text.contains("s'est connecté"));
    let each = each.map(|text| {
        match text
            .split_once(" fois")
            .and_then(|(t, _)| t.rsplit(' ').next())
        {
            Some(times) => times.parse().unwrap(),
            None => 1,
        }
    });
    assert_eq!(summed + each.sum::<u64>(), 8, "{told:#?}");
    daemon.stop();
}

#[test]
fn a_person_who_takes_care_is_named_in_slack_and_an_answer_to_nothing_lists_what_is_open() {
    let world = world();
    let daemon = world.daemon();
    world.write("sshd[10]: Failed password for alice from 192.0.2.7 port 55082 ssh2");
    world.told("Échec de connexion de Alice");
    let status = done(&world, &["status"]);
    assert!(
        status.contains("\nOpen      failed log-in of alice, since 2"),
        "{status}"
    );
    let (code, out, err) = said(&world.run(&["ack", "alice", "prices"]));
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(
        err.starts_with("open: failed log-in of alice, since 2"),
        "{err}"
    );
    let (code, _, err) = said(&world.run(&["ack", "bob"]));
    assert_eq!((code, err.as_str()), (1, "no open matter of bob"));
    let (code, _, err) = said(&world.run(&["ack", "alcie"]));
    assert_eq!(code, 2);
    assert!(
        err.ends_with("\"alcie\" is not a partner; did you mean \"alice\"?"),
        "{err}"
    );
    let ack = [
        "ack",
        "alice",
        "failure",
        "--by",
        "ops",
        "--why",
        "on the phone",
    ];
    assert_eq!(
        done(&world, &ack),
        "noted in Slack: failed log-in of alice\n"
    );
    world.told("👤 ops s'en occupe : on the phone — ");
    let status = done(&world, &["status"]);
    assert!(status.contains(", taken care of\n"), "{status}");
    daemon.stop();
}
