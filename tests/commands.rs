//! `explain`, `report` and `status` on logs and states that a person can read.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use support::program::World;

const LOG: &str = "\
2026-03-29T23:30:00+02:00 sftp1 sshd[10]: Accepted publickey for alice from 192.0.2.7 port 5000 ssh2: ED25519 SHA256:x
2026-03-29T23:30:01+02:00 sftp1 internal-sftp[11]: session opened for local user alice from [192.0.2.7]
2026-03-29T23:30:02+02:00 sftp1 internal-sftp[11]: open \"/upload/\\303\\251t\\303\\251.xml\" flags WRITE,CREATE,TRUNCATE mode 0644
2026-03-30T00:10:00+02:00 sftp1 internal-sftp[11]: close \"/upload/\\303\\251t\\303\\251.xml\" bytes read 0 written 12
2026-03-30T00:10:01+02:00 sftp1 CRON[12]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)
2026-03-30T00:10:02+02:00 sftp1 sshd[13]: error: PAM: Authentication failure for bob from 192.0.2.8
2026-03-30T00:10:03+02:00 sftp1 sshd[13]: Failed keyboard-interactive/pam for bob from 192.0.2.8 port 1 ssh2
2026-03-30T00:10:04+02:00 sftp1 sshd[14]: Failed password for invalid user x from 1.2.3.4 port 22 ssh2 from 203.0.113.9 port 9 ssh2
";

fn output(world: &World, arguments: &[&str]) -> String {
    let output = world.run(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A world whose configuration is in Paris.
fn world() -> World {
    let mut world = World::new();
    world.config = "timezone = \"Europe/Paris\"\n".to_owned();
    std::fs::write(world.log(), LOG).unwrap();
    world
}

fn counts() -> Value {
    json!({"days": [
        {"date": "2026-03-29", "partners": {"alice": {"success": 1, "failed": 0, "upload": 0, "download": 0}}, "unknown_attempts": 0},
        {"date": "2026-03-30", "partners": {
            "alice": {"success": 0, "failed": 0, "upload": 1, "download": 0},
            "bob": {"success": 0, "failed": 1, "upload": 0, "download": 0},
        }, "unknown_attempts": 1},
    ]})
}

fn report(world: &World, file: &Path) -> Value {
    let file = file.to_str().unwrap();
    let arguments = [
        "report",
        "--format",
        "json",
        "--partners",
        "alice,bob",
        "--auth-log",
        file,
    ];
    serde_json::from_str(&output(world, &arguments)).unwrap()
}

#[test]
fn explain_says_of_each_line_what_it_is_and_why() {
    let world = world();
    let log = world.log();
    let said = output(
        &world,
        &["explain", "--partners", "alice,bob", log.to_str().unwrap()],
    );
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events: Vec<&str> = lines
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    let expected = [
        "login",
        "session_opened",
        "open",
        "upload",
        "ignored",
        "login_failed",
        "login_failed",
        "login_failed",
    ];
    assert_eq!(events, expected);
    assert_eq!(
        lines[0],
        json!({"line": 1, "event": "login", "time": "2026-03-29T23:30:00+02:00", "host": "sftp1", "identifier": "sshd",
            "pid": 10, "user": "alice", "partner": true, "valid_user": true, "address": "192.0.2.7", "port": 5000,
            "method": "publickey", "path": null, "bytes_read": null, "bytes_written": null, "count": 1,
            "reason": "Accepted publickey"})
    );
    assert_eq!(lines[3]["path"], "/upload/été.xml");
    assert_eq!(
        lines[6]["reason"],
        "second trace of the same attempt: counts nothing"
    );
    assert_eq!(lines[7]["user"], "x from 1.2.3.4 port 22 ssh2");
    assert_eq!(lines[7]["address"], "203.0.113.9");
}

#[test]
fn explain_does_not_believe_a_journal_entry_of_another_user() {
    let world = world();
    let entry = json!({"MESSAGE": "Accepted password for alice from 192.0.2.7 port 1 ssh2", "SYSLOG_IDENTIFIER": "sshd",
        "_UID": "1002", "_PID": "7", "__REALTIME_TIMESTAMP": "1774843675000000"});
    std::fs::write(world.log(), format!("{entry}\n")).unwrap();
    let said = output(
        &world,
        &[
            "explain",
            "--partners",
            "alice",
            world.log().to_str().unwrap(),
        ],
    );
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["event"], "ignored");
    assert_eq!(said["reason"], "forged: sent by uid 1002");
    // In a log file the same line is no journal entry: anybody could have written its trusted fields.
    let forged = entry.to_string().replace("1002", "0");
    std::fs::write(world.log(), format!("{forged}\n")).unwrap();
    assert_eq!(report(&world, &world.log()), json!({"days": []}));
}

#[test]
fn report_counts_each_day_and_partner_also_from_a_compressed_log() {
    let world = world();
    assert_eq!(report(&world, &world.log()), counts());
    let path = world.path("auth.log.2.gz");
    let file = std::fs::File::create(&path).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    gzip.write_all(LOG.as_bytes()).unwrap();
    gzip.finish().unwrap();
    assert_eq!(report(&world, &path), counts());
}

#[test]
fn what_is_no_text_is_skipped_and_counted() {
    let world = world();
    let mut bytes = b"no \x00 text\n".to_vec();
    bytes.extend_from_slice(LOG.as_bytes());
    std::fs::write(world.log(), bytes).unwrap();
    let log = world.log();
    let arguments = [
        "report",
        "--format",
        "json",
        "--partners",
        "alice,bob",
        "--auth-log",
        log.to_str().unwrap(),
    ];
    let output = world.run(&arguments);
    assert_eq!(
        serde_json::from_slice::<Value>(&output.stdout).unwrap(),
        counts()
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("no text"), "{said}");
}

#[test]
fn a_log_that_is_not_there_is_named() {
    let world = world();
    let output = world.run(&["report", "--auth-log", "/nonexistent/auth.log"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nonexistent/auth.log"));
}

#[test]
fn status_shows_the_day_and_changes_nothing() {
    let world = world();
    std::fs::create_dir(world.path("state")).unwrap();
    let text = r#"{"date":"2026-03-30","partners":{"alice":{"success":7,"failed":1,"upload":2,"download":0}},"unknown_attempts":3}"#;
    std::fs::write(world.path("state/daily.json"), text).unwrap();
    let shown = output(&world, &["status"]);
    assert!(shown.contains("alice") && shown.contains('7'), "{shown}");
    let status: Value = serde_json::from_str(&output(&world, &["status", "--json"])).unwrap();
    assert_eq!(status["partners"]["alice"]["success"], 7);
    assert_eq!(status["unknown_attempts"], 3);
    assert_eq!(
        std::fs::read_to_string(world.path("state/daily.json")).unwrap(),
        text
    );
}

#[test]
fn the_completions_of_each_shell_know_commands_and_options() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = output(&world, &["completions", shell]);
        for word in [
            "digest",
            "explain",
            "completions",
            "state-directory",
            "from-start",
        ] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn a_directory_without_journals_makes_no_report_of_a_quiet_day() {
    let world = world();
    let directory = world.path("journals");
    std::fs::create_dir(&directory).unwrap();
    let output = world.run(&["report", "--journal-directory", directory.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("there is no journal"), "{said}");
}
