//! Open connections, log-ins and sftp sessions, as the state keeps them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::alerts::Cause;
use crate::domain::base::numbers::is_default;
use crate::domain::base::process::Boot;
use crate::domain::base::table::Table;
use crate::domain::base::time::Time;
use crate::domain::sessions::descriptors::Descriptors;
use crate::domain::sessions::handle::Handle;
use crate::domain::sessions::pace::Paces;

/// How long after the log-in's end an sftp session may still log its own end: lines of different processes may come in a
/// different order.
pub(crate) const ENDING: Duration = Duration::from_secs(5);

/// How long a log-in may last without a line of sftp-server before it is judged.
const LASTING: Duration = Duration::from_secs(5 * 60);

/// How many log-ins and sftp sessions are kept at most, of each. An evicted one can only cause a file without an address.
pub const KEPT: usize = 6_000;

/// How many connections that are not logged in are kept at most: anybody can open them, and they must not make the state large.
/// sshd admits 100 by default (`MaxStartups`). An evicted one can only cause a double count of a refused attempt.
pub(crate) const CONNECTIONS_KEPT: usize = 1_000;

/// How long an ended connection is remembered, so that its last lines are not counted again: they come within milliseconds.
pub(super) const ENDED_KEPT: Duration = Duration::from_secs(5);

/// How long an unauthenticated connection is remembered after its last line: sshd gives it two minutes (`LoginGraceTime`),
/// and most versions log nothing when that time is over.
pub(super) const SILENT_KEPT: Duration = Duration::from_secs(3_600);

/// How long PAM's message about an account applies to the lines after it: sshd delays its answer to a refused attempt by up
/// to five seconds (`MAX_FAIL_DELAY_SECONDS`, auth2.c).
pub const PAM_KEPT: Duration = Duration::from_secs(10);

/// All open connections, log-ins and sftp sessions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sessions {
    /// sshd's processes: unauthenticated connections, and log-ins.
    pub connections: Table<Connection>,
    /// The numbers of connections whose lines have no pid, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_pid: Vec<u32>,
    /// sftp-server's processes.
    pub sftp: Table<SftpSession>,
    /// Partners' log-ins without a line of sftp-server so far.
    #[serde(skip_serializing_if = "Table::is_empty")]
    pub unseen: Table<LoginWithoutTransfers>,
    /// The rate of each session's lines.
    #[serde(skip_serializing_if = "is_default")]
    pub paces: Paces,
    /// The boot of the latest entry.
    #[serde(skip_serializing_if = "is_default")]
    pub boot: Boot,
}

/// Whether an account is a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    /// The user database was not asked yet.
    #[default]
    Unasked,
    /// A partner.
    Partner,
    /// Not a partner.
    Stranger,
    /// The user database did not answer.
    Undecided,
}

impl Membership {
    /// `Some` if it is known whether the account is a partner.
    pub fn partner(self) -> Option<bool> {
        match self {
            Membership::Partner => Some(true),
            Membership::Stranger => Some(false),
            Membership::Unasked | Membership::Undecided => None,
        }
    }
}

/// A process of sshd, with the counts of its connection so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connection {
    /// The boot.
    #[serde(skip_serializing_if = "is_default")]
    pub boot: Boot,
    /// The pid; if the lines have none, a number that stands for the peer's address and port.
    pub pid: u32,
    /// The time of its latest line.
    pub at: Time,
    /// The account that its lines name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The peer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The peer's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Whether the account is a partner.
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
    /// Why every attempt for this account is refused, if a line says so.
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
    /// How many refused attempts it has counted. Keyboard-interactive leaves two kinds of lines; the larger number is the
    /// right one.
    pub fn counted(&self) -> u64 {
        let interactive = self.pam_errors.max(self.keyboard_failed);
        self.passwords.saturating_add(interactive)
    }

    /// Notes why the account is refused. The first reason stays, unless the new one is more exact.
    pub fn refuse(&mut self, cause: Cause) {
        if matches!(cause, Cause::Expired | Cause::Locked) || self.refused.is_none() {
            self.refused = Some(cause);
        }
    }

    /// Are all its lines so far from PAM?
    pub fn of_pam_alone(&self) -> bool {
        let by_pam = |cause| matches!(cause, Cause::Account | Cause::Expired | Cause::Locked);
        self.address.is_none() && self.refused.is_some_and(by_pam)
    }

    /// Can a line of this pid at this time, and from this port if the line has one, still belong to this connection? If not,
    /// the pid now belongs to another process.
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

/// A partner's log-in without a line of sftp-server so far.
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
    /// When it ended, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Time>,
    /// sshd logged that it starts sftp for this log-in.
    #[serde(skip_serializing_if = "is_default")]
    pub started: bool,
    /// sshd's configuration allows the account only an internal-sftp that logs.
    #[serde(skip_serializing_if = "is_default")]
    pub forced: bool,
}

impl LoginWithoutTransfers {
    /// When it is judged: a few seconds after its end, because lines may come in a different order, or when it has lasted
    /// long enough.
    pub(crate) fn due(&self) -> Time {
        match self.ended {
            Some(ended) => ended.plus(ENDING),
            None => self.since.plus(LASTING),
        }
    }
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
    /// The peer's address, if a log-in of that account from this address was seen: the line alone proves nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The log-in session, from the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Whether the account is a partner.
    #[serde(skip_serializing_if = "is_default")]
    pub standing: Membership,
    /// When its log-in ended. The session's own end may still be logged for a few seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<Time>,
    /// It ended before counting began: its open files are not counted.
    #[serde(skip_serializing_if = "is_default")]
    pub past: bool,
    /// Files that are open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<Handle>,
    /// How many descriptors it has in use.
    #[serde(skip_serializing_if = "is_default")]
    pub descriptors: Descriptors,
    /// Its latest line, if the next line depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Last>,
    /// The file whose rename failed, most likely because the new name exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rename_refused: Option<String>,
}

/// The latest line of an sftp session, if a `sent status` line after it matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Last {
    /// An open: a status line directly after it means a refusal.
    Open,
    /// The open of a directory.
    OpenDirectory,
    /// A rename.
    Rename {
        /// The alert that waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alert: Option<u64>,
        /// The old name.
        from: String,
        /// The new name of a file that waits for the user database.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undecided: Option<String>,
        /// It changed the name in an alert or in an expected feed: a refusal restores the old name.
        #[serde(default)]
        told: bool,
    },
    /// A new directory.
    Mkdir {
        /// Its path.
        path: String,
    },
    /// A file of a feed was removed, or its size was set: a refusal undoes this.
    Remove {
        /// The file.
        path: String,
    },
}
