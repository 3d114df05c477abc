//! The keys and marks by which connections, log-ins and sftp sessions are found.

use super::{Connection, LoginWithoutTransfers, Membership, SftpSession};
use crate::domain::base::process::{Boot, Process};
use crate::domain::base::quick::quick;
use crate::domain::base::table::Keyed;
use crate::domain::base::time::Time;

/// By what a connection is found, besides its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionMark {
    /// Only PAM's lines about an account were seen: the time of the latest one.
    OfPam(Time),
    /// A log-in: the hash of its address and port.
    LoginFrom(u64),
    /// A log-in: the hash of its account and address, and its time.
    LoginOf(u64, Time),
    /// A log-in: the hash of its log-in session.
    Session(u64),
    /// The user database did not answer: the hash of the account.
    Undecided(u64),
}

impl ConnectionMark {
    /// The mark of log-ins from this address and port.
    pub(crate) fn from(address: &str, port: Option<u16>) -> Self {
        let port = port.map_or(1 << 32, u64::from);
        ConnectionMark::LoginFrom(quick(address).wrapping_add(port << 16))
    }

    /// The mark of a log-in of this account from this address at this time.
    pub(crate) fn of(user: &str, address: &str, at: Time) -> Self {
        ConnectionMark::LoginOf(owner(user, Some(address)), at)
    }

    /// The mark of the log-in with this log-in session.
    pub(crate) fn session(session: &str) -> Self {
        ConnectionMark::Session(quick(session))
    }
}

/// The hash of an account and an address.
fn owner(user: &str, address: Option<&str>) -> u64 {
    let address = address.map_or(0, |address| quick(address));
    quick(user) ^ address.rotate_left(1)
}

impl Keyed for Connection {
    type Key = Process;
    type Mark = ConnectionMark;
    const LOWEST: Process = (Boot(0), 0);
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
    fn marks(&self, mut each: impl FnMut(ConnectionMark)) {
        if self.of_pam_alone() && !self.ended && self.counted() == 0 {
            each(ConnectionMark::OfPam(self.at));
        }
        let user = self.user.as_deref();
        if self.accepted {
            if let Some(address) = self.address.as_deref() {
                each(ConnectionMark::from(address, self.port));
                if let Some(user) = user {
                    each(ConnectionMark::of(user, address, self.at));
                }
            }
            if let Some(session) = self.session.as_deref() {
                each(ConnectionMark::session(session));
            }
        }
        if let (Membership::Undecided, Some(user)) = (self.standing, user) {
            each(ConnectionMark::Undecided(quick(user)));
        }
    }
}

/// By what a log-in without transfers is found, besides its process with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnseenMark {
    /// When it is judged.
    Due(Time),
    /// The hash of its account.
    Of(u64),
    /// Its process.
    Login(Process),
}

impl UnseenMark {
    /// The mark of an account's log-ins.
    pub(crate) fn of(user: &str) -> Self {
        UnseenMark::Of(quick(user))
    }
}

impl Keyed for LoginWithoutTransfers {
    type Key = (Process, Time);
    type Mark = UnseenMark;
    const LOWEST: (Process, Time) = ((Boot(0), 0), Time(i64::MIN));
    fn key(&self) -> (Process, Time) {
        ((self.boot, self.pid), self.since)
    }
    fn marks(&self, mut each: impl FnMut(UnseenMark)) {
        each(UnseenMark::Due(self.due()));
        each(UnseenMark::of(&self.user));
        each(UnseenMark::Login((self.boot, self.pid)));
    }
}

/// By what an sftp session is found, besides its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SftpMark {
    /// When its log-in ended.
    Ending(Time),
    /// The hash of its log-in session.
    Session(u64),
    /// The hash of its account and address.
    Of(u64),
    /// The user database did not answer: the hash of the account.
    Undecided(u64),
}

impl SftpMark {
    /// The mark of the sftp sessions of this log-in session.
    pub(crate) fn session(session: &str) -> Self {
        SftpMark::Session(quick(session))
    }

    /// The mark of the sftp sessions of this account from this address, or from none that is known.
    pub(crate) fn of(user: &str, address: Option<&str>) -> Self {
        SftpMark::Of(owner(user, address))
    }
}

impl Keyed for SftpSession {
    type Key = Process;
    type Mark = SftpMark;
    const LOWEST: Process = (Boot(0), 0);
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
    fn marks(&self, mut each: impl FnMut(SftpMark)) {
        if let Some(ending) = self.ending {
            each(SftpMark::Ending(ending));
        }
        if let Some(session) = self.session.as_deref() {
            each(SftpMark::session(session));
        }
        each(SftpMark::of(&self.user, self.address.as_deref()));
        if self.standing == Membership::Undecided {
            each(SftpMark::Undecided(quick(&self.user)));
        }
    }
}
