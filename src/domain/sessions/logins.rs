//! Log-ins and the sftp sessions that begin and end with them.

use super::{Connection, Sessions, SftpSession};
use crate::domain::base::process::{Boot, Process};
use crate::domain::base::table::Keyed;
use crate::domain::base::time::Time;

impl Connection {
    /// Is it a log-in of this account from this address?
    fn is_login_of(&self, user: &str, address: &str) -> bool {
        self.accepted
            && self.user.as_deref() == Some(user)
            && self.address.as_deref() == Some(address)
    }
}

impl Sessions {
    /// The log-in from this address and port.
    pub fn login_from(&self, address: &str, port: Option<u16>) -> Option<Process> {
        let same =
            |c: &&Connection| c.accepted && c.address.as_deref() == Some(address) && c.port == port;
        self.connections.0.values().find(same).map(Keyed::key)
    }

    /// Adds a log-in. An older log-in with the same pid, or from the same address and port, has ended without a line.
    pub fn begin_login(&mut self, login: Connection) {
        let same = |c: &Connection| {
            let place = c.address.is_some() && c.port.is_some();
            c.key() == login.key() || place && (&c.address, c.port) == (&login.address, login.port)
        };
        let over = self
            .connections
            .0
            .values()
            .filter(|c| c.accepted && same(c));
        let over: Vec<Process> = over.map(Keyed::key).collect();
        for over in over {
            self.end_login(over, login.at);
        }
        if login.pid != 0 {
            self.connections.put(login);
        }
    }

    /// Is there a log-in of this account from this address? If so, notes that it is alive; the one of this log-in session is
    /// preferred.
    pub fn login_lives(
        &mut self,
        user: &str,
        address: &str,
        session: Option<&str>,
        at: Time,
    ) -> bool {
        let logins = self.connections.0.values_mut();
        let logins = logins.filter(|c| c.is_login_of(user, address));
        let own = |c: &Connection| session.is_some() && c.session.as_deref() == session;
        match logins.max_by_key(|c| (own(c), c.at)) {
            Some(login) => {
                login.alive = Some(at);
                true
            }
            None => false,
        }
    }

    /// Removes a log-in, and marks the sftp sessions that end with it: those of its log-in session or, if it was the
    /// account's last log-in from that address, those of that account and address.
    pub fn end_login(&mut self, login: Process, time: Time) {
        let Some(gone) = self.connections.0.remove(&login) else {
            return;
        };
        let Some(user) = gone.user else { return };
        let last = gone.address.as_deref().is_none_or(|address| {
            !self
                .connections
                .0
                .values()
                .any(|c| c.is_login_of(&user, address))
        });
        for sftp in self.sftp.0.values_mut().filter(|s| s.boot == gone.boot) {
            let from_there = sftp.address.is_none() || sftp.address == gone.address;
            let over = match (&sftp.session, &gone.session) {
                // In this case the log-in may spell the account as the client did.
                (Some(own), Some(gone)) => own == gone,
                _ => last && from_there && sftp.user == user,
            };
            if over && sftp.ending.is_none() {
                sftp.ending = Some(time);
            }
        }
    }

    /// Marks the sftp sessions of an ended log-in session.
    pub fn end_session(&mut self, boot: Boot, session: &str, time: Time) {
        let own = |s: &&mut SftpSession| s.boot == boot && s.session.as_deref() == Some(session);
        for sftp in self.sftp.0.values_mut().filter(own) {
            sftp.ending = sftp.ending.or(Some(time));
        }
    }
}
