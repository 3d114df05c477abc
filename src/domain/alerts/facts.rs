//! The facts in messages. `render` writes the text.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;
use crate::domain::expiry::Expires;

/// How many names of a partner's files a message or a summary keeps.
pub const NAMES_KEPT: usize = 10;

/// Log-ins of one partner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Logins {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// How many log-ins.
    pub count: u64,
    /// The addresses, the latest last, at most ten.
    pub addresses: Vec<String>,
    /// Those of the addresses that were not seen before for the partner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_addresses: Vec<String>,
    /// How many log-ins used a key that was not seen before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub new_keys: u64,
    /// Time of the latest log-in.
    pub at: Time,
    /// Method of the latest log-in.
    pub method: String,
    /// Refused attempts from the same address shortly before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub after_failures: u64,
    /// How many of these attempts waited for a message; only this message reports them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answered: u64,
}

/// Refused attempts of one partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failures {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// How many attempts.
    pub count: u64,
    /// Cause of the latest attempt.
    pub cause: Cause,
    /// The addresses, the latest last, at most ten.
    pub addresses: Vec<String>,
    /// Time of the latest attempt.
    pub at: Time,
    /// Method of the latest attempt, if the log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// All refused attempts of the partner on this day, including these.
    pub today: u64,
    /// All came from addresses from which the partner logged in on the same day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own: bool,
    /// The attempts of each address, if there are several addresses; at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<FailuresFrom>,
}

/// Refused attempts from one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailuresFrom {
    /// The address.
    pub address: String,
    /// How many attempts.
    pub count: u64,
    /// Cause of the latest attempt.
    pub cause: Cause,
    /// Time of the latest attempt.
    pub at: Time,
    /// Method of the latest attempt, if the log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

/// Why an attempt was refused, according to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A password or keyboard-interactive.
    Password,
    /// A key, according to a line.
    Key,
    /// A key, or the client gave up: only the end of the connection was logged.
    KeyOrAbandoned,
    /// sshd's configuration refuses the account.
    Configuration,
    /// The account's shell cannot be used.
    Shell,
    /// PAM refuses the account, with any authentication method.
    Account,
    /// The same, but sshd calls the account expired. After keyboard-interactive, sshd logs this for every refusal by PAM
    /// (auth-pam.c).
    AccountExpired,
    /// The account or its password has expired.
    Expired,
    /// The account is locked.
    Locked,
}

/// An obstacle that prevents a partner's work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hindered {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The obstacle.
    pub obstacle: Obstacle,
    /// How many times.
    pub count: u64,
    /// The addresses, the latest last, at most ten.
    pub addresses: Vec<String>,
    /// The path of the latest refused write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// sshd's own text, from the latest time.
    pub detail: String,
    /// Earlier refused writes in the same message; with the latest one at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<RefusedWrite>,
    /// The latest time.
    pub at: Time,
}

/// A refused write, with sshd's own text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedWrite {
    /// Its path.
    pub path: String,
    /// The reason, in sshd's own text.
    pub detail: String,
}

/// An obstacle that prevents a partner's work, according to sshd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// Only sftp is allowed, but the client requested something else.
    NotSftp,
    /// sshd could not start sftp.
    Subsystem,
    /// sshd refuses the chroot directory.
    Chroot,
    /// sftp-server refuses a write.
    WriteRefused,
    /// sshd rejects connections from the address: too many connections, or a penalty.
    TurnedAway,
    /// The same for an address without a log-in of the partner on that day: attempts in its name failed there, perhaps by
    /// another person.
    AttemptsTurnedAway,
}

/// Sessions of a partner without a line of sftp-server, although there should be one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blind {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// `true`: sshd logged that it started sftp. `false`: this is only probable.
    pub sure: bool,
    /// How many sessions today.
    pub sessions: u64,
    /// End of the latest session.
    pub at: Time,
}

/// Files of one partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Files {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Their direction, and how the transfer ended.
    pub what: Transfer,
    /// How many files.
    pub count: u64,
    /// The first ten.
    pub files: Vec<File>,
    /// The total of the known sizes, in bytes.
    pub bytes: u64,
    /// The size of some is unknown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub some_unknown: bool,
    /// Time of the latest file.
    pub at: Time,
}

/// The result of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transfer {
    /// The file arrived.
    Upload,
    /// The file was downloaded.
    Download,
    /// The upload was interrupted.
    UploadInterrupted,
    /// The upload failed on the server's disk.
    UploadFailed,
    /// The download was interrupted.
    DownloadInterrupted,
    /// sshd truncated the message, and no other line shows the direction.
    Unknown,
    /// The file was opened for writing, and no line shows the result.
    UploadUnclosed,
    /// The file was opened for reading, and no line shows the result.
    DownloadUnclosed,
}

impl Transfer {
    /// Did bytes of the file arrive, according to the log?
    pub(crate) fn is_upload(self) -> bool {
        match self {
            Transfer::Upload | Transfer::UploadInterrupted | Transfer::UploadFailed => true,
            Transfer::Download
            | Transfer::DownloadInterrupted
            | Transfer::Unknown
            | Transfer::UploadUnclosed
            | Transfer::DownloadUnclosed => false,
        }
    }
}

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its full path as the partner sees it; log text, escaped when it is shown.
    pub path: String,
    /// The path's bytes, escaped as sshd escapes them, if they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odd: Option<String>,
    /// The path is truncated, because sshd truncated the message.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cut: bool,
    /// Its size; `None` if the log does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The peer's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// It was opened without truncation: the size is the size of the added data.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resumed: bool,
    /// The open would also create a new file: `resumed` alone does not prove that the file existed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub may_be_new: bool,
    /// The full size of a resumed file, if the log shows the old size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<u64>,
    /// Its path while it arrived, if it was renamed at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// How many more times the file was transferred, within the same message; the size is the latest one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub again: u64,
}

impl File {
    /// Is it certain that the file existed before, and that its size is the size of the added data?
    pub(crate) fn is_resumed(&self) -> bool {
        self.resumed && (!self.may_be_new || self.whole.is_some())
    }
}

/// Partners whose accounts, passwords or certificates expire on the same day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expiring {
    /// What expires.
    pub what: Expires,
    /// The first day without log-ins.
    pub day: NaiveDate,
    /// Account names of the partners, at most ten.
    pub partners: Vec<String>,
    /// The total number of partners.
    pub count: usize,
    /// Their full names, if the user database has them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub full_names: BTreeMap<String, String>,
    /// It was reported before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reminder: bool,
}

/// Adds addresses: each is kept once, the latest last.
pub(super) fn addresses(known: &mut Vec<String>, further: Vec<String>) {
    for address in further {
        known.retain(|a| *a != address);
        known.push(address);
    }
    let excess = known.len().saturating_sub(NAMES_KEPT);
    known.drain(..excess);
}
