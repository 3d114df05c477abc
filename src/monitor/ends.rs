//! Ends of connections: before log-in each is an attempt, after it the end of what was open.

use super::auth::{AGAIN, counted_as};
use super::count::Refused;
use super::{Monitor, Pending, Verdict};
use crate::alerts::Cause;
use crate::entry::Record;
use crate::sessions::{Connection, Process};

impl Monitor<'_> {
    /// A connection ended before log-in: that counts one where nothing of it was counted and somebody was named.
    pub(super) fn ended(&mut self, record: &Record<'_>, mut connection: Connection) -> Verdict {
        connection.ended = true;
        let standing = connection.standing;
        let Some(user) = connection.user.clone() else {
            self.keep(connection);
            return Verdict::new("login_refused", None, "names nobody: counts nothing");
        };
        if connection.end_counted || connection.counted() > 0 {
            self.keep(connection);
            return Verdict::new("login_refused", standing.partner(), AGAIN);
        }
        let cause = match (connection.not_allowed, connection.key_refused) {
            (true, _) => Cause::Configuration,
            (_, true) => Cause::Key,
            _ => Cause::KeyOrAbandoned,
        };
        let refused = Refused {
            count: 1,
            cause,
            address: connection.address.clone(),
            method: connection.key_refused.then(|| "publickey".to_owned()),
            abandoned: !connection.not_allowed,
        };
        let process = (connection.boot, connection.pid);
        connection.end_counted = true;
        self.keep(connection);
        if !record.origin.past {
            self.count(
                process,
                record.origin.time,
                (standing, None),
                &user,
                Pending::Failure(refused),
            );
        }
        Verdict::new("login_refused", standing.partner(), counted_as(standing, 1))
    }

    /// The listener says that a connection took too long: its own process says nothing.
    pub(super) fn grace_timeout(&mut self, record: &Record<'_>) -> Verdict {
        let process: Option<Process> = record.event.about.map(|pid| (record.origin.boot, pid));
        let known =
            process.and_then(|process| self.daily.resume.sessions.connections.0.get(&process));
        match known
            .filter(|c| c.goes_on(record.origin.time, None))
            .cloned()
        {
            Some(mut connection) => {
                connection.at = record.origin.time;
                self.ended(record, connection)
            }
            None => Verdict::new("login_refused", None, "names nobody: counts nothing"),
        }
    }

    /// The line of a log-in's user process that its connection ended.
    pub(super) fn ended_after(&mut self, record: &Record<'_>) -> Verdict {
        let event = &record.event;
        let by_address = event.address.as_deref();
        let login = by_address
            .and_then(|address| self.daily.resume.sessions.login_from(address, event.port));
        let uid = login
            .and_then(|login| self.daily.resume.sessions.connections.0.get(&login))
            .and_then(|c| c.uid);
        let sender = record.origin.uid.filter(|&sender| sender != 0);
        if let (Some(sender), Some(uid)) = (sender, uid) {
            if sender != uid {
                self.daily.resume.forged += u64::from(!record.origin.past);
                return Verdict::new("ignored", None, format!("forged: sent by uid {sender}"));
            }
        }
        self.login_over(record, login);
        Verdict::new("ignored", None, "the log-in's end")
    }

    pub(super) fn login_over(&mut self, record: &Record<'_>, login: Option<Process>) {
        if let Some(login) = login {
            let sessions = &mut self.daily.resume.sessions;
            sessions.end_login(login, record.origin.time);
            self.past_endings(record.origin.past);
        }
    }

    /// PAM opened the log-in's session: from here on the journal tells which.
    pub(super) fn session_of(&mut self, record: &Record<'_>) {
        let process = (record.origin.boot, record.origin.pid);
        if let Some(session) = record.origin.session.as_deref() {
            if let Some(connection) = self.daily.resume.sessions.connections.0.get_mut(&process) {
                connection.session = Some(session.to_owned());
            }
        }
    }
}
