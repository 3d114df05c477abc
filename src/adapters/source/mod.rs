//! Where entries come from: the journal or auth.log, read in order from a position.

pub mod auth_log;
pub(crate) mod buffer;
pub mod choice;
pub mod envelope;
pub mod journal;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::base::time::Time;
use crate::domain::record::{Boot, Entry};

/// How far reading has come in a source: everything up to here was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// In a journal.
    Journal(JournalPosition),
    /// In a log file.
    File(FilePosition),
}

impl Position {
    /// Is it the same place? What a position is only recognised by may differ.
    pub fn is(&self, other: &Position) -> bool {
        match (self, other) {
            (Position::Journal(one), Position::Journal(other)) => {
                let key = |p: &JournalPosition| (p.boot.clone(), p.monotonic, p.realtime, p.hash);
                key(one) == key(other)
            }
            (Position::File(one), Position::File(other)) => {
                let key = |p: &FilePosition| (p.device, p.inode, p.offset, p.hash);
                key(one) == key(other)
            }
            _ => false,
        }
    }
}

/// The last journal entry that was read, known by its cursor and, since a cursor changes at a flush on systemd 252,
/// by boot, times and a hash of its message as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalPosition {
    /// The machine whose journal it is: `_MACHINE_ID`.
    pub machine: String,
    /// `sd_journal_get_cursor(3)`; opaque.
    pub cursor: String,
    /// The whole boot id of the entry, in hexadecimal.
    pub boot: String,
    /// Microseconds since that boot.
    pub monotonic: u64,
    /// journald's time of receipt.
    pub realtime: Time,
    /// A hash of the message.
    #[serde(with = "crate::domain::base::hex")]
    pub hash: u64,
    /// The boots that were read before or lie before the start, by the first eight digits of their ids. Any other is new:
    /// no clock tells reliably which boot came after which.
    #[serde(default)]
    pub boots: Vec<String>,
}

/// The place in a log file up to which it was read, and what the file is known by: inode numbers come back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePosition {
    /// The file's path.
    pub path: PathBuf,
    /// The device that holds it.
    pub device: u64,
    /// Its inode number.
    pub inode: u64,
    /// The offset of the first byte not yet read: always behind a line end.
    pub offset: u64,
    /// A hash of the last bytes before the offset (at most `hashed` of them).
    #[serde(with = "crate::domain::base::hex")]
    pub hash: u64,
    /// How many bytes before the offset were hashed.
    pub hashed: u64,
    /// The time of the last line before the offset.
    #[serde(default)]
    pub time: Time,
}

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

/// FNV-1a in 64 bits (draft-eastlake-fnv). It is kept in the state, and so must stay what it is.
pub fn hash(bytes: &[u8]) -> u64 {
    /// The offset basis.
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    /// The prime.
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
    bytes.iter().fold(BASIS, mix)
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

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn the_hash_is_the_one_that_stored_positions_hold() {
        // The vectors of the draft.
        assert_eq!(hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
