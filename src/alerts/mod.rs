//! What is told in Slack: messages, and how alerts are gathered into them.

mod blocks;
mod day;
mod feed;
mod feed_text;
mod file_name;
mod file_text;
mod gather;
mod merge;
mod rendered;
mod summary;
mod summary_text;
mod text;
mod unit_text;
mod voice;
mod warning_text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::state::is_zero;
use crate::time::Time;

pub use day::day_messages;
pub use feed::{FeedArrived, FeedMissing, Quiet, Seen, SeenFile};
pub use gather::{Alerts, NEWS, Outbox};
pub use rendered::Rendered;
pub use text::render;
pub use unit_text::{FailedUnit, unit_failed};
pub use voice::Voice;

/// How many names a message or a summary keeps of a partner's files.
pub const NAMES_KEPT: usize = 10;

/// A message that waits until Slack takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id, never used again.
    pub id: u64,
    /// The time from which its age is told: that of its first event, or the end of the window that held it back.
    pub since: Time,
    /// What it says.
    pub content: Content,
    /// It was sent, and whether Slack took it is not known: the next try may repeat it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub maybe_repeated: bool,
    /// The plainest form that Slack has asked for so far.
    #[serde(default)]
    pub form: Form,
    /// Why it was parked: Slack's error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// How a message is laid out; Slack may refuse the richer forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `rich_text` and `table` blocks.
    #[default]
    Blocks,
    /// One preformatted block.
    Preformatted,
    /// `text` alone.
    Text,
}

/// What a message says: facts, not words, so that it can be told in any language, joined with others, or summed up later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// Watching begins.
    Started {
        /// `journal`, or the path of the log file.
        source: String,
        /// The first start of all; a later one is told only with a hint.
        first: bool,
        /// `auto` landed on auth.log although journald runs: the group that reading the journal needs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing_group: Option<String>,
    },
    /// A partner logged in.
    Logins(Logins),
    /// A partner could not log in.
    Failures(Failures),
    /// Files of a partner arrived, or were fetched.
    Files(Files),
    /// Uploads broke off, or failed on the server's disk; downloads broke off.
    Troubled(Files),
    /// A partner is let in and cannot work, or is not even let try.
    Hindered(Hindered),
    /// A partner's sessions leave no line of sftp-server.
    Blind(Blind),
    /// What happened longer than ten minutes ago, in one message.
    Summary(Summary),
    /// An expected feed is not there.
    FeedMissing(FeedMissing),
    /// It is there after all.
    FeedArrived(FeedArrived),
    /// A partner has not logged in for long.
    Quiet(Quiet),
    /// sftp-server's `-l INFO` is not in force.
    LogLevel {
        /// For whom, account names, up to ten.
        partners: Vec<String>,
        /// How many partners in all.
        count: usize,
        /// What is set now: the directive, or that there is none.
        found: String,
        /// The line to write.
        line: String,
        /// The file, with its line number where there is one.
        file: String,
    },
}

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
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after_failures: u64,
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
}

/// Why an attempt was refused, as far as the log tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// sshd's own words the latest time.
    pub detail: String,
    /// The latest time.
    pub at: Time,
}

/// What keeps a partner from working, as far as sshd says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// Only sftp is allowed, and something else was asked for.
    NotSftp,
    /// sshd could not start sftp.
    Subsystem,
    /// sshd refuses the chroot directory.
    Chroot,
    /// sshd turns the address away: too many connections, or a penalty.
    TurnedAway,
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
    #[serde(default, skip_serializing_if = "is_false")]
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
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
    /// Its size; none where the log does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
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
    #[serde(default, skip_serializing_if = "is_false")]
    pub maybe_repeated: bool,
}

impl Content {
    /// The kind and the partner of an alert that is gathered with its fellows; none for what stands alone.
    pub fn group(&self) -> Option<(&'static str, &str)> {
        match self {
            Content::Logins(logins) => Some(("login", &logins.partner)),
            Content::Failures(failures) => Some(("failure", &failures.partner)),
            Content::Files(Files {
                what: Transfer::Upload,
                partner,
                ..
            }) => Some(("upload", partner)),
            Content::Files(files) => Some(("download", &files.partner)),
            Content::Troubled(Files {
                what: Transfer::UploadFailed,
                partner,
                ..
            }) => Some(("failed", partner)),
            Content::Troubled(Files {
                what: Transfer::UploadInterrupted,
                partner,
                ..
            }) => Some(("interrupted", partner)),
            Content::Troubled(Files {
                what: Transfer::Unknown,
                partner,
                ..
            }) => Some(("unknown-direction", partner)),
            Content::Troubled(files) => Some(("interrupted-download", &files.partner)),
            Content::Hindered(Hindered {
                obstacle, partner, ..
            }) => Some((obstacle.name(), partner)),
            Content::Started { .. }
            | Content::Summary(_)
            | Content::LogLevel { .. }
            | Content::Blind(_) => None,
            // Told once each, when it is due: nothing joins them, and no age makes them part of a summary.
            Content::FeedMissing(_) | Content::FeedArrived(_) | Content::Quiet(_) => None,
        }
    }
}

impl Obstacle {
    /// What messages of it are gathered under.
    fn name(self) -> &'static str {
        match self {
            Obstacle::NotSftp => "not-sftp",
            Obstacle::Subsystem => "no-subsystem",
            Obstacle::Chroot => "chroot",
            Obstacle::TurnedAway => "turned-away",
        }
    }
}

/// What one partner did, of a summary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SummaryRow {
    /// The full name of its GECOS field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Log-ins.
    #[serde(skip_serializing_if = "is_zero")]
    pub logins: u64,
    /// Failures.
    #[serde(skip_serializing_if = "is_zero")]
    pub failures: u64,
    /// Files that arrived.
    #[serde(skip_serializing_if = "is_zero")]
    pub uploads: u64,
    /// Files that were fetched.
    #[serde(skip_serializing_if = "is_zero")]
    pub downloads: u64,
    /// Uploads that broke off or failed.
    #[serde(skip_serializing_if = "is_zero")]
    pub troubled: u64,
    /// Times that sshd let it in and it could not work, or did not let it try.
    #[serde(skip_serializing_if = "is_zero")]
    pub hindered: u64,
    /// The names of the first ten files that arrived.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}
