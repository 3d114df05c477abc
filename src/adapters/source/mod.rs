//! Sources of entries: the journal or auth.log, read in order from a position. Uses the domain, `config` and `program`.

pub mod auth_log;
pub(crate) mod buffer;
pub mod choice;
pub mod envelope;
pub mod journal;
mod progress;

use crate::domain::base::position::Position;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;
pub use progress::{Progress, Remark, Start};
use std::time::Duration;

/// How far before a time reading starts to find the sessions that were open then: longer sessions are rare.
pub(crate) const LOOK_BACK: Duration = Duration::from_secs(24 * 3_600);

/// A source of either kind; the reading thread owns it.
pub enum Source {
    /// The journal.
    Journal(journal::JournalReader),
    /// A log file.
    AuthLog(auth_log::AuthLogReader),
}

/// Entries in order, from a position. The crash simulation implements it in place of [`Source`].
pub trait Entries: Sized {
    /// Hands out at most `limit` entries, in order, then returns. An error is final only if the source could not be reopened;
    /// the caller waits and calls again.
    fn read(&mut self, limit: usize, each: &mut dyn FnMut(&Entry<'_>)) -> anyhow::Result<Progress>;

    /// The same source, opened again after a position.
    fn again(&self, position: &Position) -> anyhow::Result<Self>;

    /// The same source, opened again for the entries later than this time. Entries before it are handed out as past ones, so
    /// that the open sessions are known.
    fn since(&self, time: Time) -> anyhow::Result<Self>;

    /// The position after the last entry that was handed out. `None` before a position is known.
    fn position(&self) -> Option<Position>;

    /// The remarks since the last call.
    fn remarks(&mut self) -> Vec<Remark>;
}

impl Source {
    /// Waits until there may be more to read, but at most this long.
    pub fn wait(&mut self, at_most: Duration) -> anyhow::Result<()> {
        match self {
            Source::Journal(reader) => reader.wait(at_most),
            Source::AuthLog(reader) => reader.wait(at_most),
        }
    }
}

impl Entries for Source {
    fn read(&mut self, limit: usize, each: &mut dyn FnMut(&Entry<'_>)) -> anyhow::Result<Progress> {
        match self {
            Source::Journal(reader) => reader.read(limit, each),
            Source::AuthLog(reader) => reader.read(limit, each),
        }
    }

    fn again(&self, position: &Position) -> anyhow::Result<Source> {
        match (self, position) {
            (Source::Journal(reader), Position::Journal(position)) => {
                Ok(Source::Journal(reader.again(position)?))
            }
            (Source::AuthLog(_), Position::File(position)) => {
                let start = Start::At(position.clone());
                Ok(Source::AuthLog(auth_log::AuthLogReader::open(
                    &position.path,
                    start,
                )?))
            }
            _ => anyhow::bail!("the position is another source's"),
        }
    }

    fn since(&self, time: Time) -> anyhow::Result<Source> {
        Ok(match self {
            Source::Journal(reader) => Source::Journal(reader.since(time, LOOK_BACK)?),
            Source::AuthLog(reader) => Source::AuthLog(reader.since(time, LOOK_BACK)?),
        })
    }

    fn position(&self) -> Option<Position> {
        match self {
            Source::Journal(reader) => reader.position().map(Position::Journal),
            Source::AuthLog(reader) => reader.position().map(Position::File),
        }
    }

    fn remarks(&mut self) -> Vec<Remark> {
        match self {
            Source::Journal(reader) => reader.remarks(),
            Source::AuthLog(reader) => reader.remarks(),
        }
    }
}
