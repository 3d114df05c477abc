//! A user database that is away, wants to be asked again, hangs, or denies: "don't know" is never taken for "no".
//!
//! As in the tests of the directory each case runs this program again, in which the asking is done.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Command;
use std::time::{Duration, SystemTime};

use sftp_monitor::adapters::config::Partners;
use sftp_monitor::adapters::userdb::Accounts;
use sftp_monitor::domain::directory::{Answer, Directory};
use support::nss::Trouble;

/// Says that this is the run that asks.
const ASKS: &str = "SFTP_MONITOR_TEST_ASKS";

fn told(answer: Answer) -> String {
    match answer {
        Answer::Partner {
            uid: Some(uid),
            name: Some(name),
            ..
        } => format!("partner {uid}, which is {name}"),
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
        certificates: None,
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

/// No test of its own: the same for questions about processes, whose uid is another's from one moment to the next.
#[test]
fn the_run_that_asks_of_processes() {
    if std::env::var_os(ASKS).is_none() {
        return;
    }
    let mut accounts = Accounts::new(&Partners {
        group: "sftp-feeds".to_owned(),
        users: Vec::new(),
        names: std::collections::BTreeMap::new(),
        certificates: None,
    });
    let mut ask = |mood: &str, names: [&str; 2]| {
        std::fs::write(std::env::var_os("NSS_TROUBLE").unwrap(), mood).unwrap();
        for name in names {
            let logged = SystemTime::now().into();
            let answer = accounts.account_of(name.as_bytes(), 1001, logged);
            println!("answer: {name}: {}", told(answer));
        }
    };
    ask("ok", ["alice", "mallory"]);
    ask("unavail", ["alice", "mallory"]);
    ask("notfound", ["alice", "mallory"]);
    ask("reused", ["alice", "mallory"]);
    std::thread::sleep(Duration::from_millis(2_100));
    ask("ok", ["alice", "mallory"]);
}

fn asked(trouble: &Trouble, mood: &str) -> Vec<String> {
    asked_by("the_run_that_asks", trouble, mood)
}

fn asked_by(run: &str, trouble: &Trouble, mood: &str) -> Vec<String> {
    trouble.set(mood);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", run, "--nocapture", "--test-threads=1", "-q"]);
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

#[test]
fn an_account_has_the_databases_own_spelling_whatever_was_asked_for() {
    let Some(trouble) = Trouble::new() else {
        return;
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_sftp-monitor"));
    let config = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        config.path(),
        "timezone = \"UTC\"\npartners.users = [\"CAROL\"]\n",
    )
    .unwrap();
    let log = tempfile::NamedTempFile::new().unwrap();
    let line = |name: &str, second: u32| {
        format!(
            "2026-03-30T06:00:{second:02}+00:00 h sshd[{}]: Accepted password for {name} from 192.0.2.7 port {second} ssh2\n",
            100 + second
        )
    };
    let names = ["alice", "ALICE", "aLICE", "carol", "Carol", "mallory"];
    let lines: String = (10..).zip(names).map(|(n, name)| line(name, n)).collect();
    std::fs::write(log.path(), lines).unwrap();
    command.arg("--config").arg(config.path());
    command.args(["report", "--auth-log"]).arg(log.path());
    trouble.set("caseless");
    let output = trouble.around(command).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        said,
        "\
Date        Partner  Log-ins  Failures  Uploads  Downloads
2026-03-30  alice          3         0        0          0
2026-03-30  carol          2         0        0          0
Total                      5         0        0          0
"
    );
}

#[test]
fn a_uid_that_is_used_again_is_no_more_the_accounts_that_had_it() {
    let Some(trouble) = Trouble::new() else {
        return;
    };
    assert_eq!(
        asked_by("the_run_that_asks_of_processes", &trouble, "ok"),
        [
            "alice: partner 1001",
            "mallory: nobody",
            // What does not answer, or denies for a while, takes nothing away.
            "alice: partner 1001",
            "mallory: nobody",
            "alice: partner 1001",
            "mallory: nobody",
            // Another has the uid now. The group's list, which holds for a minute, makes a partner without an account: none of
            // its processes is believed.
            "alice: partner without account",
            "mallory: other 1001",
            // And back. Who is no partner is credited nothing, so nobody asks again.
            "alice: partner 1001",
            "mallory: other 1001",
        ]
    );
}
