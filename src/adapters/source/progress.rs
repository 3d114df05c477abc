//! The start of reading, the result of one read call, and the remarks of a source.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::base::time::Time;

/// Where reading starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start<P> {
    /// Starts with new entries. Entries up to this far back are delivered first, as past entries, so that the open sessions
    /// are known.
    Now {
        /// How far back.
        look_back: Duration,
    },
    /// Starts exactly after this position.
    At(P),
    /// Starts with entries later than this time; entries up to `look_back` before it are delivered as past entries.
    After {
        /// The time of the last counted event.
        time: Time,
        /// How far back.
        look_back: Duration,
    },
    /// Starts with the oldest entry.
    Beginning,
}

/// Result of one call of `read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Number of entries that were handed out.
    pub entries: usize,
    /// Reading reached the present: there is nothing more to read for now.
    pub at_end: bool,
}

/// A remark of a source about itself: reported in the log, and kept as a notice of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Remark {
    /// Entries between these times are lost: vacuumed, rotated away unread, or truncated.
    Gap {
        /// Time of the last entry before the gap.
        from: Time,
        /// Time of the first entry after the gap.
        to: Time,
        /// What happened, in English, for the log.
        why: String,
    },
    /// Entries or lines that could not be read (no MESSAGE even after retries, or longer than `LONGEST_LINE`).
    Unreadable {
        /// How many.
        count: u64,
    },
    /// After an error, the source was closed and opened again at its position.
    Reopened {
        /// The error.
        why: String,
    },
    /// Another message for the log.
    Said(String),
}
