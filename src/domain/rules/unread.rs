//! Lines of OpenSSH that the program cannot read. They count nothing; a notice of the day has their number.

use super::{Monitor, RuleOutcome};
use crate::domain::alerts::Content;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use crate::domain::openssh::Kind;
use crate::domain::record::Record;
use crate::domain::state::{NoticeKind, Unread};

/// How many unreadable lines in a row are reported, if the log was readable before: one connection writes three or more.
const IN_A_ROW: u64 = 5;

impl Monitor<'_> {
    /// A line that looks like a line that counts. If a user's process wrote it, a notice is added only if that process works
    /// for a partner.
    pub(super) fn unparsed(&mut self, record: &Record<'_>) -> RuleOutcome {
        let origin = &record.origin;
        let own = origin.uid.is_none_or(|uid| uid == 0);
        if own || self.works_for_partner((origin.boot, origin.pid)) {
            self.notice(record, NoticeKind::Unparsed, 1, None);
        }
        RuleOutcome::ignored("reads like a line that counts, and nobody understands it")
    }

    /// A line in an unknown envelope: the first one of a day is kept as an example.
    pub(super) fn without_envelope(&mut self, record: &Record<'_>) -> RuleOutcome {
        let origin = &record.origin;
        if !origin.past {
            self.roll(origin.time);
            add(&mut self.daily.resume.unread.lines, 1);
            let line = record.event.detail.as_deref().unwrap_or_default();
            self.daily
                .note_alike(NoticeKind::NoEnvelope, origin.time, line);
        }
        let why = "a line of sshd or sftp-server in no envelope that is known: counts nothing";
        RuleOutcome::ignored(why)
    }

    /// Notes that a line of OpenSSH could be read, if this one could.
    pub(super) fn could_be_read(&mut self, record: &Record<'_>) {
        let unread = &mut self.daily.resume.unread;
        let news = !unread.some_read || unread.lines > 0;
        if news && !matches!(record.event.kind, Kind::NoEnvelope) {
            *unread = Unread {
                some_read: true,
                lines: 0,
                told: unread.told,
            };
        }
    }

    /// Reports that lines cannot be read, when reading has caught up: at once if no line was ever readable, and at most once
    /// a day.
    pub(super) fn judge_unread(&mut self, time: Time) {
        let unread = self.daily.resume.unread;
        let enough = if unread.some_read { IN_A_ROW } else { 1 };
        let today = Some(self.daily.date);
        if unread.lines < enough || unread.told == today || self.rules.silent {
            return;
        }
        self.daily.resume.unread.told = today;
        let mut notices = self.daily.resume.day.notices.iter();
        let example = notices.find(|notice| notice.kind == NoticeKind::NoEnvelope);
        let example = example.and_then(|notice| notice.detail.clone());
        let content = Content::Unreadable {
            lines: unread.lines,
            example: example.unwrap_or_default(),
        };
        self.say(time, content);
    }
}
