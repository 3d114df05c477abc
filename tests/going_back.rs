//! The loop and the reading thread, where the state stands elsewhere than reading does: reading goes back, however often the
//! log cannot be opened there, and nothing is read meanwhile.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc::channel;

use anyhow::bail;
use sftp_monitor::adapters::reader::{Order, Reading};
use sftp_monitor::adapters::source::{Entries, Progress, Remark};
use sftp_monitor::adapters::store::Store;
use sftp_monitor::commands::run::Committer;
use sftp_monitor::domain::base::position::{FilePosition, Position};
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::directory::Fixed;
use sftp_monitor::domain::record::{Entry, Origin};
use sftp_monitor::domain::rules::Rules;
use sftp_monitor::domain::state::Daily;

const NOW: Time = Time::from_seconds(1_774_843_675);
const LOG: &str = "/var/log/auth.log";

/// A log of so many log-ins, numbered from 1. It cannot be opened again for so many times.
struct Logins {
    written: u64,
    read: u64,
    closed_for: Rc<Cell<u32>>,
}

fn behind(offset: u64) -> Position {
    Position::File(FilePosition {
        path: LOG.into(),
        offset,
        ..FilePosition::default()
    })
}

impl Entries for Logins {
    fn read(&mut self, limit: usize, each: &mut dyn FnMut(&Entry<'_>)) -> anyhow::Result<Progress> {
        let begun = self.read;
        self.read = self.written.min(begun + limit as u64);
        for number in begun + 1..=self.read {
            let origin = Origin {
                time: NOW,
                identifier: Cow::Borrowed(b"sshd"),
                pid: u32::try_from(number)?,
                ..Origin::default()
            };
            each(&Entry {
                origin,
                message: b"Accepted password for alice from 192.0.2.7 port 5000 ssh2",
                ..Entry::default()
            });
        }
        Ok(Progress {
            entries: usize::try_from(self.read - begun)?,
            at_end: self.read == self.written,
        })
    }

    fn since(&self, _: Time) -> anyhow::Result<Self> {
        bail!("nothing new is expected")
    }

    fn again(&self, position: &Position) -> anyhow::Result<Self> {
        let left = self.closed_for.get();
        if left > 0 {
            self.closed_for.set(left - 1);
            bail!("the log cannot be opened");
        }
        let Position::File(position) = position else {
            bail!("another source's");
        };
        Ok(Logins {
            written: self.written,
            read: position.offset,
            closed_for: self.closed_for.clone(),
        })
    }

    fn position(&self) -> Option<Position> {
        Some(behind(self.read))
    }

    fn remarks(&mut self) -> Vec<Remark> {
        Vec::new()
    }
}

/// Commits one log-in of three, sets the state back to where it stood before, and lets the loop and the reader go on.
/// Returns how often reading was told to go back, and how many log-ins were counted in the end.
fn set_back(closed_for: u32, also_later: bool) -> (usize, u64) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("daily.json");
    let local = sftp_monitor::domain::base::time::Zone::Machine.local(NOW);
    let (order, orders) = channel();
    let store = Store::open(directory.path()).unwrap();
    let mut committer = Committer::new(store, Rules::default(), LOG.to_owned(), order, vec![]);
    let mut users = Fixed(vec!["alice".to_owned()]);
    let log = Logins {
        written: 4,
        read: 0,
        closed_for: Rc::new(Cell::new(closed_for)),
    };
    let mut reading = Reading::new(log, None);
    let turn = |reading: &mut Reading<Logins>, users: &mut Fixed| reading.turn(users, 1).batch;
    for _ in 0..2 {
        let batch = turn(&mut reading, &mut users).unwrap();
        assert!(committer.commit(&batch, NOW).unwrap());
    }
    // Another process had to take the state of one log-in before.
    let damage = || {
        std::fs::write(&file, "{").unwrap();
        let mut other = Store::open(directory.path()).unwrap();
        other.commit(local, |daily: &mut Daily, _| daily.unknown_attempts += 1)
    };
    damage().unwrap();
    let (mut seeks, mut again) = (0, also_later);
    for _ in 0..20 {
        for order in orders.try_iter().collect::<Vec<_>>() {
            seeks += usize::from(matches!(order, Order::Seek(..)));
            drop(reading.obey(order));
        }
        let Some(batch) = turn(&mut reading, &mut users) else {
            continue;
        };
        let counts = committer.commit(&batch, NOW).unwrap();
        if counts && !batch.records.is_empty() && std::mem::take(&mut again) {
            // And once more, to the same place.
            std::fs::copy(directory.path().join("daily.json.bak"), &file).unwrap();
        }
    }
    let mut store = Store::open(directory.path()).unwrap();
    let counted = store.load(local).unwrap().unwrap();
    (seeks, counted.partners.get("alice").unwrap().success)
}

#[test]
fn reading_goes_back_to_where_the_state_stands() {
    assert_eq!(set_back(0, false), (1, 4));
}

#[test]
fn a_log_that_cannot_be_opened_there_is_tried_again_and_what_lies_between_is_not_passed_over() {
    assert_eq!(set_back(1, false), (1, 4));
    assert_eq!(set_back(5, false), (1, 4));
}

#[test]
fn reading_goes_back_to_the_same_place_again_where_the_state_does() {
    assert_eq!(set_back(0, true), (2, 4));
}
