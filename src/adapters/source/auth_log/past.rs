//! What lies before the point from which counting starts: read for the sessions that are open, and for nothing else.

use std::collections::VecDeque;
use std::path::Path;

use super::generations;
use super::identity::{Identity, LogFile};
use super::reading::FileReading;
use crate::domain::base::position::FilePosition;
use crate::domain::base::time::Time;

/// How much is read back at most, at a first start: half a million lines, read in a fraction of a second.
const READ_BACK: u64 = 64 << 20;

/// The past of one start. It ends where the log ended then.
#[derive(Debug)]
pub(super) struct LookBack {
    /// What is older is skipped.
    since: Time,
    /// Up to here entries are past; none where all are.
    until: Option<Time>,
    /// The file that was the last then, and its end.
    log: Identity,
    end: u64,
    /// An entry was seen that is not past.
    left: bool,
}

impl LookBack {
    /// Whether an entry of this time is past; none where it is too old to be of use.
    pub(super) fn holds(&mut self, time: Time) -> Option<bool> {
        let past = self.until.is_none_or(|until| time <= until);
        self.left |= !past;
        (time >= self.since).then_some(past)
    }

    /// Whether it ends before what stands at this offset.
    pub(super) fn ends_at(&self, file: Identity, offset: u64) -> bool {
        self.is_of(file) && offset >= self.end
    }

    /// Whether it ends in this file.
    pub(super) fn is_of(&self, file: Identity) -> bool {
        self.log == file
    }

    /// Whether anything was handed out that is not past.
    pub(super) const fn is_left(&self) -> bool {
        self.left
    }
}

/// How reading starts with what comes from now on.
#[derive(Debug)]
pub(super) struct Now {
    pub(super) past: LookBack,
    pub(super) reading: Option<FileReading>,
    pub(super) later: VecDeque<LogFile>,
    /// Where that which comes begins.
    pub(super) position: Option<FilePosition>,
}

/// Starts with what comes from now on; none where there is no log yet.
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
    let past = LookBack {
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
) -> anyhow::Result<(Option<LookBack>, VecDeque<LogFile>)> {
    let files = generations::since(path, since)?;
    let Some(last) = files.back() else {
        return Ok((None, files));
    };
    let end = match last.packed {
        true => u64::MAX,
        false => last.line_end_before(last.size()?)?,
    };
    let past = LookBack {
        since,
        until: Some(time),
        log: last.identity,
        end,
        left: false,
    };
    Ok((Some(past), files))
}
