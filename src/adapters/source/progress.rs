//! Where reading starts, what a call of it brought, and what there is to say of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::base::time::Time;

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
