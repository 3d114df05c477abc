//! A user database that is away, wants to be asked again, hangs, or denies: "don't know" is never taken for "no".
//!
//! As in the tests of the directory each case runs this program again, in which the asking is done.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Command;
use std::time::Duration;

use sftp_monitor::config::Partners;
use sftp_monitor::directory::{Accounts, Answer, Directory};
use support::nss::Trouble;

/// Says that this is the run that asks.
const ASKS: &str = "SFTP_MONITOR_TEST_ASKS";

fn told(answer: Answer) -> String {
    match answer {
        Answer::Partner { uid: Some(uid), .. } => format!("partner {uid}"),
        Answer::Partner { uid: None, .. } => "partner without account".to_owned(),
        Answer::Other { uid: Some(uid) } => format!("other {uid}"),
        Answer::Other { uid: None } => "nobody".to_owned(),
        Answer::Unknown => "no answer".to_owned(),
    }
}

/// No test of its own: in the runs that the tests make, this is what asks.
#[test]
fn the_run_that_asks() {
    if std::env::var_os(ASKS).is_none() {
        return;
    }
    let mut accounts = Accounts::new(&Partners {
        group: "sftp-feeds".to_owned(),
        users: vec!["dave".to_owned()],
        names: std::collections::BTreeMap::new(),
    });
    let mut ask = || {
        for name in ["alice", "carol", "dave", "mallory"] {
            println!("answer: {}", told(accounts.account(name.as_bytes())));
        }
    };
    ask();
    // It recovers while the program runs.
    std::fs::write(std::env::var_os("NSS_TROUBLE").unwrap(), "ok").unwrap();
    std::thread::sleep(Duration::from_millis(2_100));
    ask();
}

fn asked(trouble: &Trouble, mood: &str) -> Vec<String> {
    trouble.set(mood);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "the_run_that_asks",
        "--nocapture",
        "--test-threads=1",
        "-q",
    ]);
    command.env(ASKS, "1");
    let output = trouble.around(command).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let answers = said.lines().filter_map(|line| line.split_once("answer: "));
    answers.map(|(_, told)| told.to_owned()).collect()
}

#[test]
fn what_does_not_answer_says_neither_yes_nor_no_and_is_asked_again() {
    let Some(trouble) = Trouble::new() else {
        return;
    };
    let well = [
        "partner 1001",
        "other 1003",
        "partner without account",
        "nobody",
    ];
    for mood in ["unavail", "noent", "tryagain"] {
        let answers = asked(&trouble, mood);
        assert_eq!(answers[..4], ["no answer"; 4], "{mood}");
        assert_eq!(answers[4..], well, "{mood}, then well");
    }
    // What hangs goes on hanging; nobody waits for it but once.
    assert_eq!(asked(&trouble, "block"), ["no answer"; 8]);
    let denied = ["nobody", "nobody", "partner without account", "nobody"];
    assert_eq!(asked(&trouble, "notfound")[..4], denied);
    assert_eq!(asked(&trouble, "ok")[..4], well);
}
