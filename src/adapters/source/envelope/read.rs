//! What a line is, once it is taken out of its envelope.

use crate::domain::record::{Entry, Origin};

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<'a> {
    /// An entry. A line without an envelope is a bare message: its identifier is empty and its time the epoch.
    Entry(Entry<'a>),
    /// No text: it holds a NUL, or is longer than a line may be.
    NoText,
    /// An empty line.
    Other,
}

impl<'a> Read<'a> {
    pub(super) fn of(origin: Origin<'a>, message: &'a [u8]) -> Self {
        Read::Entry(Entry {
            origin,
            message,
            ..Entry::default()
        })
    }
}
