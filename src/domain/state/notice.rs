//! A notice: a remark in the day's table that figures may be incomplete.

use serde::{Deserialize, Serialize};

use crate::domain::base::time::Time;

/// A reason why the day's figures may be incomplete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The kind of notice.
    pub kind: NoticeKind,
    /// The start of the time span.
    pub from: Time,
    /// The end of the time span.
    pub to: Time,
    /// Number of occurrences, lines or files; 0 if unknown.
    pub count: u64,
    /// Details for a person. Log text in it is escaped when it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The partner that it concerns, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
}

impl NoticeKind {
    /// Does this notice mean that some activity may be missing from the counters?
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
    /// Entries were lost before they were read: vacuumed, rotated away or truncated.
    Gap,
    /// journald dropped messages.
    Dropped,
    /// Entries that could not be read.
    Unreadable,
    /// File operations of a process whose log-in was not seen. They are attributed to no partner.
    Unattributed,
    /// Transfers with unknown direction: not counted.
    UnknownDirection,
    /// Files opened for writing without a close line, although their session ended by itself; `detail` is the account.
    WritingUnclosed,
    /// The same for files opened for reading.
    ReadingUnclosed,
    /// Sessions with so many open files that some of their lines may be missing; `detail` is the account.
    Descriptors,
    /// Ended sessions whose own end is not in the log; `detail` is the account.
    EndUnseen,
    /// Sessions whose lines came near journald's rate limit; `detail` is the account, `None` for lines outside a session.
    Flood,
    /// More events waited for the user database than can be kept.
    Undecided,
    /// `daily.json` was deleted by another program or person.
    StateDeleted,
    /// `daily.json` was damaged; an older one, or an empty one, replaced it.
    StateDamaged,
    /// The source changed.
    SourceChanged,
    /// More connections or sessions were open than can be kept.
    SessionsForgotten,
    /// Forged lines under sshd's name: ignored.
    Forged,
    /// Lines that look like lines that count, but could not be parsed.
    Unparsed,
    /// Lines of OpenSSH in an unknown envelope: not counted.
    NoEnvelope,
    /// The monitor did not run.
    Down,
    /// A partner was muted; `detail` is the reason, `partner` the account.
    Muted,
    /// The files of some partners cannot be seen, or it is unknown whether they can.
    Unseen,
}
