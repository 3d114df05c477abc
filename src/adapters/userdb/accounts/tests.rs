//! Tests with a database that is slow, silent, or contradicts itself.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::super::question::AccountEntry;
use super::*;

/// A short time limit, so that tests with a hanging database are fast.
const SOON: Duration = Duration::from_millis(50);

fn partners(users: &[&str]) -> config::Partners {
    config::Partners {
        group: "sftp-feeds".to_owned(),
        users: users.iter().map(|&user| user.to_owned()).collect(),
        names: std::collections::BTreeMap::new(),
        certificates: None,
    }
}

fn accounts(
    users: &[&str],
    database: impl FnMut(&Question<'_>) -> Option<Reply> + Send + 'static,
) -> Accounts {
    Accounts::over(&partners(users), SOON, database)
}

fn seen(uid: u32, member: bool) -> Option<Reply> {
    let full_name = Some("Alice".to_owned());
    Some(Reply::Account(Some(AccountEntry {
        name: b"alice".to_vec(),
        uid,
        full_name,
        member: Some(member),
        ..AccountEntry::default()
    })))
}

/// Like `seen`, for an account of this name.
fn named(name: &[u8], uid: u32, member: bool) -> Option<Reply> {
    let Some(Reply::Account(Some(seen))) = seen(uid, member) else {
        return None;
    };
    let name = name.to_vec();
    Some(Reply::Account(Some(AccountEntry { name, ..seen })))
}

fn partner(uid: Option<u32>) -> Answer {
    Answer::Partner {
        uid,
        full_name: uid.map(|_| "Alice".to_owned()),
        name: None,
    }
}

#[test]
fn a_member_is_a_partner_and_an_answer_is_not_asked_for_twice() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let mut accounts = accounts(&[], move |question| {
        count.fetch_add(1, Ordering::Relaxed);
        seen(1001, *question == Question::Account(b"alice"[..].into()))
    });
    for _ in 0..3 {
        assert_eq!(accounts.account(b"alice"), partner(Some(1001)));
        assert_eq!(
            accounts.account(b"Alice"),
            Answer::Other { uid: Some(1001) }
        );
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[test]
fn a_name_that_cannot_be_one_is_not_asked_for() {
    let mut accounts = accounts(&[], |_| panic!("asked"));
    assert_eq!(accounts.account(b""), Answer::Other { uid: None });
    assert_eq!(accounts.account(b"alice\0"), Answer::Other { uid: None });
    assert_eq!(accounts.groups_of(b"alice\0"), Groups::NoAccount);
}

#[test]
fn users_of_the_configuration_are_partners_with_or_without_account_once_it_is_known_whether_there_is_one()
 {
    let mut none = accounts(&["dave"], |_| Some(Reply::Account(None)));
    assert_eq!(none.account(b"dave"), partner(None));
    let mut silent = accounts(&["dave"], |_| None);
    assert_eq!(silent.account(b"dave"), Answer::Unknown);
    assert!(silent.listed(b"dave"));
    assert_eq!(silent.account(b"erin"), Answer::Unknown);
    let mut many = accounts(&["zoe", "dave", "alice"], |_| None);
    for (name, is) in [
        ("alice", true),
        ("dave", true),
        ("zoe", true),
        ("erin", false),
    ] {
        assert_eq!(many.listed(name.as_bytes()), is, "{name}");
    }
    let mut account = accounts(&["dave"], |_| named(b"dave", 1004, false));
    assert_eq!(account.account(b"dave"), partner(Some(1004)));
}

#[test]
fn a_database_that_hangs_costs_one_deadline_and_the_last_answers_stand() {
    let (go, wait) = channel::<()>();
    let mut accounts = accounts(&[], move |question| match question {
        Question::Account(name) if **name == *b"alice" => seen(1001, true),
        Question::Account(name) if **name == *b"slow" => {
            let _ = wait.recv();
            named(b"slow", 1002, true)
        }
        _ => Some(Reply::Names(Some(vec![b"alice".to_vec()]))),
    });
    assert_eq!(accounts.account(b"alice"), partner(Some(1001)));
    assert!(accounts.listed(b"alice"));
    let begun = Instant::now();
    assert_eq!(accounts.account(b"slow"), Answer::Unknown);
    assert!(begun.elapsed() >= SOON);
    let begun = Instant::now();
    for number in 0..1_000 {
        assert_eq!(
            accounts.account(format!("user{number}").as_bytes()),
            Answer::Unknown
        );
    }
    assert_eq!(accounts.account(b"slow"), Answer::Unknown);
    assert_eq!(accounts.account(b"alice"), partner(Some(1001)));
    assert!(accounts.listed(b"alice"));
    assert!(
        begun.elapsed() < SOON * 20,
        "{:?} for what must not be waited for",
        begun.elapsed()
    );
    // The database answers again, and its late answer is used.
    go.send(()).unwrap();
    let mut tries = 0;
    while accounts.account(b"slow") == Answer::Unknown {
        tries += 1;
        assert!(tries < 1_000, "the late answer was not taken");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(accounts.account(b"slow"), partner(Some(1002)));
}

#[test]
fn without_the_group_nobody_is_a_partner_by_it() {
    let mut accounts = accounts(&["dave"], |question| match question {
        Question::Account(_) => Some(Reply::Account(Some(AccountEntry {
            uid: 1001,
            ..AccountEntry::default()
        }))),
        _ => Some(Reply::Names(None)),
    });
    assert_eq!(
        accounts.account(b"alice"),
        Answer::Other { uid: Some(1001) }
    );
    assert!(!accounts.listed(b"alice"));
    assert!(accounts.told.no_group);
    assert_eq!(accounts.listed_partners(), Some(vec![b"dave".to_vec()]));
}

#[test]
fn partners_are_listed_whichever_way_they_belong_to_the_group() {
    let mut accounts = accounts(&["dave", "bob"], |question| match question {
        Question::Primary => Some(Reply::Names(Some(vec![b"alice".to_vec()]))),
        _ => Some(Reply::Names(Some(vec![b"bob".to_vec()]))),
    });
    let listed = ["alice", "bob", "dave"].map(|name| name.as_bytes().to_vec());
    assert_eq!(accounts.listed_partners(), Some(listed.to_vec()));
    assert!(!accounts.listed(b"alice"));
}

#[test]
fn a_name_on_the_list_without_an_account_is_a_partner() {
    let mut accounts = accounts(&[], |question| match question {
        Question::Account(_) => Some(Reply::Account(None)),
        _ => Some(Reply::Names(Some(vec![b"alice".to_vec()]))),
    });
    assert_eq!(accounts.account(b"alice"), partner(None));
    assert_eq!(accounts.account(b"mallory"), Answer::Other { uid: None });
}

#[test]
fn made_up_names_do_not_reach_the_database() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&asked);
    let mut accounts = accounts(&[], move |question| {
        note.lock().unwrap().push(question.clone().into_owned());
        Some(Reply::Names(Some(vec![b"alice".to_vec()])))
    });
    for number in 0..100 {
        assert!(!accounts.listed(format!("admin{number}").as_bytes()));
    }
    assert_eq!(*asked.lock().unwrap(), [Question::Group]);
}

#[test]
fn the_sessions_of_a_backlog_ask_for_the_name_of_a_uid_once_and_those_of_now_each_time() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let mut accounts = accounts(&[], move |question| match question {
        Question::Name(_) => {
            count.fetch_add(1, Ordering::Relaxed);
            Some(Reply::Names(Some(vec![b"alice".to_vec()])))
        }
        _ => seen(1001, true),
    });
    let mut asks = |logged: Time| {
        let before = asked.load(Ordering::Relaxed);
        for _ in 0..3 {
            assert_eq!(
                accounts.account_of(b"alice", 1001, logged),
                partner(Some(1001))
            );
        }
        asked.load(Ordering::Relaxed) - before
    };
    let now = || Time::from(SystemTime::now());
    assert_eq!(asks(now().minus(Duration::from_secs(3_600))), 1);
    assert_eq!(asks(now().plus(Duration::from_secs(3_600))), 3);
}
