//! Log-ins and the sftp sessions that begin and end with them.

use super::{Connection, ConnectionMark, Sessions, SftpMark, SftpSession};
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
        let mut logins = self.connections.marked(ConnectionMark::from(address, port));
        let same = logins.find(|c| c.address.as_deref() == Some(address) && c.port == port);
        same.map(Keyed::key)
    }

    /// The log-ins of this account from this address.
    fn logins_of<'s>(
        &'s self,
        user: &'s str,
        address: &'s str,
    ) -> impl DoubleEndedIterator<Item = &'s Connection> {
        let logins = self.connections.marked(ConnectionMark::of(user, address));
        logins.filter(move |login| login.is_login_of(user, address))
    }

    /// Adds a log-in. An older log-in with the same pid, or from the same address and port, has ended without a line.
    pub fn begin_login(&mut self, login: Connection) {
        let same = self.connections.get(&login.key()).filter(|c| c.accepted);
        let mut over: Vec<Process> = same.map(Keyed::key).into_iter().collect();
        if let (Some(address), Some(port)) = (login.address.as_deref(), login.port) {
            let mark = ConnectionMark::from(address, Some(port));
            let there = |c: &&Connection| {
                c.address.as_deref() == Some(address)
                    && c.port == Some(port)
                    && c.key() != login.key()
            };
            over.extend(self.connections.marked(mark).filter(there).map(Keyed::key));
        }
        for over in over {
            self.end_login(over, login.at);
        }
        if login.pid != 0 {
            self.connections.put(login);
        }
    }

    /// Is there a log-in of this account from this address? If so, notes that it is alive; the one of this log-in session is
    /// preferred, then the latest one.
    pub fn login_lives(
        &mut self,
        user: &str,
        address: &str,
        session: Option<&str>,
        at: Time,
    ) -> bool {
        let own = session.and_then(|session| {
            let mut logins = self.connections.marked(ConnectionMark::session(session));
            logins.find(|c| c.session.as_deref() == Some(session) && c.is_login_of(user, address))
        });
        let login = own.or_else(|| self.logins_of(user, address).next_back());
        let login = login.map(Keyed::key);
        login.is_some_and(|login| self.connections.touch(&login, |c| c.alive = Some(at)))
    }

    /// Removes a log-in, and marks the sftp sessions that end with it: those of its log-in session or, if it was the
    /// account's last log-in from that address, those of that account and address.
    pub fn end_login(&mut self, login: Process, time: Time) {
        let Some(gone) = self.connections.remove(&login) else {
            return;
        };
        let Some(user) = gone.user.as_deref() else {
            return;
        };
        let address = gone.address.as_deref();
        let mut over: Vec<Process> = Vec::new();
        if let Some(session) = gone.session.as_deref() {
            // In this case the log-in may spell the account as the client did.
            over.extend(self.sftp_of_session(gone.boot, session));
        }
        if address.is_none_or(|address| self.logins_of(user, address).next().is_none()) {
            let places = [address, None];
            let places = &places[usize::from(address.is_none())..];
            let marks = places.iter().map(|place| SftpMark::of(user, *place));
            let own = |s: &&SftpSession| {
                s.boot == gone.boot
                    && s.user == user
                    && (s.address.is_none() || s.address == gone.address)
                    && (s.session.is_none() || gone.session.is_none())
            };
            over.extend(marks.flat_map(|mark| self.sftp.marked(mark).filter(own).map(Keyed::key)));
        }
        self.end_sftp(&over, time);
    }

    /// Marks the sftp sessions of an ended log-in session.
    pub fn end_session(&mut self, boot: Boot, session: &str, time: Time) {
        let over: Vec<Process> = self.sftp_of_session(boot, session).collect();
        self.end_sftp(&over, time);
    }

    fn sftp_of_session<'s>(
        &'s self,
        boot: Boot,
        session: &'s str,
    ) -> impl Iterator<Item = Process> + 's {
        let sftp = self.sftp.marked(SftpMark::session(session));
        let own = move |s: &&SftpSession| s.boot == boot && s.session.as_deref() == Some(session);
        sftp.filter(own).map(Keyed::key)
    }

    /// Notes that these sftp sessions end.
    pub(crate) fn end_sftp(&mut self, over: &[Process], time: Time) {
        for process in over {
            self.sftp
                .change(process, |sftp| sftp.ending = sftp.ending.or(Some(time)));
        }
    }

    /// Does any connection or sftp session wait for the user database?
    pub(crate) fn any_undecided(&self) -> bool {
        let connections = self.connections.first(ConnectionMark::Undecided);
        connections.is_some() || self.sftp.first(SftpMark::Undecided).is_some()
    }

    /// When the first log-in of an sftp session ended.
    pub(crate) fn next_ending(&self) -> Option<Time> {
        self.sftp.first(SftpMark::Ending)
    }

    /// The sftp sessions that end, the first end first.
    pub(crate) fn ending(&self) -> impl DoubleEndedIterator<Item = &SftpSession> {
        self.sftp.marked(SftpMark::Ending)
    }
}
