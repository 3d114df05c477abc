//! The facts of messages about expected feeds and about partners that do not log in.

use serde::{Deserialize, Serialize};

use super::{File, Transfer};
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// What a partner did last, of each kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The latest log-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<Time>,
    /// The latest refused attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Time>,
    /// The latest file that arrived, or did not arrive whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<SeenFile>,
    /// From when on it is known that no log-in came, where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watched: Option<Time>,
    /// It was told that the partner has not logged in for long.
    #[serde(skip_serializing_if = "is_default")]
    pub quiet: bool,
}

/// The latest file of a partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenFile {
    /// When.
    pub at: Time,
    /// Whether it arrived.
    pub what: Transfer,
    /// Which.
    pub file: File,
    /// The partner removed it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub removed: bool,
}

/// An expected feed is not there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedMissing {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern.
    pub files: String,
    /// When it was due.
    pub due: Time,
    /// How many files of it are there.
    pub arrived: u32,
    /// How many are expected.
    pub count: u32,
    /// When it was due the first time of those that it has not come since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// What the partner did instead.
    pub seen: Seen,
    /// Who is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<String>,
}

/// A feed is there that was missing, or came too late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedArrived {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern.
    pub files: String,
    /// When it was due.
    pub due: Time,
    /// When all of it was there.
    pub at: Time,
    /// How many files.
    pub count: u32,
    /// The last of them.
    pub file: File,
    /// It is on time this time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_time: bool,
    /// When it was due the first time of those that it had not come since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

/// A feed that was there at its deadline is no more what was delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedChanged {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern.
    pub files: String,
    /// When it was due.
    pub due: Time,
    /// When all of it was there.
    pub arrived: Time,
    /// What happened to it.
    pub change: Change,
}

/// What happened to a file of a feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: Time,
    /// The file by the name that it was delivered under, with the size that it has now, where it is there.
    pub file: File,
    /// What.
    pub how: Loss,
    /// It was told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub told: bool,
}

/// How a file that was there is no more what is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// It was removed.
    Removed,
    /// It has another name.
    Renamed,
    /// It is empty, or too small.
    Replaced,
    /// It was sent again, and that broke off or failed.
    Broken,
}

impl Loss {
    /// In English, behind the file's name.
    pub(crate) fn in_english(self) -> &'static str {
        match self {
            Loss::Removed => "removed",
            Loss::Renamed => "renamed away",
            Loss::Replaced => "replaced by an empty or too small file",
            Loss::Broken => "sent again, which broke off",
        }
    }
}

/// A partner has not logged in for long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Since when: its last log-in, or since it is known that none came.
    pub since: Time,
    /// No log-in of it is known at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub never: bool,
    /// When that became too long.
    pub at: Time,
}
