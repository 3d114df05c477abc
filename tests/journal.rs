//! The journal's reader against real journals.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use sftp_monitor::source::journal::JournalReader;
use sftp_monitor::source::{JournalPosition, Remark, Start};
use sftp_monitor::time::Time;
use support::journal::{BEGINNING, Boot, Item, Journals};

/// Enough to read any of these journals at once.
const ALL: usize = 100_000;

fn open(directory: &Path, start: Start<JournalPosition>) -> JournalReader {
    JournalReader::open(Some(directory), start).expect("the journal opens")
}

/// Reads to the end, and returns the messages; past ones in brackets.
fn read(reader: &mut JournalReader) -> Vec<String> {
    let mut messages = Vec::new();
    loop {
        let mut take = |entry: &sftp_monitor::entry::Entry<'_>| {
            let message = String::from_utf8_lossy(entry.message);
            messages.push(if entry.origin.past {
                format!("[{message}]")
            } else {
                message.into_owned()
            });
        };
        if reader
            .read(ALL, &mut take)
            .expect("the journal is read")
            .at_end
        {
            return messages;
        }
    }
}

/// Reads and waits until there are so many messages.
fn follow(reader: &mut JournalReader, count: usize) -> Vec<String> {
    let until = Instant::now() + Duration::from_secs(10);
    let mut messages = read(reader);
    while messages.len() < count {
        assert!(Instant::now() < until, "only {messages:?} came in time");
        reader.wait(Duration::from_secs(1)).expect("waiting works");
        messages.extend(read(reader));
    }
    messages
}

/// The position behind the message that ends so.
fn position_behind(directory: &Path, end: &str) -> JournalPosition {
    let mut reader = open(directory, Start::Beginning);
    loop {
        let mut found = false;
        let progress = reader.read(1, &mut |entry| {
            found = entry.message.ends_with(end.as_bytes())
        });
        if found {
            return reader.position().expect("a position behind an entry");
        }
        assert!(
            !progress.expect("the journal is read").at_end,
            "no message ends with {end:?}"
        );
    }
}

fn sshd(boot: &mut Boot, names: &[&str]) -> Vec<Item> {
    names.iter().map(|name| boot.sshd(100, name)).collect()
}

fn gaps(reader: &mut JournalReader) -> usize {
    reader
        .remarks()
        .iter()
        .filter(|remark| matches!(remark, Remark::Gap { .. }))
        .count()
}

#[test]
fn reading_resumes_exactly_behind_the_entry_that_was_read_last() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write(
        "system.journal",
        &sshd(&mut boot, &["a1", "a2", "a3", "a4"]),
    );
    for (last, rest) in [
        ("a1", vec!["a2", "a3", "a4"]),
        ("a3", vec!["a4"]),
        ("a4", vec![]),
    ] {
        let mut reader = open(
            journals.path(),
            Start::At(position_behind(journals.path(), last)),
        );
        assert_eq!(read(&mut reader), rest);
        assert_eq!(gaps(&mut reader), 0);
    }
}

#[test]
fn a_live_entry_wakes_the_reader() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut live = journals.follow("system.journal");
    live.append(&boot.sshd(1, "a1"));
    let mut reader = open(journals.path(), Start::Beginning);
    assert_eq!(follow(&mut reader, 1), ["a1"]);
    live.append(&boot.other("nothing"));
    live.append(&boot.sftp(1001, 2, "a2"));
    assert_eq!(follow(&mut reader, 1), ["a2"]);
}

#[test]
fn an_entry_carries_who_said_it_when_and_where() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    journals.write(
        "system.journal",
        &[boot.sftp(1001, 4712, "close").with("_AUDIT_SESSION", "7")],
    );
    let mut seen = 0;
    open(journals.path(), Start::Beginning)
        .read(ALL, &mut |entry| {
            seen += 1;
            let origin = &entry.origin;
            assert_eq!(origin.time, Time(BEGINNING as i64));
            assert_eq!(origin.boot.0, 1);
            assert_eq!(
                (&*origin.host, &*origin.identifier),
                (&b"sftp1"[..], &b"internal-sftp"[..])
            );
            assert_eq!((origin.pid, origin.uid), (4712, Some(1001)));
            assert_eq!(origin.session.as_deref(), Some("7"));
            assert!(!origin.past);
            assert_eq!((entry.message, entry.dropped), (&b"close"[..], None));
        })
        .expect("the journal is read");
    assert_eq!(seen, 1);
}
