//! Questions to the user database that wait for an answer, between the loop and the reading thread.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::borrow::Cow;
use std::sync::mpsc::{Receiver, channel};

use sftp_monitor::adapters::reader::{Batch, Order};
use sftp_monitor::adapters::store::Store;
use sftp_monitor::commands::run::Committer;
use sftp_monitor::domain::base::position::{FilePosition, Position};
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::directory::Answer;
use sftp_monitor::domain::openssh::{Event, Kind};
use sftp_monitor::domain::record::{Origin, Record};
use sftp_monitor::domain::rules::Rules;

const NOW: Time = Time::from_seconds(1_774_843_675);

fn at(offset: u64) -> Option<Position> {
    Some(Position::File(FilePosition {
        path: "/var/log/auth.log".into(),
        offset,
        ..FilePosition::default()
    }))
}

fn asked(orders: &Receiver<Order>) -> Vec<Vec<String>> {
    let asked = orders.try_iter().filter_map(|order| match order {
        Order::Ask(users) => Some(users),
        _ => None,
    });
    asked.collect()
}

#[test]
fn an_answer_that_comes_with_a_batch_that_is_passed_over_is_asked_for_again() {
    let directory = tempfile::tempdir().unwrap();
    let (order, orders) = channel();
    let store = Store::open(directory.path()).unwrap();
    let source = "/var/log/auth.log".to_owned();
    let mut committer = Committer::new(store, Rules::default(), source, order, Vec::new());
    let mut event = Event::of(Kind::Accepted);
    event.user = Some(Cow::Borrowed(b"alice"));
    let login = Record {
        origin: Origin {
            time: NOW,
            pid: 1,
            ..Origin::default()
        },
        event,
        answer: Some(Answer::Unknown),
        account: None,
        forced: false,
    };
    let undecided = Batch {
        records: vec![login],
        position: at(100),
        ..Batch::default()
    };
    assert!(committer.commit(&undecided, NOW).unwrap());
    assert_eq!(asked(&orders), [["alice"]]);
    // Another process had to take the backup: the state stands elsewhere than reading does.
    let answered = Batch {
        answers: vec![(
            "alice".to_owned(),
            Answer::Partner {
                uid: None,
                full_name: None,
                name: None,
            },
        )],
        begins: at(200),
        position: at(300),
        ..Batch::default()
    };
    assert!(!committer.commit(&answered, NOW).unwrap());
    let next = Batch {
        sought: 1,
        begins: at(100),
        position: at(100),
        ..Batch::default()
    };
    assert!(committer.commit(&next, NOW).unwrap());
    assert_eq!(asked(&orders), [["alice"]]);
}
