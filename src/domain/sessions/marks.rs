//! The keys and marks by which connections, log-ins and sftp sessions are found.

use super::{Connection, LoginWithoutTransfers, Membership, SftpSession};
use crate::domain::base::process::Process;
use crate::domain::base::quick::quick;
use crate::domain::base::table::Keyed;
use crate::domain::base::time::Time;

/// The time of values that need no order.
const NO_ORDER: Time = Time(0);

/// A connection is found by its process, or by one of these marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionMark {
    /// Only PAM's lines about an account were seen; by the time of the latest one.
    OfPam,
    /// A log-in: the hash of its address and port.
    LoginFrom(u64),
    /// A log-in: the hash of its account and address; by its time.
    LoginOf(u64),
    /// A log-in: the hash of its log-in session.
    Session(u64),
    /// The user database did not answer.
    Undecided,
    /// The user database did not answer: the hash of the account.
    UndecidedOf(u64),
}

impl ConnectionMark {
    /// The mark of log-ins from this address and port.
    pub(crate) fn from(address: &str, port: Option<u16>) -> Self {
        let port = port.map_or(1 << 32, u64::from);
        ConnectionMark::LoginFrom(quick(address).wrapping_add(port << 16))
    }

    /// The mark of the log-ins of this account from this address.
    pub(crate) fn of(user: &str, address: &str) -> Self {
        ConnectionMark::LoginOf(owner(user, Some(address)))
    }

    /// The mark of the log-in with this log-in session.
    pub(crate) fn session(session: &str) -> Self {
        ConnectionMark::Session(quick(session))
    }
}

/// The hash of an account and an address.
fn owner(user: &str, address: Option<&str>) -> u64 {
    let address = address.map_or(0, quick);
    quick(user) ^ address.rotate_left(1)
}

impl Keyed for Connection {
    type Key = Process;
    type Mark = ConnectionMark;
    const ASKED: ConnectionMark = ConnectionMark::Undecided;
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
    fn marks(&self, mut each: impl FnMut(ConnectionMark, Time)) {
        if self.of_pam_alone() && !self.ended && self.counted() == 0 {
            each(ConnectionMark::OfPam, self.at);
        }
        let user = self.user.as_deref();
        if self.accepted {
            if let Some(address) = self.address.as_deref() {
                each(ConnectionMark::from(address, self.port), NO_ORDER);
                if let Some(user) = user {
                    each(ConnectionMark::of(user, address), self.at);
                }
            }
            if let Some(session) = self.session.as_deref() {
                each(ConnectionMark::session(session), NO_ORDER);
            }
        }
        if let (Membership::Undecided, Some(user)) = (self.standing, user) {
            each(ConnectionMark::Undecided, NO_ORDER);
            each(ConnectionMark::UndecidedOf(quick(user)), NO_ORDER);
        }
    }
}

/// A log-in without transfers is found by its process and time, or by one of these marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnseenMark {
    /// All of them; by the time when each is judged.
    Due,
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
    const ASKED: UnseenMark = UnseenMark::Due;
    fn key(&self) -> (Process, Time) {
        ((self.boot, self.pid), self.since)
    }
    fn marks(&self, mut each: impl FnMut(UnseenMark, Time)) {
        each(UnseenMark::Due, self.due());
        each(UnseenMark::of(&self.user), NO_ORDER);
        each(UnseenMark::Login((self.boot, self.pid)), NO_ORDER);
    }
}

/// An sftp session is found by its process, or by one of these marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SftpMark {
    /// Its log-in ended; by the time of this end.
    Ending,
    /// The hash of its log-in session.
    Session(u64),
    /// The hash of its account and address.
    Of(u64),
    /// The user database did not answer.
    Undecided,
    /// The user database did not answer: the hash of the account.
    UndecidedOf(u64),
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
    const ASKED: SftpMark = SftpMark::Ending;
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
    fn marks(&self, mut each: impl FnMut(SftpMark, Time)) {
        if let Some(ending) = self.ending {
            each(SftpMark::Ending, ending);
        }
        if let Some(session) = self.session.as_deref() {
            each(SftpMark::session(session), NO_ORDER);
        }
        each(SftpMark::of(&self.user, self.address.as_deref()), NO_ORDER);
        if self.standing == Membership::Undecided {
            each(SftpMark::Undecided, NO_ORDER);
            each(SftpMark::UndecidedOf(quick(&self.user)), NO_ORDER);
        }
    }
}
