//! Where entries come from: the journal or auth.log, read in order from a position.

pub mod auth_log;
pub(crate) mod buffer;
pub mod choice;
pub mod envelope;
pub mod journal;

use crate::domain::base::position::Position;
use crate::domain::base::process::Boot;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where reading starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start<P> {
    /// With what comes from now on. What lies up to this far back is delivered first, as past entries, so that the
    /// sessions which are open are known.
    Now {
        /// How far back.
        look_back: Duration,
    },
    /// Exactly behind this position.
    At(P),
    /// With what is later than this time; what lies up to `look_back` before it is delivered as past entries.
    After {
        /// The time of the last event that was counted.
        time: Time,
        /// How far back.
        look_back: Duration,
    },
    /// With the oldest entry there is.
    Beginning,
}

/// What one call of `read` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Entries that were handed out.
    pub entries: usize,
    /// The present was reached: there is nothing more to read for now.
    pub at_end: bool,
}

/// What a source has to say about itself: told in the log, kept as notices of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Remark {
    /// Entries between these times are gone: vacuumed, rotated away unread, truncated.
    Gap {
        /// The last entry that was read before.
        from: Time,
        /// The first that was there after.
        to: Time,
        /// What happened, in English, for the log.
        why: String,
    },
    /// Entries or lines that could not be read (no MESSAGE even after retries, longer than any line may be).
    Unreadable {
        /// How many.
        count: u64,
    },
    /// The source was closed and opened again at its position after an error.
    Reopened {
        /// The error.
        why: String,
    },
    /// Something else that belongs into the log.
    Said(String),
}

/// A source of either kind, as the reading thread holds it.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of it, and it is not moved about"
)]
pub enum Source {
    /// The journal.
    Journal(journal::JournalReader),
    /// A log file.
    AuthLog(auth_log::AuthLogReader),
}

/// Entries in order, from a position. The simulation of crashes stands in for [`Source`].
pub trait Entries: Sized {
    /// Hands out at most `limit` entries, in order, then returns. Errors are final only if the source could not be
    /// reopened; the caller backs off and calls again.
    fn read(&mut self, limit: usize, each: &mut dyn FnMut(&Entry<'_>)) -> anyhow::Result<Progress>;

    /// The same source, opened anew behind a position.
    fn again(&self, position: &Position) -> anyhow::Result<Self>;

    /// The position behind the last entry that was handed out; none before anything was read or known.
    fn position(&self) -> Option<Position>;

    /// What there is to say since the last call.
    fn remarks(&mut self) -> Vec<Remark>;
}

impl Source {
    /// Waits until there may be more to read, at most this long.
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

/// The first half of a boot id as entries carry it.
pub fn boot(id: &[u8]) -> Boot {
    let digits = id.get(..16).and_then(|half| std::str::from_utf8(half).ok());
    Boot(
        digits
            .and_then(|half| u64::from_str_radix(half, 16).ok())
            .unwrap_or(0),
    )
}
