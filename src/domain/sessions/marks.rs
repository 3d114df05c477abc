//! The keys and marks by which connections, log-ins and sftp sessions are found.

use super::{Connection, LoginWithoutTransfers, Membership, SftpSession};
use crate::domain::base::position::hash;
use crate::domain::base::process::{Boot, Process};
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
        ConnectionMark::LoginFrom(hash(address.as_bytes()).wrapping_add(port << 16))
    }

    /// The mark of a log-in of this account from this address at this time.
    pub(crate) fn of(user: &str, address: &str, at: Time) -> Self {
        ConnectionMark::LoginOf(owner(user, Some(address)), at)
    }

    /// The mark of the log-in with this log-in session.
    pub(crate) fn session(session: &str) -> Self {
        ConnectionMark::Session(hash(session.as_bytes()))
    }
}

/// The hash of an account and an address.
fn owner(user: &str, address: Option<&str>) -> u64 {
    let address = address.map_or(0, |address| hash(address.as_bytes()));
    hash(user.as_bytes()) ^ address.rotate_left(1)
}

impl Keyed for Connection {
    type Key = Process;
    type Mark = ConnectionMark;
    const LOWEST: Process = (Boot(0), 0);
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
    fn marks(&self) -> impl Iterator<Item = ConnectionMark> {
        let address = self.address.as_deref().filter(|_| self.accepted);
        let from = address.map(|address| ConnectionMark::from(address, self.port));
        let user = self.user.as_deref();
        let of = address.zip(user);
        let of = of.map(|(address, user)| ConnectionMark::of(user, address, self.at));
        let session = self.session.as_deref().filter(|_| self.accepted);
        let pam = self.of_pam_alone() && !self.ended && self.counted() == 0;
        let undecided = self.standing == Membership::Undecided;
        let undecided = user.filter(|_| undecided).map(|user| hash(user.as_bytes()));
        let marks = [
            pam.then_some(ConnectionMark::OfPam(self.at)),
            from,
            of,
            session.map(ConnectionMark::session),
            undecided.map(ConnectionMark::Undecided),
        ];
        marks.into_iter().flatten()
    }
}

/// By what a log-in without transfers is found, besides its process and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnseenMark {
    /// When it is judged.
    Due(Time),
    /// The hash of its account.
    Of(u64),
}

impl UnseenMark {
    /// The mark of an account's log-ins.
    pub(crate) fn of(user: &str) -> Self {
        UnseenMark::Of(hash(user.as_bytes()))
    }
}

impl Keyed for LoginWithoutTransfers {
    type Key = (Process, Time);
    type Mark = UnseenMark;
    const LOWEST: (Process, Time) = ((Boot(0), 0), Time(i64::MIN));
    fn key(&self) -> (Process, Time) {
        ((self.boot, self.pid), self.since)
    }
    fn marks(&self) -> impl Iterator<Item = UnseenMark> {
        [UnseenMark::Due(self.due()), UnseenMark::of(&self.user)].into_iter()
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
        SftpMark::Session(hash(session.as_bytes()))
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
    fn marks(&self) -> impl Iterator<Item = SftpMark> {
        let undecided = self.standing == Membership::Undecided;
        let marks = [
            self.ending.map(SftpMark::Ending),
            self.session.as_deref().map(SftpMark::session),
            Some(SftpMark::of(&self.user, self.address.as_deref())),
            undecided.then(|| SftpMark::Undecided(hash(self.user.as_bytes()))),
        ];
        marks.into_iter().flatten()
    }
}
