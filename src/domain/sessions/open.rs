//! Connections, log-ins and sftp sessions that are open, as the state keeps them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::alerts::Cause;
use crate::domain::base::numbers::is_default;
use crate::domain::base::process::{Boot, Process};
use crate::domain::base::table::{Keyed, Table};
use crate::domain::base::time::Time;
use crate::domain::sessions::descriptors::Descriptors;
use crate::domain::sessions::handle::Handle;
use crate::domain::sessions::pace::Paces;

/// How many connections and sessions are kept at most, of each: sshd admits 100 unauthenticated connections by default
/// (`MaxStartups`), and an evicted one can only make a failure count twice or a file have no address.
pub const KEPT: usize = 1_000;

/// How long a connection that ended is remembered, so that its last lines count nothing again: they come within milliseconds.
pub(super) const ENDED_KEPT: Duration = Duration::from_secs(5);

/// How long a connection that is not authenticated is remembered without a line of it: sshd gives it two minutes
/// (`LoginGraceTime`), and most versions say nothing when they are over.
pub(super) const SILENT_KEPT: Duration = Duration::from_secs(3_600);

/// How long what PAM says of an account concerns the lines behind it: sshd delays its answer to a refused attempt by up to
/// five seconds (`MAX_FAIL_DELAY_SECONDS`, auth2.c).
pub const PAM_KEPT: Duration = Duration::from_secs(10);

/// Everything that is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sessions {
    /// sshd's processes: connections that are not authenticated yet, and log-ins.
    pub connections: Table<Connection>,
    /// The numbers of those connections whose lines tell no process, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_pid: Vec<u32>,
    /// sftp-server's processes.
    pub sftp: Table<SftpSession>,
    /// Log-ins of partners of which no line of sftp-server was seen yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<LoginWithoutTransfers>,
    /// How fast the lines of sessions come.
    #[serde(skip_serializing_if = "is_default")]
    pub paces: Paces,
    /// The boot of the latest entry.
    #[serde(skip_serializing_if = "is_default")]
    pub boot: Boot,
}

/// What is known of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    /// Nobody asked yet.
    #[default]
    Unasked,
    /// A partner.
    Partner,
    /// Anyone else.
    Stranger,
    /// The user database did not answer.
    Undecided,
}

impl Membership {
    /// Yes or no, where it is known.
    pub fn partner(self) -> Option<bool> {
        match self {
            Membership::Partner => Some(true),
            Membership::Stranger => Some(false),
            Membership::Unasked | Membership::Undecided => None,
        }
    }
}

/// A process of sshd and what its connection has brought so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connection {
    /// The boot.
    #[serde(skip_serializing_if = "is_default")]
    pub boot: Boot,
    /// The pid; where its lines tell none, a number that stands for the peer's address and port.
    pub pid: u32,
    /// The time of its latest line.
    pub at: Time,
    /// The account that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The peer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The peer's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What is known of the account.
    #[serde(skip_serializing_if = "is_default")]
    pub standing: Membership,
    /// `Failed password` lines.
    #[serde(skip_serializing_if = "is_default")]
    pub passwords: u64,
    /// `error: PAM: …` lines.
    #[serde(skip_serializing_if = "is_default")]
    pub pam_errors: u64,
    /// `Failed keyboard-interactive/pam` lines.
    #[serde(skip_serializing_if = "is_default")]
    pub keyboard_failed: u64,
    /// A line says that a key was refused.
    #[serde(skip_serializing_if = "is_default")]
    pub key_refused: bool,
    /// Why the account is refused whatever it brings, where a line says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Cause>,
    /// It was authenticated: a log-in.
    #[serde(skip_serializing_if = "is_default")]
    pub accepted: bool,
    /// It ended before authentication.
    #[serde(skip_serializing_if = "is_default")]
    pub ended: bool,
    /// Its end was counted as a refused attempt.
    #[serde(skip_serializing_if = "is_default")]
    pub end_counted: bool,
    /// When an sftp session of this log-in was opened last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alive: Option<Time>,
    /// The log-in session, from the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The account's uid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
}

impl Connection {
    /// How many refused attempts it has counted: of keyboard-interactive's two traces the larger is what happened.
    pub fn counted(&self) -> u64 {
        let interactive = self.pam_errors.max(self.keyboard_failed);
        self.passwords.saturating_add(interactive)
    }

    /// Notes why the account is refused. The first reason stands, unless this one says more.
    pub fn refuse(&mut self, cause: Cause) {
        if matches!(cause, Cause::Expired | Cause::Locked) || self.refused.is_none() {
            self.refused = Some(cause);
        }
    }

    /// Has only PAM spoken so far?
    pub fn of_pam_alone(&self) -> bool {
        let by_pam = |cause| matches!(cause, Cause::Account | Cause::Expired | Cause::Locked);
        self.address.is_none() && self.refused.is_some_and(by_pam)
    }

    /// Can a line of this process, then, and from this port where it says so, still be this connection's? Else the pid
    /// is another's by now.
    pub fn goes_on(&self, time: Time, port: Option<u16>) -> bool {
        let silent = time.since(self.at);
        let same = port.is_none() || self.port.is_none() || port == self.port;
        let kept = match (self.ended, self.of_pam_alone()) {
            (true, _) => ENDED_KEPT,
            (_, true) => PAM_KEPT,
            _ => SILENT_KEPT,
        };
        same && !self.accepted && silent < kept
    }
}

impl Keyed for Connection {
    type Key = Process;
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
}

/// A log-in of a partner of which no line of sftp-server was seen yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoginWithoutTransfers {
    /// The boot.
    #[serde(skip_serializing_if = "is_default")]
    pub boot: Boot,
    /// The pid of the log-in.
    pub pid: u32,
    /// The account.
    pub user: String,
    /// The peer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The log-in session, from the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// When it logged in.
    pub since: Time,
    /// When it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Time>,
    /// sshd said that it starts sftp for it.
    #[serde(skip_serializing_if = "is_default")]
    pub started: bool,
    /// sshd's configuration leaves the account nothing but an internal-sftp that logs.
    #[serde(skip_serializing_if = "is_default")]
    pub forced: bool,
}

/// A process of sftp-server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SftpSession {
    /// The boot.
    #[serde(skip_serializing_if = "is_default")]
    pub boot: Boot,
    /// The pid.
    pub pid: u32,
    /// The time of its latest line.
    pub at: Time,
    /// When its first line was seen.
    pub since: Time,
    /// Its account.
    pub user: String,
    /// The uid of its process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The peer's address, where a log-in of that account from there was seen: the line alone proves nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The log-in session, from the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What is known of the account.
    #[serde(skip_serializing_if = "is_default")]
    pub standing: Membership,
    /// Its log-in ended then; its own end may still be told for a few seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<Time>,
    /// That was before counting began: what it left open counts nothing.
    #[serde(skip_serializing_if = "is_default")]
    pub past: bool,
    /// Files that are open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<Handle>,
    /// How many descriptors it has in use.
    #[serde(skip_serializing_if = "is_default")]
    pub descriptors: Descriptors,
    /// What its latest line was, where the next one depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Last>,
    /// The file that could not be renamed, most likely since its new name was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rename_refused: Option<String>,
}

impl Keyed for SftpSession {
    type Key = Process;
    fn key(&self) -> Process {
        (self.boot, self.pid)
    }
}

/// The latest line of an sftp session, where a `sent status` behind it matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Last {
    /// An open: a status at once refuses it.
    Open,
    /// The same of a directory.
    OpenDirectory,
    /// A rename.
    Rename {
        /// The alert that waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alert: Option<u64>,
        /// The name before.
        from: String,
        /// The name after, of a file that waits for an answer of the user database.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undecided: Option<String>,
        /// It changed the name that an alert tells, or that of an expected feed: a refusal takes it back.
        #[serde(default)]
        told: bool,
    },
    /// A new directory.
    Mkdir {
        /// Its path.
        path: String,
    },
    /// A file of a feed was removed, or its size was set: a refusal takes it back.
    Remove {
        /// The file.
        path: String,
    },
}
