//! Inside one process: lines understood and counted, and a large state committed.

use std::time::SystemTime;

use chrono::Local;
use sftp_monitor::adapters::source::envelope::{Envelope, Read};
use sftp_monitor::adapters::store::Store;
use sftp_monitor::commands::report::Counting;
use sftp_monitor::domain::base::span::Span;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::directory::Fixed;
use sftp_monitor::domain::rules::Rules;
use sftp_monitor::domain::state::{Counters, Known};

use crate::figures::{middle_and_high, timed};
use crate::logs;

/// How many lines are counted.
const LINES: usize = 1_000_000;

/// How many partners the state has.
const PARTNERS: usize = 10_000;

/// How many commits are timed.
const COMMITS: usize = 30;

/// Lines taken out of their envelope, understood, credited and counted.
pub(crate) fn lines() {
    for (what, text) in [
        ("sshd, names made up", logs::guesses(LINES)),
        ("sftp-server, partners' files", logs::sessions(LINES)),
        ("a third of either, the rest others'", logs::mixed(LINES)),
    ] {
        let now = Time::from(SystemTime::now());
        let rules = Rules {
            silent: true,
            ..Rules::default()
        };
        let mut directory = Fixed(vec!["alice".to_owned(), "bob".to_owned()]);
        let mut envelope = Envelope::new();
        let (lines, took) = timed(|| {
            let mut counting = Counting::new(&rules, &mut directory, Span::default(), now);
            let mut lines = 0;
            for line in text.lines() {
                lines += 1;
                if let Read::Entry(entry) = envelope.read_syslog(line.as_bytes()) {
                    counting.take(entry);
                }
            }
            assert!(!counting.finish().sheets.is_empty());
            lines
        });
        let millions = f64::from(lines) / took.as_secs_f64() / 1e6;
        println!("  {what:36} {millions:.2} million lines a second");
    }
}

/// One counter more in a state of many partners, made durable.
pub(crate) fn commit() {
    for partners in [10, PARTNERS] {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(directory.path()).unwrap();
        let now = || Local::now().fixed_offset();
        let filled = store.commit(now(), |daily, _| {
            for n in 0..partners {
                let name = format!("partner{n}");
                let counters = Counters {
                    success: 1,
                    upload: 3,
                    ..Counters::default()
                };
                daily.partners.insert(name.clone(), counters);
                daily.resume.known.insert(name, Known::default());
            }
        });
        filled.unwrap();
        let mut times: Vec<_> = (0..COMMITS)
            .map(|_| {
                let commit = || store.commit(now(), |daily, _| daily.unknown_attempts += 1);
                let (done, took) = timed(commit);
                done.unwrap();
                took
            })
            .collect();
        let (middle, high) = middle_and_high(&mut times);
        println!("  {partners:6} partners: {middle:.1?}, at most {high:.1?}");
    }
}
