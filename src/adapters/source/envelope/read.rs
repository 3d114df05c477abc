//! The result of taking a line out of its envelope.

use std::borrow::Cow;

use crate::domain::base::time::Time;
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
    pub(crate) fn of(parts: LineParts<'a>) -> Self {
        Read::Entry(Entry {
            origin: Origin {
                time: parts.time,
                host: Cow::Borrowed(parts.host),
                identifier: Cow::Borrowed(parts.identifier),
                pid: parts.pid,
                ..Origin::default()
            },
            message: parts.message,
            dropped: None,
            over: None,
        })
    }
}

/// The parts of a line. Less than half of an entry, because each line's parts pass through several functions.
#[derive(Clone, Copy, Default)]
pub(crate) struct LineParts<'a> {
    pub(super) time: Time,
    pub(super) host: &'a [u8],
    pub(super) identifier: &'a [u8],
    pub(super) pid: u32,
    pub(super) message: &'a [u8],
}

impl<'a> LineParts<'a> {
    /// The parts of a line without an envelope.
    pub(super) fn bare(message: &'a [u8]) -> Self {
        LineParts {
            message,
            ..LineParts::default()
        }
    }
}
