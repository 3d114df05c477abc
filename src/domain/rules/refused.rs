//! Requests that sftp-server refuses. A refused write (a file, a new name, a new directory) is counted and told.

use super::{Monitor, RuleOutcome};
use crate::domain::alerts::{Content, Hindered, Obstacle};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use crate::domain::openssh::EventName;
use crate::domain::record::Record;
use crate::domain::sessions::{Last, Membership, SftpSession};

/// The status that no other request than the one before it earns in practice: what INFO does not show (stat, fsync, …) ends in
/// others.
const DENIED: &str = "Permission denied";

impl Monitor<'_> {
    /// `sent status …`: at INFO it belongs to the line before it only where nothing invisible came between.
    pub(super) fn status(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        last: Option<Last>,
    ) -> RuleOutcome {
        let status = record.event.detail.as_deref().unwrap_or_default();
        let refusal = !matches!(status, "Success" | "End of file");
        if refusal && matches!(last, Some(Last::Open | Last::OpenDirectory)) {
            session.descriptors.refuse();
        }
        match last {
            Some(Last::Open) if refusal => {
                let at = (record.origin.time, record.origin.past);
                self.open_refused(session, at, status);
                session.outcome(EventName::Ignored, "the open before it was refused")
            }
            Some(Last::Rename {
                alert,
                from,
                undecided,
                told,
            }) if matches!(
                status,
                "Failure" | "Permission denied" | "Operation unsupported"
            ) =>
            {
                let at = (record.origin.time, record.origin.past);
                self.rename_refused(session, at, &from, status);
                self.take_name_back(session, &from, (alert, undecided, told));
                session.outcome(EventName::Ignored, "the rename before it was refused")
            }
            Some(Last::Mkdir { path }) if status == "Permission denied" => {
                let at = (record.origin.time, record.origin.past);
                self.write_refused(session, at, &path, status);
                let why = "the new directory before it was refused";
                session.outcome(EventName::Ignored, why)
            }
            Some(Last::Remove { path }) if status != "Success" => {
                let process = (session.boot, session.pid);
                self.feed_change_refused(process, &session.user, &path);
                session.outcome(EventName::Ignored, "the removal before it was refused")
            }
            _ => session.outcome(EventName::Ignored, "a status that counts nothing"),
        }
    }

    /// An open was refused. To write: where it was not surely this open that the status answers, that is told when the session
    /// is over and the file was never closed.
    fn open_refused(&mut self, session: &mut SftpSession, at: (Time, bool), status: &str) {
        let Some(handle) = session.handles.last_mut() else {
            return;
        };
        handle.refused = true;
        handle.write_refused = status == "Failure";
        if !handle.write {
            return;
        }
        if status != DENIED {
            handle.write_status = Some(status.to_owned());
            return;
        }
        let path = handle.path.clone();
        self.write_refused(session, at, &path, status);
    }

    /// A new name was refused. "Failure" mostly means that the name is taken: clients remove that file and rename again. So it
    /// is told when the session is over and that has not happened.
    fn rename_refused(
        &mut self,
        session: &mut SftpSession,
        at: (Time, bool),
        from: &str,
        status: &str,
    ) {
        if status != "Failure" {
            return self.write_refused(session, at, from, status);
        }
        if let Some(earlier) = session.rename_refused.replace(from.to_owned()) {
            if earlier != from {
                self.write_refused(session, at, &earlier, status);
            }
        }
    }

    /// A partner could not write: it is let in and cannot work.
    pub(super) fn write_refused(
        &mut self,
        session: &SftpSession,
        (at, past): (Time, bool),
        path: &str,
        status: &str,
    ) {
        if past || session.standing != Membership::Partner {
            return;
        }
        let partner = session.user.clone();
        add(&mut self.counters(at, &partner).write_refused, 1);
        self.tell(
            at,
            Content::Hindered(Hindered {
                full_name: self.full_name(&partner),
                partner,
                obstacle: Obstacle::WriteRefused,
                count: 1,
                addresses: session.address.iter().cloned().collect(),
                path: Some(path.to_owned()),
                detail: status.to_owned(),
                earlier: Vec::new(),
                at,
            }),
        );
    }
}
