//! Reads a whole journal of the past, without waiting.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{anyhow, bail};

use super::progress::{ProgressMeter, Unit};
use crate::adapters::source::journal::{
    JournalReader, Readable, not_opened, readable, readable_in,
};
use crate::adapters::source::{LOOK_BACK, Start};
use crate::domain::base::span::Span;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;

/// Journal entries that are read between two looks at the clock.
const SLICE: usize = 5_000;

/// The message about a file that cannot be read, with the permission to grant.
pub(crate) fn cannot(path: &Path, error: &std::io::Error) -> anyhow::Error {
    let path = path.display();
    match error.kind() {
        ErrorKind::PermissionDenied => anyhow!(
            "{path}: {error}; `sudo usermod -aG adm $USER` gives access to the logs, from the next log-in on"
        ),
        _ => anyhow!("{path}: {error}"),
    }
}

/// Fails if this user may not read the journal: it would look empty, and its report would look like a quiet day.
pub(super) fn can_be_read(directory: Option<&Path>) -> anyhow::Result<()> {
    let found = match directory {
        None => readable(),
        Some(directory) => readable_in(directory)?,
    };
    match (found, directory) {
        (Readable::Yes, _) => Ok(()),
        (Readable::NoPermission { .. }, Some(directory)) => bail!(not_opened(directory)),
        (Readable::NoPermission { group }, None) => bail!(
            "the journal cannot be read: `sudo usermod -aG {group} $USER` gives access to it, from the next log-in on"
        ),
        (Readable::NoJournal(why), _) => bail!("there is no journal: {why}"),
    }
}

/// Hands out the entries of a journal: the machine's own, or the journals of a directory.
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
    let mut reader = JournalReader::open(directory, start)?;
    let mut progress = ProgressMeter::new(Unit::Entries);
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
