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
            "method": "publickey", "path": null, "target": null, "bytes_read": null, "bytes_written": null, "count": 1,
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

/// What `explain` says of a text, on standard input.
fn explained(world: &World, text: &[u8]) -> Vec<Value> {
    let path = world.path("pasted");
    std::fs::write(&path, text).unwrap();
    let said = output(
        world,
        &["explain", "--partners", "alice,bob", path.to_str().unwrap()],
    );
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn explain_takes_a_line_as_it_was_pasted() {
    let world = world();
    let login = "Accepted password for alice from 192.0.2.7 port 55119 ssh2";
    for before in [
        "sshd[918]: ",
        "sshd[918]:  ",
        "sftp_1  | ",
        "/var/log/auth.log:Nov 23 09:04:24 sftp1 sshd[934]: ",
        "auth.log-Nov 23 09:04:24 sftp1 sshd[934]: ",
        "> Nov 23 09:04:24 sftp1 sshd[934]: ",
        "sftp1 sshd[918]: ",
        "Nov 23 09:04:24 relay sftp1 sshd[918]: ",
        "2026-11-23T09:04:24+01:00 auth.info: ",
        "Nov 23 09:04:24 [sshd] ",
        "nov. 23 09:04:24 sftp1 sshd[934]: ",
        "Mon 2026-11-23 09:04:24 UTC sftp1 sshd-session[458]: ",
        "1795424664.000000 sftp1 sshd-session[458]: ",
    ] {
        let said = explained(&world, format!("{before}{login}\n").as_bytes());
        let line = &said[0];
        let is = (
            &line["event"],
            &line["user"],
            &line["address"],
            &line["partner"],
        );
        let right = (
            &json!("login"),
            &json!("alice"),
            &json!("192.0.2.7"),
            &json!(true),
        );
        assert_eq!(is, right, "{before}");
    }
    // A file's name before a line that says nothing is not sshd's own talk of a file.
    let said = explained(
        &world,
        b"/var/log/auth.log:Nov 23 09:04:24 sftp1 cron[5]: x\n/var/log/auth.log:x\n",
    );
    assert_eq!(said[0]["reason"], "not sshd's or sftp-server's: cron");
    let unknown = "no envelope that syslog or the journal writes, and no message of OpenSSH";
    assert_eq!(said[1]["reason"], unknown);
}

#[test]
fn explain_names_whom_a_transfer_and_an_end_are_about_and_what_a_file_is_called_now() {
    let world = world();
    let log = "\
Nov 23 09:05:00 sftp1 sshd[10]: Accepted password for alice from 192.0.2.7 port 55119 ssh2
Nov 23 09:05:00 sftp1 internal-sftp[11]: session opened for local user alice from [192.0.2.7]
Nov 23 09:05:01 sftp1 internal-sftp[11]: open \"/in/a.part\" flags WRITE,CREATE,TRUNCATE mode 0644
Nov 23 09:05:02 sftp1 internal-sftp[11]: close \"/in/a.part\" bytes read 0 written 12
Nov 23 09:05:02 sftp1 internal-sftp[11]: rename old \"/in/a.part\" new \"/in/a.zip\"
Nov 23 09:05:03 sftp1 internal-sftp[11]: session closed for local user alice from [192.0.2.7]
Nov 23 09:05:04 sftp1 internal-sftp[99]: close \"/in/b.zip\" bytes read 0 written 12
Nov 23 09:06:00 sftp1 sshd[20]: Failed publickey for alice from 192.0.2.7 port 1 ssh2: RSA SHA256:x
Nov 23 09:06:01 sftp1 sshd[20]: Connection closed by 192.0.2.7 port 1 [preauth]
Nov 23 09:06:02 sftp1 sshd[21]: Connection closed by 192.0.2.7 port 2 [preauth]
Nov 23 09:07:00 sftp1 sshd: Failed password for bob from 198.51.100.23 port 51112 ssh2
Nov 23 09:07:01 sftp1 sshd: Connection closed by authenticating user bob 198.51.100.23 port 51112 [preauth]
";
    let said = explained(&world, log.as_bytes());
    let told: Vec<String> = said
        .iter()
        .map(|line| {
            let keys = ["event", "user", "partner", "address", "path", "target"];
            keys.map(|key| {
                line[key]
                    .as_str()
                    .map_or_else(|| line[key].to_string(), str::to_owned)
            })
            .join(" ")
        })
        .collect();
    let right = [
        "login alice true 192.0.2.7 null null",
        "session_opened alice true 192.0.2.7 null null",
        "open alice true 192.0.2.7 /in/a.part null",
        "upload alice true 192.0.2.7 /in/a.part null",
        "rename alice true 192.0.2.7 /in/a.part /in/a.zip",
        "session_closed alice true 192.0.2.7 null null",
        "upload null null null /in/b.zip null",
        "login_failed alice true 192.0.2.7 null null",
        "login_refused alice true 192.0.2.7 null null",
        "login_refused null null 192.0.2.7 null null",
        "login_failed bob true 198.51.100.23 null null",
        "login_refused bob true 198.51.100.23 null null",
    ];
    assert_eq!(told, right);
    assert_eq!(
        said[11]["reason"],
        "second trace of the same attempt: counts nothing"
    );
}

#[test]
fn every_output_of_journalctl_is_counted_or_one_that_is_gets_named() {
    let world = world();
    for output in std::fs::read_dir("tests/texts/journalctl").unwrap() {
        let path = output.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let log = path.to_str().unwrap();
        let arguments = [
            "report",
            "--format",
            "json",
            "--partners",
            "alice",
            "--auth-log",
            log,
        ];
        let counted = world.run(&arguments);
        let said = String::from_utf8(counted.stderr).unwrap();
        let days: Value = serde_json::from_slice(&counted.stdout).unwrap();
        let log_ins = &days["days"][0]["partners"]["alice"]["success"];
        match &*name {
            "short-monotonic" | "short-delta" | "verbose" => {
                assert_eq!(log_ins, &Value::Null, "{name}");
                assert!(said.contains("`journalctl -o "), "{name}: {said}");
            }
            _ => assert_eq!(log_ins, 1, "{name}: {said}"),
        }
        let said = explained(&world, &std::fs::read(&path).unwrap());
        if name != "verbose" {
            let login = &said[0];
            assert_eq!(
                (&login["event"], &login["user"]),
                (&json!("login"), &json!("alice")),
                "{name}"
            );
        }
        let second = if name == "export" {
            Some(15)
        } else if name == "json-pretty" {
            Some(16)
        } else {
            None
        };
        if let Some(second) = second {
            assert_eq!(
                (said.len(), &said[1]["line"]),
                (2, &json!(second)),
                "{name}"
            );
        }
    }
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
    // That is so of every output with such fields, unless the file is one of the journal's as a whole.
    for output in ["json", "json-seq", "json-sse", "json-pretty", "export"] {
        let dumped = std::fs::read(format!("tests/texts/journalctl/{output}")).unwrap();
        let begun = [b"Nov 23 09:04:24 sftp1 cron[1]: x\n", &*dumped].concat();
        std::fs::write(world.log(), begun).unwrap();
        assert_eq!(
            report(&world, &world.log()),
            json!({"days": []}),
            "{output}"
        );
        let uid = String::from_utf8(dumped).unwrap().replace("1001", "1003");
        let uid = uid
            .replace("\"_UID\":\"0\"", "\"_UID\":\"1003\"")
            .replace("_UID=0", "_UID=1003");
        std::fs::write(
            world.log(),
            uid.replace("\"_UID\" : \"0\"", "\"_UID\" : \"1003\""),
        )
        .unwrap();
        assert_eq!(
            report(&world, &world.log()),
            json!({"days": []}),
            "{output} of another user"
        );
    }
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
    assert!(said.contains("not text"), "{said}");
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
