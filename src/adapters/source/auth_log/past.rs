//! The past: entries before the start of counting, which are read only to know the open sessions.

use std::collections::VecDeque;
use std::path::Path;

use super::generations;
use super::identity::{Identity, LogFile};
use super::reading::FileReading;
use crate::domain::base::position::FilePosition;
use crate::domain::base::time::Time;

/// The most bytes that are read back at a first start: half a million lines, read in a fraction of a second.
const READ_BACK: u64 = 64 << 20;

/// The past of one start. It ends at the end of the log at that time.
#[derive(Debug)]
pub(super) struct LogPast {
    /// Older entries are skipped.
    since: Time,
    /// Entries up to this time are past. `None` if all entries are past.
    until: Option<Time>,
    /// The file that was the last one at the start; `end` is its end.
    log: Identity,
    end: u64,
    /// An entry was seen that is not past.
    left: bool,
}

impl LogPast {
    /// Whether an entry of this time is past. `None` if the entry is too old to be of use.
    pub(super) fn holds(&mut self, time: Time) -> Option<bool> {
        let past = self.until.is_none_or(|until| time <= until);
        self.left |= !past;
        (time >= self.since).then_some(past)
    }

    /// Whether the past ends before the line at this offset.
    pub(super) fn ends_at(&self, file: Identity, offset: u64) -> bool {
        self.is_of(file) && offset >= self.end
    }

    /// Whether the past ends in this file.
    pub(super) fn is_of(&self, file: Identity) -> bool {
        self.log == file
    }

    /// Whether an entry was handed out that is not past.
    pub(super) const fn is_left(&self) -> bool {
        self.left
    }
}

/// A start with new entries.
#[derive(Debug)]
pub(super) struct Now {
    pub(super) past: LogPast,
    pub(super) reading: Option<FileReading>,
    pub(super) later: VecDeque<LogFile>,
    /// The position at which new entries begin.
    pub(super) position: Option<FilePosition>,
}

/// Starts with new entries. `None` if there is no log yet.
pub(super) fn now(path: &Path, since: Time, now: Time) -> anyhow::Result<Option<Now>> {
    let Some(log) = LogFile::open(path)? else {
        return Ok(None);
    };
    let mut files = generations::since(path, since)?;
    let mut room = READ_BACK;
    let mut first = files.len();
    let mut from = 0;
    while first > 0 && room > 0 && !files[first - 1].packed {
        first -= 1;
        let size = files[first].size()?;
        from = files[first].line_end_before(size.saturating_sub(room))?;
        room = room.saturating_sub(size);
    }
    files.drain(..first);
    let reading = match files.pop_front() {
        Some(first) => FileReading::from(first, from)?,
        None => None,
    };
    let end = log.line_end_before(log.size()?)?;
    let identity = log.identity;
    let position = FileReading::from(log, end)?.and_then(|reading| reading.position(path, now));
    let past = LogPast {
        since,
        until: None,
        log: identity,
        end,
        left: false,
    };
    Ok(Some(Now {
        past,
        reading,
        later: files,
        position,
    }))
}

/// The past of a start after a time, and the files to read.
pub(super) fn after(
    path: &Path,
    since: Time,
    time: Time,
) -> anyhow::Result<(Option<LogPast>, VecDeque<LogFile>)> {
    let files = generations::since(path, since)?;
    let Some(last) = files.back() else {
        return Ok((None, files));
    };
    let end = match last.packed {
        true => u64::MAX,
        false => last.line_end_before(last.size()?)?,
    };
    let past = LogPast {
        since,
        until: Some(time),
        log: last.identity,
        end,
        left: false,
    };
    Ok((Some(past), files))
}
