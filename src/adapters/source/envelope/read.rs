//! The result of taking a line out of its envelope.

use crate::domain::record::{Entry, Origin};

/// The kind of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<'a> {
    /// An entry. A line without an envelope is a message only: its identifier is empty and its time is the epoch.
    Entry(Entry<'a>),
    /// The line is not text: it holds a NUL, or is longer than `LONGEST_LINE`.
    NoText,
    /// An empty line.
    Other,
}

impl<'a> Read<'a> {
    #[inline]
    pub(super) fn of(origin: Origin<'a>, message: &'a [u8]) -> Self {
        Read::Entry(Entry {
            origin,
            message,
            dropped: None,
            over: None,
        })
    }
}
