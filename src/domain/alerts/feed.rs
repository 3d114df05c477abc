//! The facts in messages about expected feeds and about partners without log-ins.

use serde::{Deserialize, Serialize};

use super::{File, Transfer};
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// A partner's last activity of each kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The latest log-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<Time>,
    /// The latest refused attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Time>,
    /// The latest file, complete or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<SeenFile>,
    /// The start of watching, if no log-in is known: no log-in came since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watched: Option<Time>,
    /// The long time without a log-in was already reported.
    #[serde(skip_serializing_if = "is_default")]
    pub quiet: bool,
}

/// The latest file of a partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenFile {
    /// The time of the transfer.
    pub at: Time,
    /// The result of the transfer.
    pub what: Transfer,
    /// The file.
    pub file: File,
    /// The partner removed it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub removed: bool,
}

/// An expected feed is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedMissing {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern of the file names.
    pub files: String,
    /// When it was due.
    pub due: Time,
    /// How many of its files arrived.
    pub arrived: u32,
    /// How many files are expected at least.
    pub count: u32,
    /// What else is expected, and lacking.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lack: Lack,
    /// The partner was to fetch the files.
    #[serde(default, skip_serializing_if = "is_default")]
    pub download: bool,
    /// The first of the consecutive missed due times, if there were earlier ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// The partner's last activity.
    pub seen: Seen,
    /// The last file has the name of a file of the feed, and not its size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfit: Option<Unfit>,
    /// The user or user group to mention in Slack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<String>,
}

/// A feed that was missing has arrived, or a feed arrived late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedArrived {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern of the file names.
    pub files: String,
    /// When it was due.
    pub due: Time,
    /// When the last expected file arrived.
    pub at: Time,
    /// How many files.
    pub count: u32,
    /// The partner fetched the files.
    #[serde(default, skip_serializing_if = "is_default")]
    pub download: bool,
    /// The last file.
    pub file: File,
    /// It arrived on time on this day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_time: bool,
    /// The first of the consecutive missed due times before this arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

/// What a feed expects and lacks, apart from the number of its files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lack {
    /// The most files that are expected, if they are limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// The required names that are not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The sum of the sizes, and the least that it must be, if it is too small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<(u64, u64)>,
}

/// Something odd about the files of a feed. It is reported, and stands in the day's table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedOdd {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern of the file names.
    pub files: String,
    /// What is odd.
    pub odd: Odd,
    /// The first ten such files.
    pub found: Vec<File>,
    /// How many such files.
    pub count: u64,
    /// When the feed is due; `None` if the files belong to no day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Time>,
    /// The partner fetched the files.
    #[serde(default, skip_serializing_if = "is_default")]
    pub download: bool,
    /// Time of the latest such file.
    pub at: Time,
}

/// What is odd about files of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Odd {
    /// A file came that must not come.
    Forbidden {
        /// The patterns that forbid the names.
        by: Vec<String>,
    },
    /// There are more files than expected.
    TooMany {
        /// The most that are expected.
        most: u32,
    },
    /// The files are larger together than expected.
    TooLarge {
        /// The most bytes that are expected.
        most: u64,
    },
    /// A file has the same name and size as on the day before.
    Same,
}

/// A feed that was complete at its deadline was changed afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedChanged {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern of the file names.
    pub files: String,
    /// When it was due.
    pub due: Time,
    /// When the last expected file arrived.
    pub arrived: Time,
    /// The change.
    pub change: Change,
}

/// A change of a feed's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The time of the change.
    pub at: Time,
    /// The file under its delivered name, with its current size if it still exists.
    pub file: File,
    /// The kind of change.
    pub how: Loss,
    /// The change was reported.
    #[serde(default, skip_serializing_if = "is_default")]
    pub told: bool,
}

/// Why a file is none of a feed whose name it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unfit {
    /// It is too small.
    Small,
    /// It is too large.
    Large,
}

/// Why a delivered file is no longer valid for the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// It was removed.
    Removed,
    /// It was renamed.
    Renamed,
    /// It was replaced by an empty or too small file.
    Replaced,
    /// It was replaced by a too large file.
    ReplacedByLarger,
    /// It was sent again, but this upload was interrupted or failed.
    Broken,
}

impl Loss {
    /// The English words that follow the file's name.
    pub(crate) fn in_english(self) -> &'static str {
        match self {
            Loss::Removed => "removed",
            Loss::Renamed => "renamed away",
            Loss::Replaced => "replaced by an empty or too small file",
            Loss::ReplacedByLarger => "replaced by a file that is too large",
            Loss::Broken => "sent again, which broke off",
        }
    }
}

/// A partner has not logged in for long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The last log-in; if none is known, the start of watching.
    pub since: Time,
    /// No log-in of this partner is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub never: bool,
    /// When the limit was passed.
    pub at: Time,
}

/// A partner's sftp sessions work again, or can be seen again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Works {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The first session that works.
    pub at: Time,
}
