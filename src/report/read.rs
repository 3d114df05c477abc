//! Reading whole logs of the past, as fast as they come.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{anyhow, bail};

use super::progress::{Progress, Unit};
use super::span::Span;
use crate::entry::Entry;
use crate::log::{Priority, line};
use crate::source::Start;
use crate::source::envelope::{Envelope, Read};
use crate::source::journal::{JournalReader, Readable, not_opened, readable, readable_in};
use crate::source::lines::Lines;
use crate::time::Time;

/// How far before `--since` a journal is read, to know the sessions that were open then.
const LOOK_BACK: Duration = Duration::from_secs(24 * 3_600);

/// How many journal entries are read between two looks at the clock.
const SLICE: usize = 5_000;

/// How many lines are read between two looks at the clock.
const LINES: u64 = 1 << 14;

/// How many lines at a file's beginning may be without a time before it is given up to know when it began.
const HEAD: usize = 100;

/// Hands out the entries of files, as one log.
pub(crate) fn files(paths: &[PathBuf], take: &mut impl FnMut(Entry<'_>)) -> anyhow::Result<()> {
    let mut ordered = Vec::with_capacity(paths.len());
    let mut size = 0;
    for path in paths {
        let began = began(path).map_err(|error| cannot(path, &error))?;
        size += std::fs::metadata(path).map_or(0, |meta| meta.len());
        ordered.push((began, path));
    }
    // A shell lists auth.log before auth.log.1: read in the order in which they were written, sessions go on from one
    // file to the next.
    ordered.sort_by_key(|(began, _)| *began);
    let mut progress = Progress::new(Unit::Bytes(size));
    let mut before = 0;
    for (_, path) in ordered {
        let mut lines = Lines::open(path).map_err(|error| cannot(path, &error))?;
        let skipped = file(&mut lines, before, take, &mut progress);
        let skipped = skipped.map_err(|error| cannot(path, &error))?;
        before += lines.read_so_far();
        if skipped > 0 {
            let path = path.display();
            line(
                Priority::Warning,
                &format!("{path}: {skipped} lines are no text and were skipped"),
            );
        }
    }
    Ok(())
}

/// Hands out the entries of one file. Returns how many were no text.
fn file(
    lines: &mut Lines,
    before: u64,
    take: &mut impl FnMut(Entry<'_>),
    progress: &mut Progress,
) -> std::io::Result<u64> {
    let mut envelope = Envelope::new();
    let (mut number, mut skipped) = (0_u64, 0);
    loop {
        number += 1;
        if number % LINES == 0 {
            progress.at(before + lines.read_so_far());
        }
        let Some(line) = lines.next_line()? else {
            return Ok(skipped);
        };
        match envelope.read_syslog(line) {
            Read::Entry(entry) => take(entry),
            Read::NoText => skipped += 1,
            Read::Other => {}
        }
    }
}

/// When the first line of these files was written; none where nobody knows.
pub(crate) fn begins(paths: &[PathBuf]) -> Option<Time> {
    let known = paths.iter().filter_map(|path| began(path).ok());
    known.filter(|began| *began != Time(i64::MAX)).min()
}

/// The time of a file's first line; of standard input, which cannot be read twice, the end of all times.
fn began(path: &Path) -> std::io::Result<Time> {
    let unknown = Time(i64::MAX);
    if path == Path::new("-") {
        return Ok(unknown);
    }
    let mut lines = Lines::open(path)?;
    let mut envelope = Envelope::new();
    for _ in 0..HEAD {
        let Some(line) = lines.next_line()? else {
            break;
        };
        if let Read::Entry(entry) = envelope.read_syslog(line) {
            if entry.origin.time != Time::default() {
                return Ok(entry.origin.time);
            }
        }
    }
    Ok(unknown)
}

/// What is said of a file that cannot be read, with what to grant.
pub(crate) fn cannot(path: &Path, error: &std::io::Error) -> anyhow::Error {
    let path = path.display();
    match error.kind() {
        ErrorKind::PermissionDenied => anyhow!(
            "{path}: {error}; `sudo usermod -aG adm $USER` grants the logs, from the next log-in on"
        ),
        _ => anyhow!("{path}: {error}"),
    }
}

/// A journal that this user may not read looks like one without entries, and a report of it like a quiet day.
fn can_be_read(directory: Option<&Path>) -> anyhow::Result<()> {
    let found = match directory {
        None => readable(),
        Some(directory) => readable_in(directory)?,
    };
    match (found, directory) {
        (Readable::Yes, _) => Ok(()),
        (Readable::NoPermission { .. }, Some(directory)) => bail!(not_opened(directory)),
        (Readable::NoPermission { group }, None) => bail!(
            "the journal cannot be read: `sudo usermod -aG {group} $USER` grants it, from the next log-in on"
        ),
        (Readable::NoJournal(why), _) => bail!("there is no journal: {why}"),
    }
}

/// Hands out the entries of a journal: the machine's own, or those of a directory.
pub(crate) fn journal(
    directory: Option<&Path>,
    span: Span,
    take: &mut impl FnMut(Entry<'_>),
) -> anyhow::Result<()> {
    let start = match span.since {
        None => Start::Beginning,
        Some(since) => Start::After {
            time: Time(since.0 - 1),
            look_back: LOOK_BACK,
        },
    };
    can_be_read(directory)?;
    let mut reader = JournalReader::open(directory, start)?;
    let mut progress = Progress::new(Unit::Entries);
    let mut entries = 0;
    loop {
        let mut over = false;
        let read = reader.read(SLICE, &mut |entry| {
            over = span.until.is_some_and(|until| entry.origin.time > until);
            take(entry.clone());
        })?;
        entries += read.entries as u64;
        progress.at(entries);
        if read.at_end || over {
            return Ok(());
        }
    }
}
