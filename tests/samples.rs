//! Lines of real sshds, real clients and real syslog daemons, each with what the monitor makes of it right above it.
//!
//! `UPDATE_SAMPLES=1 cargo test --test samples` writes the lines above anew, to be read before they are kept.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use support::journal::Journals;

/// The partners of the machines on which the samples were taken.
const PARTNERS: &str = "alice,bob,dave,erin";

/// How the line above a sample begins; other comments tell what was done.
const ABOVE: &str = "#= ";

fn versions() -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    assert!(!found.is_empty(), "there are samples");
    found
}

fn program(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sftp-monitor"));
    command
        .args(arguments)
        .env("TZ", "Europe/Paris")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What stands above a line.
fn above(explained: &Value) -> String {
    let mut said = format!("{ABOVE}{}", explained["event"].as_str().unwrap());
    for key in [
        "user",
        "address",
        "method",
        "path",
        "bytes_read",
        "bytes_written",
    ] {
        match &explained[key] {
            Value::Null => {}
            Value::String(text) => said.push_str(&format!(" {key}={text:?}")),
            other => said.push_str(&format!(" {key}={other}")),
        }
    }
    if explained["count"] != 1 {
        said.push_str(&format!(" count={}", explained["count"]));
    }
    said + " — " + explained["reason"].as_str().unwrap()
}

/// A log with what each line is written above it anew.
fn annotated(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.starts_with(ABOVE));
    let samples: Vec<&str> = lines().filter(|line| !line.starts_with('#')).collect();
    let explained = program(
        &["explain", "--partners", PARTNERS],
        &(samples.join("\n") + "\n"),
    );
    let mut explained = explained
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut annotated = String::new();
    for line in lines() {
        if !line.starts_with('#') {
            let explained = explained.next().expect("one object a line");
            let other = explained["reason"]
                .as_str()
                .unwrap()
                .starts_with("not sshd's");
            if !other {
                annotated.push_str(&above(&explained));
                annotated.push('\n');
            }
        }
        annotated.push_str(line);
        annotated.push('\n');
    }
    assert!(explained.next().is_none(), "one object a line");
    annotated
}

fn update() -> bool {
    std::env::var_os("UPDATE_SAMPLES").is_some()
}

fn compare(path: &Path, found: &str) {
    if update() {
        std::fs::write(path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap();
    for (number, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{}:{}", path.display(), number + 1);
    }
    assert_eq!(
        expected.lines().count(),
        found.lines().count(),
        "{}",
        path.display()
    );
}

#[test]
fn every_line_of_a_real_sshd_is_what_stands_above_it() {
    for version in versions() {
        for level in ["info", "verbose"] {
            let path = version.join(format!("{level}.auth.log"));
            let text = std::fs::read_to_string(&path).unwrap();
            compare(&path, &annotated(&text));
        }
    }
}

#[test]
fn the_same_actions_count_the_same_by_every_way_on_which_they_are_logged() {
    let Some(journals) = Journals::new() else {
        return;
    };
    for version in versions() {
        let mut found = String::new();
        for log in [
            "info.auth.log",
            "info.traditional.auth.log",
            "verbose.auth.log",
        ] {
            let path = version.join(log);
            let report = program(
                &[
                    "report",
                    "--partners",
                    PARTNERS,
                    "--format",
                    "json",
                    "--auth-log",
                    path.to_str().unwrap(),
                ],
                "",
            );
            found.push_str(&format!("{log}\n{report}"));
        }
        for export in ["info.export", "verbose.export"] {
            let path = version.join(export);
            let status = Command::new("/usr/lib/systemd/systemd-journal-remote")
                .arg(format!(
                    "--output={}",
                    journals.file("sample.journal").display()
                ))
                .arg(&path)
                .stderr(Stdio::null())
                .status()
                .unwrap();
            assert!(status.success(), "{status}");
            let directory = journals.path().to_str().unwrap();
            let report = program(
                &[
                    "report",
                    "--partners",
                    PARTNERS,
                    "--format",
                    "json",
                    "--journal-directory",
                    directory,
                ],
                "",
            );
            found.push_str(&format!("{export}\n{report}"));
            journals.remove("sample.journal");
        }
        compare(&version.join("counts.txt"), &found);
    }
}
