//! Requests that sftp-server refuses. A refused write (a file, a new name, a new directory) is counted and reported.

use super::{Monitor, RuleOutcome};
use crate::domain::alerts::{Content, Hindered, Obstacle};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use crate::domain::openssh::EventName;
use crate::domain::record::Record;
use crate::domain::sessions::{Last, Membership, SftpSession};

/// In practice, only the request in the previous line gets this status: the requests that INFO does not log (stat, fsync, …)
/// end with other ones.
const DENIED: &str = "Permission denied";

impl Monitor<'_> {
    /// `sent status …`: at INFO it belongs to the previous line only if no unlogged request came between.
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

    /// An open was refused. For an open for writing: if it is uncertain that the status belongs to this open, the refusal is
    /// reported when the session ends and the file was never closed.
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

    /// A rename was refused. "Failure" mostly means that the new name exists: clients then remove that file and rename
    /// again. So the refusal is reported when the session ends and no such rename followed.
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

    /// Counts and reports a partner's refused write: the partner can log in but cannot work.
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
        self.add(at, &session.user, |c| add(&mut c.write_refused, 1));
        if self.rules.silent {
            return;
        }
        let partner = session.user.clone();
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
