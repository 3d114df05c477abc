//! The handles of an sftp session: its lines open them, and report write errors.

use super::transfer::text;
use super::{Monitor, RuleOutcome};
use crate::domain::base::text::lossy;
use crate::domain::openssh::{EventName, Flags};
use crate::domain::record::Record;
use crate::domain::sessions::{Handle, Last, Membership, SftpSession};
use crate::domain::state::NoticeKind;

/// How many open files of one session are kept: the default limit for a process, and so for sftp-server.
const HANDLES_KEPT: usize = 1_024;

/// How many handles with a refused open are kept: most likely these do not exist, and no line closes them.
const REFUSED_KEPT: usize = 16;

impl Monitor<'_> {
    /// Keeps an open file, up to the limits.
    fn keep_handle(&mut self, session: &mut SftpSession, record: &Record<'_>, handle: Handle) {
        let handles = &mut session.handles;
        let mut refused = 0;
        for handle in &*handles {
            refused += usize::from(handle.refused);
        }
        let first = (refused >= REFUSED_KEPT).then(|| handles.iter().position(|h| h.refused));
        let forgotten = match first.flatten() {
            Some(first) => Some(handles.remove(first)),
            None => (handles.len() >= HANDLES_KEPT).then(|| handles.remove(0)),
        };
        handles.push(handle);
        if let Some(forgotten) = forgotten {
            self.other_half_was_read(session, &forgotten, record.origin.past);
            if let Some(status) = &forgotten.write_status {
                let at = (record.origin.time, record.origin.past);
                self.write_refused(session, at, &forgotten.path, status);
            }
            if !forgotten.refused && session.standing == Membership::Partner {
                self.notice(record, NoticeKind::SessionsForgotten, 1, None);
            }
        }
    }

    pub(super) fn open(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        flags: Flags,
    ) -> RuleOutcome {
        let handle = Handle {
            path: text(record.event.path.as_deref()),
            cut: record.event.cut,
            write: flags.write,
            create: flags.create,
            truncate: flags.truncate,
            append: flags.append,
            read: flags.read,
            ..Handle::default()
        };
        self.keep_handle(session, record, handle);
        session.last = Some(Last::Open);
        session.outcome(EventName::Open, "its close counts")
    }

    /// A write failed: the file in the line, or else every file open for writing, did not arrive completely.
    pub(super) fn write_error(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
    ) -> RuleOutcome {
        let named = record.event.path.as_deref().map(lossy);
        let mut open = false;
        for handle in session
            .handles
            .iter_mut()
            .filter(|h| h.write || h.is_unknown())
        {
            if named.as_ref().is_none_or(|name| handle.is_named(name)) {
                handle.write_error = true;
                open = true;
            }
        }
        if let Some(name) = named.filter(|_| !open) {
            // Only an open file can be written: the open line of this file was not seen.
            let handle = Handle {
                path: name.into_owned(),
                write: true,
                // It is unknown whether the file is new.
                create: true,
                write_error: true,
                ..Handle::default()
            };
            self.keep_handle(session, record, handle);
        }
        session.outcome(EventName::Ignored, "a write failed: the file's close tells")
    }
}
