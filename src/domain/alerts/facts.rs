//! The facts that messages tell. `render` makes words of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// Log-ins of one partner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Logins {
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// How many.
    pub count: u64,
    /// The addresses, the latest last, up to ten.
    pub addresses: Vec<String>,
    /// The latest one's time.
    pub at: Time,
    /// The latest one's method.
    pub method: String,
    /// Refused attempts from the same address just before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub after_failures: u64,
    /// Those of them that waited to be told, and are told by this alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answered: u64,
}

/// Refused attempts of one partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failures {
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// How many.
    pub count: u64,
    /// The latest one's cause.
    pub cause: Cause,
    /// The addresses, the latest last, up to ten.
    pub addresses: Vec<String>,
    /// The latest one's time.
    pub at: Time,
    /// The latest one's method, where the log tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The partner's failures of the day, these included.
    pub today: u64,
    /// All of them from addresses from which it logged in the same day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own: bool,
    /// Those of each address, where they are from several, up to ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<FailuresFrom>,
}

/// Refused attempts from one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailuresFrom {
    /// The address.
    pub address: String,
    /// How many.
    pub count: u64,
    /// The latest one's cause.
    pub cause: Cause,
    /// The latest one's time.
    pub at: Time,
    /// The latest one's method, where the log tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

/// Why an attempt was refused, as far as the log tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A password, or keyboard-interactive.
    Password,
    /// A key: a line says so.
    Key,
    /// A key, or the connection was given up: only its end tells.
    KeyOrAbandoned,
    /// sshd's configuration refuses the account.
    Configuration,
    /// The shell of the account cannot be used.
    Shell,
    /// PAM refuses the account, whatever it was authenticated with.
    Account,
    /// The same, and sshd calls it expired: after keyboard-interactive it says so of whatever PAM refuses (auth-pam.c).
    AccountExpired,
    /// The account or its password has expired.
    Expired,
    /// The account is locked.
    Locked,
}

/// What keeps a partner from working.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hindered {
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// What.
    pub obstacle: Obstacle,
    /// How many times.
    pub count: u64,
    /// The addresses, the latest last, up to ten.
    pub addresses: Vec<String>,
    /// What could not be written the latest time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// sshd's own words the latest time.
    pub detail: String,
    /// What else could not be written, in the same message; with the latest up to ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<RefusedWrite>,
    /// The latest time.
    pub at: Time,
}

/// What could not be written, and sshd's own words of why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedWrite {
    /// Its path.
    pub path: String,
    /// Why.
    pub detail: String,
}

/// What keeps a partner from working, as far as sshd says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// Only sftp is allowed, and something else was asked for.
    NotSftp,
    /// sshd could not start sftp.
    Subsystem,
    /// sshd refuses the chroot directory.
    Chroot,
    /// sftp-server refuses to let it write where it tries.
    WriteRefused,
    /// sshd turns the address away: too many connections, or a penalty.
    TurnedAway,
    /// The same of an address from which it did not log in that day: attempts in its name failed there, perhaps another's.
    AttemptsTurnedAway,
}

/// Sessions of a partner that left no line of sftp-server though they should have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blind {
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// sshd said that it started sftp; else it is probable.
    pub sure: bool,
    /// How many today.
    pub sessions: u64,
    /// The latest one's end.
    pub at: Time,
}

/// Files of one partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Files {
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Which way they went, and how it ended.
    pub what: Transfer,
    /// How many.
    pub count: u64,
    /// The first ten.
    pub files: Vec<File>,
    /// The bytes of all of them, as far as they are known.
    pub bytes: u64,
    /// The size of some is unknown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub some_unknown: bool,
    /// The latest one's time.
    pub at: Time,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transfer {
    /// It arrived.
    Upload,
    /// It was fetched.
    Download,
    /// Its upload broke off.
    UploadInterrupted,
    /// Its upload failed on the server's disk.
    UploadFailed,
    /// Its download broke off.
    DownloadInterrupted,
    /// sshd cut the message, and no other line tells which way it went.
    Unknown,
    /// Opened for writing, and no line says what became of it.
    UploadUnclosed,
    /// The same of one opened for reading.
    DownloadUnclosed,
}

impl Transfer {
    /// Bytes of the file arrived, as far as the log tells.
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
    /// Its whole path as the partner sees it; log text, escaped where it is shown.
    pub path: String,
    /// The path's bytes, escaped as sshd escapes them, where they are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odd: Option<String>,
    /// The path is only the beginning: sshd cut the message.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cut: bool,
    /// Its size; none where the log does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// It was opened as it was, not emptied: the size is that of what was added.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resumed: bool,
    /// It was created as well where it was not there: whether it was resumed is not known by that alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub may_be_new: bool,
    /// The size of all of it, where it was resumed and the log tells what it held before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<u64>,
    /// How many times more it came, in the same message; the size is the latest one's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub again: u64,
}

impl File {
    /// Is it certain that it was there before, and that its size is what came after that?
    pub(crate) fn is_resumed(&self) -> bool {
        self.resumed && (!self.may_be_new || self.whole.is_some())
    }
}

/// What happened longer than ten minutes ago, told in one message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The first event's time.
    pub from: Time,
    /// The last event's time.
    pub to: Time,
    /// What each partner did.
    pub partners: BTreeMap<String, SummaryRow>,
    /// Some of it may have been told already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub maybe_repeated: bool,
}

/// What one partner did, of a summary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SummaryRow {
    /// The full name of its GECOS field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Log-ins.
    #[serde(skip_serializing_if = "is_default")]
    pub logins: u64,
    /// Failures.
    #[serde(skip_serializing_if = "is_default")]
    pub failures: u64,
    /// Files that arrived.
    #[serde(skip_serializing_if = "is_default")]
    pub uploads: u64,
    /// Files that were fetched.
    #[serde(skip_serializing_if = "is_default")]
    pub downloads: u64,
    /// Why the failures were refused, as far as that is known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub causes: BTreeMap<Cause, u64>,
    /// Transfers that did not come out whole, by what became of them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub transfers: BTreeMap<Transfer, u64>,
    /// Times that sshd let it in and it could not work, or did not let it try, by what kept it from it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub obstacles: BTreeMap<Obstacle, u64>,
    /// Times that sshd turned attempts in its name away.
    #[serde(skip_serializing_if = "is_default")]
    pub turned_away: u64,
    /// The names of the first ten files that arrived.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// Attempts in the names of many partners from few addresses, and what sshd did about them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// The partners, each with the failures that no other message tells, and how often sshd turned attempts away.
    pub partners: BTreeMap<String, SummaryRow>,
    /// The addresses, the latest last, up to ten.
    pub addresses: Vec<String>,
    /// All failures, those before it was known to be a sweep included.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failures: u64,
    /// The latest time.
    pub at: Time,
}
