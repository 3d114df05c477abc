//! A notice: a remark in the day's table that figures may be incomplete.

use serde::{Deserialize, Serialize};

use crate::domain::base::time::Time;

/// Something that makes the day's figures less than certain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// From when.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// How many times, lines or files; 0 where nobody knows.
    pub count: u64,
    /// More, for a person; log text in here is escaped where it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The partner that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
}

impl NoticeKind {
    /// Where it stands, what somebody did may be in no counter.
    pub fn leaves_out(self) -> bool {
        matches!(
            self,
            NoticeKind::Gap
                | NoticeKind::Dropped
                | NoticeKind::Unreadable
                | NoticeKind::Undecided
                | NoticeKind::StateDeleted
                | NoticeKind::StateDamaged
                | NoticeKind::NoEnvelope
        )
    }
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Entries are gone unread: vacuumed, rotated away, truncated.
    Gap,
    /// journald dropped messages.
    Dropped,
    /// Entries that could not be read.
    Unreadable,
    /// File operations of a process whose log-in nobody saw: credited to nobody.
    Unattributed,
    /// Transfers whose direction nobody can tell: not counted.
    UnknownDirection,
    /// Files that were opened for writing and that no line closes, though their session ended itself; `detail` is the account.
    WritingUnclosed,
    /// The same of files that were opened for reading.
    ReadingUnclosed,
    /// Sessions that held so many files open that lines of them may be missing; `detail` is the account.
    Descriptors,
    /// Sessions that are over and whose own end is not in the log; `detail` is the account.
    EndUnseen,
    /// Sessions whose lines came near what journald takes; `detail` is the account, none for what belongs to no session.
    Flood,
    /// More events waited for the user database than are kept.
    Undecided,
    /// `daily.json` was deleted by someone else.
    StateDeleted,
    /// `daily.json` was damaged; an older one, or none, took its place.
    StateDamaged,
    /// Reading changed from one source to another.
    SourceChanged,
    /// More connections or sessions were open than are kept.
    SessionsForgotten,
    /// Lines that someone wrote in sshd's name: ignored.
    Forged,
    /// Lines that read like ones that count, and that nobody understands.
    Unparsed,
    /// Lines of OpenSSH in an envelope that nobody knows: not counted.
    NoEnvelope,
    /// The monitor did not run.
    Down,
    /// Files of partners cannot be seen, or nobody knows whether they can.
    Unseen,
}
