//! The journal's reader against real journals.

#[path = "../support/mod.rs"]
mod support;

mod boots;
mod entries;
mod follow;
mod resume;

use std::path::Path;
use std::time::{Duration, Instant};

use sftp_monitor::adapters::source::journal::{JournalReader, SeveralMachines};
use sftp_monitor::adapters::source::{Remark, Start};
use sftp_monitor::domain::base::position::JournalPosition;
use sftp_monitor::domain::base::time::Time;
use support::journal::{BEGINNING, Boot, Item, Journals, MACHINE, SECOND};

/// Enough to read any of these journals at once.
const ALL: usize = 100_000;

fn open(directory: &Path, start: Start<JournalPosition>) -> JournalReader {
    JournalReader::open(Some(directory), start).expect("the journal opens")
}

/// Reads to the end, and returns the messages; past ones in brackets.
fn read(reader: &mut JournalReader) -> Vec<String> {
    let mut messages = Vec::new();
    loop {
        let mut take = |entry: &sftp_monitor::domain::record::Entry<'_>| {
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
