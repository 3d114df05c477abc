//! Lines of OpenSSH that the program cannot read. They count nothing; a notice of the day says how many there are.

use super::{Monitor, RuleOutcome};
use crate::domain::alerts::Content;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use crate::domain::record::Record;
use crate::domain::state::{NoticeKind, Unread};

/// How many lines in a row nobody can read, of a log that could be read before, until that is told: a connection has three
/// and more.
const IN_A_ROW: u64 = 5;

impl Monitor<'_> {
    /// A line that reads like one that counts. Of a user's process it is worth a notice where that works for a partner.
    pub(super) fn unparsed(&mut self, record: &Record<'_>) -> RuleOutcome {
        let origin = &record.origin;
        let own = origin.uid.is_none_or(|uid| uid == 0);
        if own || self.works_for_partner((origin.boot, origin.pid)) {
            self.notice(record, NoticeKind::Unparsed, 1, None);
        }
        RuleOutcome::ignored("reads like a line that counts, and nobody understands it")
    }

    /// A line in an envelope that nobody knows: the first of a day is its example.
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

    /// A line of OpenSSH could be read.
    pub(super) fn could_be_read(&mut self) {
        let unread = &mut self.daily.resume.unread;
        if !unread.some_read || unread.lines > 0 {
            *unread = Unread {
                some_read: true,
                lines: 0,
                told: unread.told,
            };
        }
    }

    /// Tells that no line can be read, once reading has reached the present: at once where none ever could, and once a day.
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
