//! A day: its counters, its other data, and its tables once it is closed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::alerts::{FeedOdd, Layout};
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;
use crate::domain::expect::Feed;
use crate::domain::state::Notice;
use crate::domain::state::routed::RoutedTable;
use crate::domain::state::troubled::Troubled;

/// A partner's counters of a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Log-ins.
    pub success: u64,
    /// Refused attempts.
    pub failed: u64,
    /// Files that arrived completely.
    pub upload: u64,
    /// Files that were downloaded.
    pub download: u64,
    /// Uploads that were interrupted.
    #[serde(skip_serializing_if = "is_default")]
    pub upload_interrupted: u64,
    /// Uploads that failed on the server's disk.
    #[serde(skip_serializing_if = "is_default")]
    pub upload_failed: u64,
    /// Downloads that were interrupted after some bytes were sent.
    #[serde(skip_serializing_if = "is_default")]
    pub download_interrupted: u64,
    /// Log-ins without a line of sftp-server, although there should be one.
    #[serde(skip_serializing_if = "is_default")]
    pub blind: u64,
    /// Refused writes: files, names and directories.
    #[serde(skip_serializing_if = "is_default")]
    pub write_refused: u64,
    /// Unknown counters, kept unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Data of the open day apart from its counters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Day {
    /// 1 for a date's first part; 2 and more for parts after a `digest` by hand; 0 in a file from the old scripts.
    pub part: u32,
    /// When this part began; `None` if the day began before the monitor started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Dates between the previous day and this one for which no day was opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_data: Vec<NaiveDate>,
    /// Interrupted or failed transfers, at most ten of each kind; the counters have the total.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubled: Vec<Troubled>,
    /// Notices of the day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Expected feeds of the day, and feeds of earlier days that are still missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<Feed>,
    /// Oddities of the feeds' files, at most one of each kind for each feed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<FeedOdd>,
    /// Partners without activity, as the first digest after the day's end found them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<Idle>,
}

/// Partners without activity on a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Idle {
    /// The first ten, each with the full name if there is one.
    pub partners: Vec<(String, Option<String>)>,
    /// The total number.
    pub count: u64,
}

/// A closed day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClosedDay {
    /// `2026-03-30`, or `2026-03-30.2` for a further part.
    pub id: String,
    /// Its date.
    pub date: NaiveDate,
    /// Its counters.
    pub partners: BTreeMap<String, Counters>,
    /// Refused attempts for accounts that are no partner.
    pub unknown_attempts: u64,
    /// The day's other data.
    pub day: Day,
    /// When it was closed.
    pub until: Time,
    /// How many of its messages Slack has accepted; a table of many partners needs several.
    #[serde(default)]
    pub messages_posted: usize,
    /// One of its messages may have reached Slack although the answer was lost.
    #[serde(default)]
    pub maybe_repeated: bool,
    /// The simplest form that Slack has required so far.
    #[serde(default)]
    pub form: Layout,
    /// Slack refused it permanently, with this error. The day is kept, but no longer blocks the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Slack has accepted the table of all partners; tables of routes still wait.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_posted: bool,
    /// The tables of routes, by channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub routed: BTreeMap<String, RoutedTable>,
    /// This copy of the day is the table of a route: it has only the partners of this channel.
    #[serde(skip)]
    pub of_route: Option<String>,
}

impl ClosedDay {
    /// Does the table of all partners wait for Slack?
    pub fn waits(&self) -> bool {
        !self.is_posted && self.refused.is_none()
    }
}

/// A day whose table Slack has accepted, with its start and end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostedDay {
    /// Its id.
    pub id: String,
    /// When it began, if not at midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// When it was closed.
    pub until: Time,
}
