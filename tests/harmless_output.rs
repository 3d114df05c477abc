//! Whatever the log and the state hold, no command writes to a terminal, a pipe or the log what redraws a screen, turns text
//! around or hides in it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::{Command, Output};

use serde_json::json;
use sftp_monitor::domain::base::clean::is_hidden;
use support::program::World;

/// What somebody could call himself or a file: each piece could do something to a terminal, a log or a message.
const HOSTILE: [&str; 16] = [
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "\u{9b}2J",
    "a\u{7f}\u{8}b",
    "invoice\u{202e}gpj.exe",
    "\u{2066}isolated\u{2069}",
    "zero\u{200b}width\u{feff}",
    "line\u{2028}separated\u{85}",
    "tag\u{e0041}\u{e007f}",
    "soft\u{ad}hyphen\u{61c}",
    "vari\u{fe0f}ation\u{e0100}",
    "braille\u{2800}blank\u{1bca0}\u{13430}\u{3000}",
    "a\nsshd[1]: Accepted password for bob from 192.0.2.66 port 1 ssh2",
    "a\r\ttab",
    "<!channel> <@U024BE7LH> <https://evil.example|x>",
    "*b* _i_ ~s~ `c` ```d``` :smile: @here",
    "\" bytes read 0 written 7",
];

/// Text as sshd writes it into a log (log.c, strnvis).
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'\\' => out += "\\\\",
            b'\n' => out += "\\n",
            b'\r' => out += "\\r",
            b'\t' => out += "\\t",
            b' '..=b'~' => out.push(char::from(byte)),
            byte => out += &format!("\\{byte:03o}"),
        }
    }
    out
}

/// Lines in which all of it stands wherever somebody has a say: as sshd writes it, and raw, as others may.
fn lines() -> String {
    let mut log = String::new();
    let mut said = |line: &str| log += &format!("2026-03-30T06:00:00+02:00 sftp1 {line}\n");
    said("sshd[9]: Accepted password for alice from 192.0.2.7 port 5000 ssh2");
    said("internal-sftp[10]: session opened for local user alice from [192.0.2.7]");
    for raw in HOSTILE {
        // Where a line ends, sshd's escapes do not let it.
        for text in [escaped(raw), raw.replace(['\n', '\r'], " ")] {
            said(&format!(
                "sshd[20]: Invalid user {text} from 203.0.113.9 port 9"
            ));
            said(&format!(
                "sshd[20]: Failed password for invalid user {text} from 203.0.113.9 port 9 ssh2"
            ));
            said(&format!(
                "sshd[21]: Connection closed by invalid user {text} 203.0.113.9 port 9 [preauth]"
            ));
            said(&format!(
                "sshd[22]: Failed publickey for alice from 192.0.2.7 port 9 ssh2: ED25519-CERT SHA256:x ID {text} (serial 1) CA ED25519 SHA256:y"
            ));
            said(&format!(
                "sshd[23]: Received disconnect from 192.0.2.7 port 9:11: {text} [preauth]"
            ));
            said(&format!(
                "internal-sftp[10]: open \"/in/{text}\" flags WRITE,CREATE,TRUNCATE mode 0644"
            ));
            said(&format!(
                "internal-sftp[10]: close \"/in/{text}\" bytes read 0 written 7"
            ));
            said(&format!(
                "internal-sftp[10]: rename old \"/in/{text}\" new \"/in/{text}.xml\""
            ));
            said(&format!("{text}[30]: a program called so"));
        }
    }
    let open = escaped(&HOSTILE.concat());
    said(&format!(
        "internal-sftp[10]: open \"/{open}\" flags WRITE,CREATE mode 0644"
    ));
    log
}

/// A state in which all of it stands: as counters, sessions, notices and messages.
fn state(world: &World) {
    let all = HOSTILE.concat();
    let mut partners = serde_json::Map::new();
    for name in HOSTILE {
        partners.insert(
            name.to_owned(),
            json!({"success": 1, "failed": 2, "upload": 3, "download": 4, "blind": 1}),
        );
    }
    let file = json!({"path": all, "bytes": 7, "address": all});
    let files = json!({"kind": "files", "partner": all, "full_name": all, "what": "upload", "count": 1, "files": [file], "bytes": 7, "at": 1, "some_unknown": false});
    let message = |id: u64| json!({"id": id, "since": 1, "content": files, "refused": all});
    let position =
        json!({"path": all, "device": 1, "inode": 1, "offset": 1, "hash": "0", "hashed": 0});
    let mut state = serde_json::to_value(sftp_monitor::domain::state::Daily::default()).unwrap();
    let hostile = json!({
        "date": "2026-03-30", "partners": partners, "unknown_attempts": 3,
        "resume": {
            "version": 1, "source": all, "files": {&all: position},
            "sessions": {"sftp": [{"pid": 10, "user": all, "address": all, "standing": "partner",
                "handles": [{"path": all, "write": true}]}]},
            "day": {"notices": [{"kind": "gap", "from": 1, "to": 2, "count": 0, "detail": all}]},
            "closed": [{"id": all, "until": 1, "date": "2026-03-29", "partners": partners, "unknown_attempts": 1, "day": {}, "refused": all}],
            "parked": [message(1)], "next_message": 3, "forged": 7,
        }
    });
    for key in ["date", "partners", "unknown_attempts"] {
        state[key] = hostile[key].clone();
    }
    for (key, value) in hostile["resume"].as_object().unwrap() {
        state["resume"][key] = value.clone();
    }
    std::fs::create_dir_all(world.path("state")).unwrap();
    std::fs::write(world.path("state/daily.json"), state.to_string()).unwrap();
}

/// Nothing of it is obeyed or hidden by a terminal; colours of our own are taken off before.
fn assert_harmless(what: &str, text: &[u8]) {
    let text = std::str::from_utf8(text).unwrap_or_else(|error| panic!("{what}: {error}"));
    for line in text.split('\n') {
        if let Some(c) = line.chars().find(|&c| is_hidden(c)) {
            panic!("{what}: {c:?} in {line:?}");
        }
    }
}

fn both(output: &Output) -> Vec<u8> {
    [output.stdout.as_slice(), &output.stderr].concat()
}

/// Every command that prints, in each of its formats.
fn commands<'a>(log: &'a str, more: &'a str) -> Vec<Vec<&'a str>> {
    let partners = ["--partners", "alice,bob"];
    let of_log = ["--auth-log", log];
    vec![
        vec!["status"],
        vec!["status", "--json"],
        vec!["check"],
        vec!["check", "--json"],
        [&["explain"][..], &partners, &[log]].concat(),
        [&["explain"][..], &partners, &[log, more]].concat(),
        [&["report"][..], &of_log, &partners].concat(),
        [&["report", "--format", "json"][..], &of_log, &partners].concat(),
        vec!["digest", "--dry-run"],
        vec!["notify-failure", "sftp-monitor.service"],
        // Errors name what they are about.
        vec!["explain", "missing"],
        vec!["report", "--auth-log", more],
    ]
}

#[test]
fn no_command_prints_what_a_terminal_obeys_or_hides() {
    let world = World::new();
    std::fs::write(world.log(), lines()).unwrap();
    state(&world);
    let log = world.log().display().to_string();
    for arguments in commands(&log, "/proc/version") {
        let what = arguments.join(" ");
        assert_harmless(&what, &both(&world.run(&arguments)));
    }
    let status = String::from_utf8(both(&world.run(&["status"]))).unwrap();
    assert!(
        status.contains("7 lines that a local user wrote"),
        "the state was read: {status}"
    );
    // The same where it goes to a terminal, whose colours are our own.
    for arguments in [
        vec!["status"],
        vec!["check"],
        vec!["report", "--auth-log", &log, "--partners", "alice,bob"],
    ] {
        let shown = on_a_terminal(&world, &arguments);
        assert_harmless(
            &format!("{arguments:?} on a terminal"),
            &without_colours(&shown),
        );
    }
}

/// What a command shows on a terminal: script(1) is one.
fn on_a_terminal(world: &World, arguments: &[&str]) -> Vec<u8> {
    let command = world.command(arguments);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted: Vec<String> = words
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let output = Command::new("script")
        .args([
            "--quiet",
            "--return",
            "--command",
            &quoted.join(" "),
            "/dev/null",
        ])
        .env("SLACK_BOT_TOKEN", "xoxb-test")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(!output.stdout.is_empty(), "{output:?}");
    output.stdout
}

/// Without the sequences that only choose a colour, and without the terminal's own line ends.
fn without_colours(shown: &[u8]) -> Vec<u8> {
    let colours = regex::bytes::Regex::new("\x1b\\[[0-9;]*m|\r(?:\n|$)").unwrap();
    colours.replace_all(shown, &b"\n"[..]).into_owned()
}

#[test]
fn the_dry_run_and_the_log_hold_nothing_of_the_kind() {
    let world = World::new();
    std::fs::write(world.log(), "").unwrap();
    let now = chrono::Local::now().to_rfc3339();
    let daemon = world.daemon();
    world.write_raw(&lines().replace("2026-03-30T06:00:00+02:00", &now));
    world.write("sshd[99]: Accepted password for bob from 192.0.2.8 port 5000 ssh2");
    world.told("Bob");
    daemon.stop();
    assert_harmless("the log", world.said().as_bytes());
    for text in world.slack.texts() {
        assert!(!text.contains(['<', '>']), "{text:?}");
        assert_harmless("Slack", text.as_bytes());
    }
    assert_eq!(
        world.state(|_| true)["partners"]["bob"]["success"],
        1,
        "the line that a file's name pretends to be was none"
    );

    let child = world
        .command(&[
            "run",
            "--dry-run",
            "--from-start",
            "--partners",
            "alice,bob",
        ])
        .stdout(std::fs::File::create(world.path("printed")).unwrap())
        .stderr(std::fs::File::create(world.path("printed.log")).unwrap())
        .spawn();
    let mut child = child.unwrap();
    let printed = || std::fs::read(world.path("printed")).unwrap();
    for _ in 0..1_000 {
        if String::from_utf8_lossy(&printed()).contains("Bob") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!printed().is_empty());
    assert_harmless("the dry run", &printed());
    assert_harmless(
        "its log",
        &std::fs::read(world.path("printed.log")).unwrap(),
    );
}
