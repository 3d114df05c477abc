//! Log-ins and failures. Each attempt counts once, at any LogLevel.

use std::borrow::Cow;

use super::account::{cause_of, not_allowed};
use super::{Monitor, RuleOutcome, without_pid};
use crate::domain::alerts::Cause;
use crate::domain::base::numbers::add;
use crate::domain::base::text::lossy;
use crate::domain::directory::Answer;
use crate::domain::openssh::{EventName, Kind, Method, UNPERMITTED, Who, account_in};
use crate::domain::pending::{Pending, RefusedAttempt};
use crate::domain::record::Record;
use crate::domain::rules::account::AGAIN;
use crate::domain::sessions::{CONNECTIONS_KEPT, Connection, KEPT, Membership};

/// The highest repeat count accepted for a log-in line. sshd writes each log-in once; in auth.log any user can write a line
/// "repeated four thousand million times", which would take hours to count.
const REPEATED_MOST: u32 = 2_000;

/// The reason text for a refused key.
const OFFER: &str = "an offer, not an attempt: the connection's end counts";

impl Monitor<'_> {
    /// Handles a line of sshd itself.
    pub(super) fn auth(&mut self, record: &Record<'_>) -> RuleOutcome {
        match record.event.kind {
            Kind::Accepted => self.accepted(record),
            Kind::Failed { valid } => self.failed(record, valid),
            Kind::PamError { valid } => self.pam_error(record, valid),
            Kind::InvalidUser => {
                let connection = self.named(record, false);
                let why = "no such account: the attempt itself counts, not this line";
                self.accompany(EventName::InvalidUser, connection, why)
            }
            Kind::NotAllowed => {
                let mut connection = self.named(record, true);
                let (cause, why) = not_allowed(record.event.detail.as_deref());
                connection.refuse(cause);
                self.accompany(EventName::InvalidUser, connection, why)
            }
            Kind::Expired => {
                let why = "expired: the attempt itself counts, not this line";
                self.said_by_pam(record, Cause::Expired, why)
            }
            Kind::Locked => {
                let why = "locked: the attempt itself counts, not this line";
                self.said_by_pam(record, Cause::Locked, why)
            }
            Kind::AccountAsked => {
                let why = "PAM speaks of the account: the attempt itself counts, not this line";
                self.said_by_pam(record, Cause::Account, why)
            }
            Kind::MaxAttempts { valid } => {
                let connection = self.named(record, valid);
                let why = "too many attempts: the connection's end counts, not this line";
                self.accompany(EventName::LoginRefused, connection, why)
            }
            Kind::AccessDenied => self.access_denied(record),
            Kind::EndedBefore { who } => {
                let connection = match who {
                    Who::Nobody if record.event.detail.as_deref() == Some(UNPERMITTED) => {
                        self.helped(record)
                    }
                    Who::Nobody => self.connection(record),
                    Who::Valid | Who::Invalid => self.named(record, who == Who::Valid),
                };
                self.ended(record, connection)
            }
            Kind::GraceTimeout => self.grace_timeout(record),
            Kind::PamClosed => {
                self.login_over(record, Some((record.origin.boot, record.origin.pid)));
                RuleOutcome::ignored("the log-in's end")
            }
            Kind::PamOpened => {
                self.session_of(record);
                RuleOutcome::ignored("PAM's own line: accompanies")
            }
            Kind::EndedAfter => self.ended_after(record),
            Kind::Hindered(by) => self.hindered(record, by),
            Kind::TurnedAway => self.turned_away(record),
            Kind::StartingSession => {
                self.session_starting(record);
                RuleOutcome::ignored("accompanies: counts nothing")
            }
            _ => RuleOutcome::ignored("accompanies: counts nothing"),
        }
    }

    /// The connection of the record's process. It is new if the process was not seen before, or if the pid belonged to
    /// another connection.
    pub(super) fn connection(&mut self, record: &Record<'_>) -> Box<Connection> {
        let origin = &record.origin;
        let mut process = (origin.boot, origin.pid);
        let known = if origin.pid == 0 {
            process = without_pid::process(origin.boot, &record.event);
            self.known_by_peer(record)
        } else {
            // The connection is taken out of the table, because every caller stores it again.
            let connections = &mut self.daily.resume.sessions.connections;
            connections.take_if(&process, |c| c.goes_on(origin.time, record.event.port))
        };
        let new = || {
            Box::new(Connection {
                boot: process.0,
                pid: process.1,
                ..Connection::default()
            })
        };
        let mut connection = known.unwrap_or_else(new);
        connection.at = origin.time;
        connection
    }

    /// The same, with the data of the record: the account, whether it is a partner, and the address.
    pub(super) fn named(&mut self, record: &Record<'_>, ask: bool) -> Box<Connection> {
        let mut connection = self.connection(record);
        let event = &record.event;
        if let Some(user) = event.user.as_deref() {
            let known = connection.user.as_deref();
            // Most lines name the account of the line before, to the byte.
            if known.map(str::as_bytes) != Some(user) {
                let user = lossy(user);
                if known != Some(&*user) {
                    connection.user = Some(user.into_owned());
                    connection.standing = Membership::Unasked;
                }
            }
            let asked = matches!(
                connection.standing,
                Membership::Unasked | Membership::Undecided
            );
            if ask && record.answer.is_some() || asked {
                let user = connection.user.as_deref().unwrap_or_default();
                connection.standing = self.standing(user, record.answer.as_ref());
            }
        }
        if connection.address.is_none() || event.port.is_some() {
            let address = event.address.as_deref();
            if address.is_some() && address != connection.address.as_deref() {
                connection.address = address.map(str::to_owned);
            }
            connection.port = event.port.or(connection.port);
        }
        connection
    }

    /// Stores a line's data in the connection, and counts nothing.
    pub(super) fn accompany(
        &mut self,
        event: EventName,
        connection: Box<Connection>,
        why: &'static str,
    ) -> RuleOutcome {
        let partner = connection.standing.partner();
        self.keep(connection);
        RuleOutcome::accompanying(event, partner, why)
    }

    /// Stores a connection.
    pub(super) fn keep(&mut self, connection: Box<Connection>) {
        self.note_latest(&connection);
        let sessions = &mut self.daily.resume.sessions;
        sessions.connections.put(connection);
        // More connections are allowed here than `forget` leaves, so that this is rarely true.
        if sessions.connections.len() > KEPT + 2 * CONNECTIONS_KEPT {
            self.forget(self.daily.resume.counted_until);
        }
    }

    fn accepted(&mut self, record: &Record<'_>) -> RuleOutcome {
        let (origin, event) = (&record.origin, &record.event);
        let method = event.method.as_deref().unwrap_or("unknown");
        let user = lossy(event.user.as_deref().unwrap_or_default());
        let standing = self.standing(&user, record.answer.as_ref());
        let uid = match record.answer {
            Some(Answer::Partner { uid, .. } | Answer::Other { uid }) => uid,
            _ => None,
        };
        let address = event.address.as_deref();
        let process = without_pid::process_of(record);
        let login = Connection {
            boot: origin.boot,
            pid: process.1,
            at: origin.time,
            user: Some(user.clone().into_owned()),
            address: address.map(str::to_owned),
            port: event.port,
            standing,
            accepted: true,
            session: origin.session.as_deref().map(str::to_owned),
            uid,
            ..Connection::default()
        };
        let sessions = &mut self.daily.resume.sessions;
        let before = sessions.connections.get(&process);
        if before.is_some_and(|before| before.accepted && before.port != login.port) {
            // The pid now belongs to a new log-in: the end of the earlier one was lost.
            sessions.end_login(process, origin.time);
            self.past_endings(origin.past);
        }
        self.await_sftp(&login, record);
        self.daily.resume.sessions.begin_login(login);
        if !origin.past {
            let (at, fingerprint) = (origin.time, event.fingerprint.as_deref());
            for _ in 0..event.repeated.min(REPEATED_MOST) {
                if standing == Membership::Partner {
                    self.count_login(at, &user, address, method, fingerprint);
                    continue;
                }
                let login = Pending::Login {
                    address: address.map(str::to_owned),
                    method: method.to_owned(),
                    fingerprint: fingerprint.map(str::to_owned),
                };
                self.count(process, at, (standing, None), &user, login);
            }
        }
        let then = match standing {
            Membership::Partner => "",
            Membership::Undecided => "; the user database does not answer: waits",
            _ => "; no partner: counts nothing",
        };
        let reason = format!("Accepted {method}{then}");
        RuleOutcome::new(EventName::Login, standing.partner(), reason)
    }

    fn failed(&mut self, record: &Record<'_>, valid: bool) -> RuleOutcome {
        let mut connection = self.named(record, valid);
        let (before, count) = (connection.counted(), u64::from(record.event.repeated));
        let nothing = match record.event.method() {
            Method::Password => {
                add(&mut connection.passwords, count);
                AGAIN
            }
            Method::KeyboardInteractive => {
                self.ask_helper(&mut connection);
                add(&mut connection.keyboard_failed, count);
                AGAIN
            }
            Method::PublicKey => {
                connection.key_refused = true;
                OFFER
            }
            Method::Other => OFFER,
        };
        let counts = connection.counted() - before;
        self.attempts(record, connection, counts, nothing)
    }

    fn pam_error(&mut self, record: &Record<'_>, valid: bool) -> RuleOutcome {
        let mut connection = self.named(record, valid);
        if valid {
            self.ask_helper(&mut connection);
            let said = record.event.detail.as_deref().and_then(account_in);
            said.into_iter()
                .for_each(|said| connection.refuse(cause_of(said)));
        }
        let before = connection.counted();
        add(&mut connection.pam_errors, u64::from(record.event.repeated));
        let counts = connection.counted() - before;
        let address = connection.address.clone();
        connection.address = address.or_else(|| record.event.address.as_deref().map(str::to_owned));
        self.attempts(record, connection, counts, AGAIN)
    }

    /// Counts refused attempts of a connection.
    fn attempts(
        &mut self,
        record: &Record<'_>,
        connection: Box<Connection>,
        counts: u64,
        nothing: &'static str,
    ) -> RuleOutcome {
        if counts == 0 {
            return self.accompany(EventName::LoginFailed, connection, nothing);
        }
        let standing = connection.standing;
        let why = counted_as(standing, counts, connection.refused);
        self.count_refused(record, connection, counts, |connection| {
            let method = record.event.method.as_deref();
            RefusedAttempt {
                count: counts,
                cause: connection.refused.unwrap_or(Cause::Password),
                address: connection.address.clone(),
                method: Some(method.unwrap_or("keyboard-interactive/pam").to_owned()),
                abandoned: false,
            }
        });
        RuleOutcome::new(EventName::LoginFailed, standing.partner(), why)
    }

    /// Stores a connection, and counts its refused attempts. `told` gives what is told of them: of a stranger nothing is.
    pub(super) fn count_refused(
        &mut self,
        record: &Record<'_>,
        connection: Box<Connection>,
        count: u64,
        told: impl FnOnce(&Connection) -> RefusedAttempt,
    ) {
        let (at, standing) = (record.origin.time, connection.standing);
        if record.origin.past {
            return self.keep(connection);
        }
        match standing {
            Membership::Stranger | Membership::Unasked => {
                self.keep(connection);
                self.count_unknown(at, count);
            }
            Membership::Partner | Membership::Undecided => {
                let process = (connection.boot, connection.pid);
                let user = connection.user.clone().unwrap_or_default();
                let event = Pending::Failure(told(&connection));
                self.keep(connection);
                self.count(process, at, (standing, None), &user, event);
            }
        }
    }
}

/// The reason text for a refused attempt, with the cause if the account itself is refused, in the words of its alert.
pub(super) fn counted_as(
    standing: Membership,
    count: u64,
    refused: Option<Cause>,
) -> Cow<'static, str> {
    let what = match standing {
        Membership::Partner => "counts as a failure of a partner",
        Membership::Undecided => "the user database does not answer: waits",
        Membership::Stranger | Membership::Unasked => "no partner: counts as an unknown attempt",
    };
    let why = match refused {
        Some(Cause::Account) => ": account refused (PAM)",
        Some(Cause::AccountExpired) => ": account refused (PAM), expired according to sshd",
        Some(Cause::Expired) => ": account or password expired",
        Some(Cause::Locked) => ": account locked",
        Some(Cause::Configuration) => ": refused by sshd's configuration",
        Some(Cause::Shell) => ": the account's shell cannot be used",
        Some(Cause::Password | Cause::Key | Cause::KeyOrAbandoned) | None => "",
    };
    match count {
        1 if why.is_empty() => Cow::Borrowed(what),
        1 => Cow::Owned(format!("{what}{why}")),
        more => Cow::Owned(format!("{what}, {more} times{why}")),
    }
}
