//! Ends of connections. Before a log-in, the end may count as an attempt; after a log-in, it ends the sftp sessions.

use std::time::Duration;

use super::auth::counted_as;
use super::forged::forged_by;
use super::{Monitor, RuleOutcome};
use crate::domain::alerts::Cause;
use crate::domain::base::process::Process;
use crate::domain::openssh::EventName;
use crate::domain::pending::RefusedAttempt;
use crate::domain::record::Record;
use crate::domain::rules::account::AGAIN;
use crate::domain::sessions::{Connection, ConnectionMark};

/// How soon after PAM's refusal in its helper a process ends.
const AT_ONCE: Duration = Duration::from_secs(2);

impl Monitor<'_> {
    /// A connection ended before log-in. This counts as one attempt if it named an account and nothing was counted for it
    /// yet.
    pub(super) fn ended(
        &mut self,
        record: &Record<'_>,
        mut connection: Box<Connection>,
    ) -> RuleOutcome {
        connection.ended = true;
        if connection.counted() == 0 {
            self.ask_helper(&mut connection);
        }
        let standing = connection.standing;
        if connection.user.is_none() {
            self.keep(connection);
            return RuleOutcome::new(
                EventName::LoginRefused,
                None,
                "names nobody: counts nothing",
            );
        }
        if connection.end_counted || connection.counted() > 0 {
            return self.accompany(EventName::LoginRefused, connection, AGAIN);
        }
        let cause = match (connection.refused, connection.key_refused) {
            (Some(cause), _) => cause,
            (_, true) => Cause::Key,
            _ => Cause::KeyOrAbandoned,
        };
        let why = counted_as(standing, 1, connection.refused);
        connection.end_counted = true;
        self.count_refused(record, connection, 1, |connection| RefusedAttempt {
            count: 1,
            cause,
            address: connection.address.clone(),
            method: connection.key_refused.then(|| "publickey".to_owned()),
            abandoned: connection.refused.is_none(),
        });
        RuleOutcome::new(EventName::LoginRefused, standing.partner(), why)
    }

    /// The connection of a process that ended because of an unexpected request. This happens when PAM refuses an account
    /// after keyboard-interactive: PAM logs it in a helper of the process, which has its own pid, and no later line names
    /// the account.
    pub(super) fn helped(&mut self, record: &Record<'_>) -> Box<Connection> {
        let own = self.connection(record);
        let (boot, time) = (record.origin.boot, record.origin.time);
        let connections = &self.daily.resume.sessions.connections;
        let refused = connections.marked(ConnectionMark::OfPam).rev();
        let mut refused = refused.take_while(|c| c.at >= time.minus(AT_ONCE));
        let helper = refused.find(|c| c.boot == boot).cloned();
        drop(refused);
        match helper.filter(|_| own.user.is_none()) {
            Some(helper) => {
                self.keep(own);
                Box::new(helper)
            }
            None => own,
        }
    }

    /// The listener logs that a connection took too long: the connection's own process logs nothing.
    pub(super) fn grace_timeout(&mut self, record: &Record<'_>) -> RuleOutcome {
        let process: Option<Process> = record.event.about.map(|pid| (record.origin.boot, pid));
        let known =
            process.and_then(|process| self.daily.resume.sessions.connections.get(&process));
        match known
            .filter(|c| c.goes_on(record.origin.time, None))
            .cloned()
        {
            Some(mut connection) => {
                connection.at = record.origin.time;
                self.ended(record, Box::new(connection))
            }
            None => RuleOutcome::new(
                EventName::LoginRefused,
                None,
                "names nobody: counts nothing",
            ),
        }
    }

    /// A log-in's user process logs that its connection ended.
    pub(super) fn ended_after(&mut self, record: &Record<'_>) -> RuleOutcome {
        let event = &record.event;
        let by_address = event.address.as_deref();
        let login = by_address
            .and_then(|address| self.daily.resume.sessions.login_from(address, event.port));
        let own = login.and_then(|login| self.uid_of_login(login));
        if let Some(sender) = record.origin.uid.filter(|_| login.is_some()) {
            if !self.speaks_for(Some(sender), own) {
                if own.is_none() {
                    let why = "nobody knows whose log-in it is: its own process tells the end";
                    return RuleOutcome::ignored(why);
                }
                self.forgery(record);
                return RuleOutcome::ignored(forged_by(sender));
            }
        }
        if login.is_none() {
            self.can_log(record);
        }
        self.login_over(record, login);
        RuleOutcome::ignored("the log-in's end")
    }

    /// The uid of a log-in's account, if it is known.
    pub(super) fn uid_of_login(&self, login: Process) -> Option<u32> {
        let login = self.daily.resume.sessions.connections.get(&login)?;
        login.uid.or_else(|| self.known_uid(login.user.as_deref()?))
    }

    pub(super) fn login_over(&mut self, record: &Record<'_>, login: Option<Process>) {
        if let Some(login) = login {
            self.unseen_ended(login, record.origin.session.as_deref(), record.origin.time);
            let sessions = &mut self.daily.resume.sessions;
            // The lines of a log-in's end may name its session when the first lines did not: PAM opened it later.
            if let Some(session) = record.origin.session.as_deref() {
                sessions
                    .connections
                    .change(&login, |ended| ended.session = Some(session.to_owned()));
            }
            sessions.end_login(login, record.origin.time);
            self.past_endings(record.origin.past);
        }
    }

    /// PAM opened the log-in's session: the journal names it from now on.
    pub(super) fn session_of(&mut self, record: &Record<'_>) {
        let process = (record.origin.boot, record.origin.pid);
        if let Some(session) = record.origin.session.as_deref() {
            let connections = &mut self.daily.resume.sessions.connections;
            connections.change(&process, |connection| {
                connection.session = Some(session.to_owned())
            });
        }
    }
}
