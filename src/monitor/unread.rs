//! Lines of OpenSSH that nobody could read: they count nothing, and a notice of the day says how many there are.

use super::{Monitor, Verdict};
use crate::entry::Record;
use crate::state::NoticeKind;

impl Monitor<'_> {
    /// A line that begins like one that counts. Of a user's process it is worth a notice where that works for a partner.
    pub(super) fn unparsed(&mut self, record: &Record<'_>) -> Verdict {
        let origin = &record.origin;
        let own = origin.uid.is_none_or(|uid| uid == 0);
        if own || self.works_for_partner((origin.boot, origin.pid)) {
            self.notice(record, NoticeKind::Unparsed, 1, None);
        }
        Verdict::new(
            "ignored",
            None,
            "begins like a line that counts, and nobody understands it",
        )
    }

    /// A line in an envelope that nobody knows: the first of a day is its example.
    pub(super) fn without_envelope(&mut self, record: &Record<'_>) -> Verdict {
        let origin = &record.origin;
        if !origin.past {
            self.roll(origin.time);
            let line = record.event.detail.as_deref().unwrap_or_default();
            self.daily
                .note_alike(NoticeKind::NoEnvelope, origin.time, line);
        }
        let why = "a line of sshd or sftp-server in no envelope that is known: counts nothing";
        Verdict::new("ignored", None, why)
    }
}
