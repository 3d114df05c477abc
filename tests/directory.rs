//! The user database through the real C library, with accounts of our own: libnss_wrapper stands in for NSS.
//!
//! libnss_wrapper says ENOENT of what is not there, which is believed where `/etc/nsswitch.conf` of this machine names no
//! service with a daemon (sss, ldap, winbind): where it does, those tests that end in "nobody" fail.
//!
//! The library must be loaded before the program begins, so each test runs this program again with it, and that run does
//! the asking.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use sftp_monitor::adapters::config::Partners;
use sftp_monitor::adapters::userdb::{Accounts, Groups, Known, Roster};
use sftp_monitor::domain::directory::{Answer, Directory};

/// Says that this is the run that asks, and which group is the partners'.
const GROUP: &str = "SFTP_MONITOR_TEST_GROUP";

const PASSWD: &str = "\
root:x:0:0:root:/root:/bin/bash
alice:x:1001:1001:Alice Liddell,Room 7,,:/home/alice:/usr/sbin/nologin
bob:x:1002:5000:Bob Martin:/home/bob:/usr/sbin/nologin
carol:x:1003:1003::/home/carol:/usr/sbin/nologin
alice@corp:x:1004:1004::/:/bin/false
CORP\\alice:x:1005:1005::/:/bin/false
1001:x:1006:1006:A number:/:/bin/false
a b:x:1007:1007::/:/bin/false
ünï:x:1008:1008:Ünï & Söhne:/:/bin/false
";

const GROUPS: &str = "\
root:x:0:
sftp-feeds:x:5000:alice,alice@corp,CORP\\alice,1001,a b,ünï,gone
staff:x:5001:carol,alice
";

/// Asks of these names in a run of its own: of each a line of what is answered.
fn ask(directory: &Path, group: &str, names: &[&[u8]]) -> Vec<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "the_run_that_asks",
            "--nocapture",
            "--test-threads=1",
            "-q",
        ])
        .env("LD_PRELOAD", "libnss_wrapper.so")
        .env("NSS_WRAPPER_PASSWD", directory.join("passwd"))
        .env("NSS_WRAPPER_GROUP", directory.join("group"))
        .env(GROUP, group)
        .env("NAMES", OsStr::from_bytes(&names.join(&b'\n')))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    assert!(
        !errors.contains("cannot be preloaded"),
        "the package libnss-wrapper is needed: {errors}"
    );
    said.lines()
        .filter_map(|line| line.split_once("answer: "))
        .map(|(_, told)| told.to_owned())
        .collect()
}

/// An account in few words.
fn told(accounts: &mut Accounts, name: &[u8]) -> String {
    let mut told = match accounts.account(name) {
        Answer::Partner {
            uid: Some(uid),
            full_name,
            ..
        } => format!("partner {uid} {}", full_name.unwrap_or_default()),
        Answer::Partner { uid: None, .. } => "partner without account".to_owned(),
        Answer::Other { uid: Some(uid) } => format!("other {uid}"),
        Answer::Other { uid: None } => "nobody".to_owned(),
        Answer::Unknown => "no answer".to_owned(),
    };
    told.truncate(told.trim_end().len());
    if accounts.listed(name) {
        told += ", listed";
    }
    told
}

/// No test of its own: in the runs that the tests make, this is what asks.
#[test]
fn the_run_that_asks() {
    let Ok(group) = std::env::var(GROUP) else {
        return;
    };
    let partners = Partners {
        group,
        users: vec!["carol".to_owned(), "erin".to_owned()],
        names: BTreeMap::new(),
        certificates: None,
    };
    if std::env::var_os("NAMES").unwrap() == "roster" {
        let roster = Roster::gather(&partners);
        println!("answer: group {:?}", roster.group);
        for (name, partner) in roster.partners.iter().filter(|(name, _)| name.len() < 100) {
            let account = match &partner.account {
                Known::Here(account) => format!("{} {}", account.uid, account.home.display()),
                other => format!("{other:?}"),
            };
            println!("answer: {name} {:?} {account}", partner.by);
        }
        return;
    }
    let mut accounts = Accounts::new(&partners);
    for name in std::env::var_os("NAMES")
        .unwrap()
        .as_bytes()
        .split(|&b| b == b'\n')
    {
        let answer = match name.strip_prefix(b"groups of ") {
            Some(name) => match accounts.groups_of(name) {
                Groups::Known(names) => String::from_utf8(names.join(&b' ')).unwrap(),
                other => format!("{other:?}"),
            },
            None if name.starts_with(b"uid ") => {
                let uid = String::from_utf8_lossy(&name[4..]).parse().unwrap();
                accounts
                    .name_of(uid)
                    .map_or("nobody".to_owned(), |name| String::from_utf8(name).unwrap())
            }
            None => told(&mut accounts, name),
        };
        println!("answer: {answer}");
    }
}

fn database(passwd: &str, groups: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("passwd"), passwd).unwrap();
    std::fs::write(directory.path().join("group"), groups).unwrap();
    directory
}

#[test]
fn members_are_partners_by_whichever_way_they_are_members() {
    let directory = database(PASSWD, GROUPS);
    for (name, expected) in [
        ("alice", "partner 1001 Alice Liddell, listed"),
        // By primary group, which no list shows.
        ("bob", "partner 1002 Bob Martin"),
        // By the configuration, with and without an account.
        ("carol", "partner 1003, listed"),
        ("erin", "partner without account, listed"),
        // On the list, though the account is gone.
        ("gone", "partner without account, listed"),
        ("root", "other 0"),
        ("mallory", "nobody"),
    ] {
        assert_eq!(
            ask(directory.path(), "sftp-feeds", &[name.as_bytes()]),
            [expected],
            "{name}"
        );
    }
}

#[test]
fn a_name_is_meant_byte_by_byte() {
    let directory = database(PASSWD, GROUPS);
    let long = [b'a'; 100];
    let cases: [(&[u8], &str); 14] = [
        (b"alice@corp", "partner 1004, listed"),
        (b"CORP\\alice", "partner 1005, listed"),
        (b"1001", "partner 1006 A number, listed"),
        (b"a b", "partner 1007, listed"),
        ("ünï".as_bytes(), "partner 1008 Ünï & Söhne, listed"),
        (b"ALICE", "nobody"),
        (b"alice ", "nobody"),
        (b" alice", "nobody"),
        (b"corp\\alice", "nobody"),
        (b"1002", "nobody"),
        (b"\xfcn\xef", "nobody"),
        (b"", "nobody"),
        (b"*", "nobody"),
        (&long, "nobody"),
    ];
    let names: Vec<&[u8]> = cases.iter().map(|(name, _)| *name).collect();
    let expected: Vec<&str> = cases.iter().map(|(_, told)| *told).collect();
    assert_eq!(ask(directory.path(), "sftp-feeds", &names), expected);
}

#[test]
fn an_entry_of_a_megabyte_is_read_whole() {
    let mut groups = "sftp-feeds:x:5000:".to_owned();
    for number in 0..100_000 {
        write!(groups, "partner{number},").unwrap();
    }
    groups += "alice\nlast:x:6000:\n";
    assert!(groups.len() > 1_000_000);
    let directory = database(PASSWD, &groups);
    let told = ask(
        directory.path(),
        "sftp-feeds",
        &[b"alice", b"bob", b"root", b"groups of alice"],
    );
    let expected = [
        "partner 1001 Alice Liddell, listed",
        "partner 1002 Bob Martin",
        "other 0",
        "sftp-feeds",
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_roster_reads_such_an_entry_as_well() {
    let mut groups = "sftp-feeds:x:5000:".to_owned();
    // Long names, since each is looked up.
    for number in 0..20 {
        write!(groups, "{}{number},", "p".repeat(100_000)).unwrap();
    }
    groups += "alice\nlast:x:6000:\n";
    let directory = database(PASSWD, &groups);
    let told = ask(directory.path(), "sftp-feeds", &[b"roster"]);
    let expected = [
        "group Some(true)",
        "alice Member 1001 /home/alice",
        "carol Configured 1003 /home/carol",
        "erin Configured Nowhere",
    ];
    assert_eq!(told, expected);
}

#[test]
fn without_the_group_only_the_configuration_makes_partners() {
    let directory = database(PASSWD, GROUPS);
    let told = ask(
        directory.path(),
        "no-such-group",
        &[b"alice", b"bob", b"carol", b"mallory"],
    );
    assert_eq!(
        told,
        ["other 1001", "other 1002", "partner 1003, listed", "nobody"]
    );
}

#[test]
fn groups_are_told_by_name_and_accounts_by_uid() {
    let directory = database(PASSWD, GROUPS);
    let asked: [&[u8]; 6] = [
        b"groups of alice",
        b"groups of bob",
        b"groups of root",
        b"groups of mallory",
        b"uid 1002",
        b"uid 4242",
    ];
    let told = ask(directory.path(), "sftp-feeds", &asked);
    assert_eq!(
        told,
        [
            "sftp-feeds staff",
            "sftp-feeds",
            "root",
            "NoAccount",
            "bob",
            "nobody"
        ]
    );
}
