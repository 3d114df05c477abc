//! Notices: what makes a day's figures less than certain.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{Daily, add};
use crate::domain::base::clean::{HOST, clean};
use crate::domain::base::crowd::{take_out, too_many};
use crate::domain::base::time::Time;

/// How many notices of a kind a day keeps apart. Of further ones those of the partner with the most lose their details, the
/// latest first: they are counted together.
const NOTICES_KEPT: usize = 20;

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

impl Daily {
    /// Someone wrote a line in sshd's name.
    pub fn forged(&mut self, at: Time) {
        add(&mut self.resume.forged, 1);
        self.note(NoticeKind::Forged, at, 1, None);
    }

    /// Notes something that makes the day's figures less than certain; what is alike is noted once, with its count. Where the
    /// day has too many, those of a kind are joined, and nothing is said of whose they are.
    pub fn note(&mut self, kind: NoticeKind, at: Time, count: u64, detail: Option<String>) {
        self.note_span(kind, (at, at), count, detail);
    }

    /// Notes one more line of a kind, of which the first of the day is kept as an example.
    pub fn note_alike(&mut self, kind: NoticeKind, at: Time, line: &str) {
        let mut notices = self.resume.day.notices.iter();
        let detail = match notices.find(|notice| notice.kind == kind) {
            Some(first) => first.detail.clone(),
            None => Some(clean(line, HOST)),
        };
        self.note(kind, at, 1, detail);
    }

    /// The same of something that a partner did.
    pub fn note_of(&mut self, kind: NoticeKind, at: Time, partner: &str, detail: String) {
        self.note_for(kind, (at, at), 1, Some(detail), Some(partner));
    }

    /// The same for something that lasted.
    pub fn note_span(
        &mut self,
        kind: NoticeKind,
        span: (Time, Time),
        count: u64,
        detail: Option<String>,
    ) {
        self.note_for(kind, span, count, detail, None);
    }

    fn note_for(
        &mut self,
        kind: NoticeKind,
        (from, to): (Time, Time),
        count: u64,
        detail: Option<String>,
        partner: Option<&str>,
    ) {
        let notices = &mut self.resume.day.notices;
        join(
            notices,
            Notice {
                kind,
                from,
                to,
                count,
                detail,
                partner: partner.map(str::to_owned),
            },
        );
        let of_kind = || notices.iter().enumerate().filter(|(_, n)| n.kind == kind);
        if of_kind().count() <= NOTICES_KEPT {
            return;
        }
        let named: Vec<_> = of_kind().filter(|(_, n)| n.detail.is_some()).collect();
        let gone = too_many(
            named.into_iter(),
            NOTICES_KEPT - 1,
            |_| (),
            |n| &n.partner,
            |at, _| Reverse(*at),
        );
        for mut notice in take_out(notices, gone) {
            (notice.detail, notice.partner) = (None, None);
            join(notices, notice);
        }
    }
}

/// Adds a notice; what is alike is noted once, with its count.
fn join(notices: &mut Vec<Notice>, notice: Notice) {
    let of = |n: &&mut Notice| {
        (n.kind, &n.detail, &n.partner) == (notice.kind, &notice.detail, &notice.partner)
    };
    match notices.iter_mut().rev().find(of) {
        Some(alike) => {
            alike.from = alike.from.min(notice.from);
            alike.to = alike.to.max(notice.to);
            add(&mut alike.count, notice.count);
        }
        None => notices.push(notice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_notices_a_day_has_the_first_of_another_kind_is_kept_and_no_kind_grows() {
        let mut daily = Daily::default();
        let at = Time::from_seconds(1);
        for number in 0..3 * NOTICES_KEPT {
            let path = Some(format!("/upload/{number}"));
            daily.note(NoticeKind::UnknownDirection, at, 1, path);
        }
        daily.note_span(NoticeKind::Gap, (at, at), 0, Some("vacuumed".to_owned()));
        daily.forged(at);
        let notices = &daily.resume.day.notices;
        let of = |kind| {
            let alike = notices.iter().filter(move |notice| notice.kind == kind);
            (
                alike.clone().count(),
                alike.map(|notice| notice.count).sum::<u64>(),
            )
        };
        let told = [
            NoticeKind::UnknownDirection,
            NoticeKind::Gap,
            NoticeKind::Forged,
        ]
        .map(of);
        assert_eq!(told, [(NOTICES_KEPT, 60), (1, 0), (1, 1)]);
    }

    #[test]
    fn of_lines_of_a_kind_the_first_stands_as_example_and_harmless() {
        let mut daily = Daily::default();
        for (second, line) in [(1, "first\u{1b}[2J"), (2, "second"), (3, "third")] {
            daily.note_alike(NoticeKind::NoEnvelope, Time::from_seconds(second), line);
        }
        let told = daily.resume.day.notices.iter();
        let told: Vec<_> = told
            .map(|notice| (notice.count, notice.detail.as_deref()))
            .collect();
        assert_eq!(told, [(3, Some("first\u{fffd}[2J"))]);
    }
}
