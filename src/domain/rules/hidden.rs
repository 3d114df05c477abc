//! Notices for sessions whose log may lack lines. A partner that wants to hide can make sshd or journald lose lines.

use super::Monitor;
use crate::domain::alerts::{Content, File, Files, NAMES_KEPT, Transfer};
use crate::domain::base::time::Time;
use crate::domain::openssh::Kind;
use crate::domain::record::Record;
use crate::domain::sessions::{KEPT, Membership, SftpSession};
use crate::domain::state::NoticeKind;

impl Monitor<'_> {
    /// Counts a line of a session. If the rate comes near journald's limit, journald may have dropped lines. It logs this
    /// only with the next message of the same session, which may never come.
    pub(super) fn keep_pace(&mut self, record: &Record<'_>) {
        let (origin, Some(limit)) = (&record.origin, self.rules.limit) else {
            return;
        };
        let (true, Some(uid)) = (!origin.past, origin.uid) else {
            return;
        };
        if matches!(record.event.kind, Kind::Lost | Kind::SessionOver) {
            return;
        }
        let session = origin.session.as_deref();
        if session.is_none() && uid != 0 && !self.works_for_partner((origin.boot, origin.pid)) {
            return;
        }
        let paces = &mut self.daily.resume.sessions.paces;
        if !paces.line(session, origin.time, limit, 2 * KEPT) {
            return;
        }
        // Outside of sessions, one unit of sshd holds the lines of all accounts.
        let whose = session.and_then(|_| self.known_by_uid(uid));
        if session.is_none() || uid == 0 || whose.is_some() {
            self.notice(record, NoticeKind::Flood, 1, whose);
        }
    }

    /// logind logs that a session has ended: its log-in and its sftp sessions have ended too, even if their own last lines
    /// were lost.
    pub(super) fn session_over(&mut self, record: &Record<'_>) {
        let origin = &record.origin;
        let leader = record.event.about.map(|pid| (origin.boot, pid));
        self.login_over(record, leader);
        if let Some(session) = origin.session.as_deref() {
            let sessions = &mut self.daily.resume.sessions;
            sessions.end_session(origin.boot, session, origin.time);
            self.past_endings(origin.past);
        }
    }

    /// Reports files without a close line, although their session ended by itself; a partner's files are reported together.
    pub(super) fn unclosed(
        &mut self,
        session: &SftpSession,
        at: Time,
        what: Transfer,
        files: Vec<File>,
    ) {
        if session.standing != Membership::Partner {
            for file in files {
                self.file_at(session, at, false, what, file);
            }
        } else if !files.is_empty() {
            self.count_unclosed(at, &session.user, what, files);
        }
    }

    /// Adds a notice about a partner's files without a close line, and reports them.
    pub(super) fn count_unclosed(
        &mut self,
        at: Time,
        partner: &str,
        what: Transfer,
        files: Vec<File>,
    ) {
        let kind = match what {
            Transfer::UploadUnclosed => NoticeKind::WritingUnclosed,
            _ => NoticeKind::ReadingUnclosed,
        };
        let count = files.len() as u64;
        self.roll(at);
        self.daily.note(kind, at, count, Some(partner.to_owned()));
        let files = Files {
            partner: partner.to_owned(),
            full_name: self.full_name(partner),
            what,
            count,
            bytes: 0,
            some_unknown: true,
            files: files.into_iter().take(NAMES_KEPT).collect(),
            at,
        };
        self.tell(at, Content::Troubled(files));
    }

    /// Adds notices if lines of a partner's ended session may be missing.
    pub(super) fn note_hidden(&mut self, session: &SftpSession, at: Time, clean: bool) {
        if session.standing != Membership::Partner {
            return;
        }
        let rebooted = session.boot != self.daily.resume.sessions.boot;
        let mut note = |kind| {
            self.roll(at);
            self.daily.note(kind, at, 1, Some(session.user.clone()));
        };
        if session.descriptors.may_have_run_out() {
            note(NoticeKind::Descriptors);
        }
        if !clean && !rebooted {
            note(NoticeKind::EndUnseen);
        }
    }
}
