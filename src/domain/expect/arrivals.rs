//! The arrivals of expected feeds, as the state keeps them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::alerts::{Change, File};
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;
use crate::domain::expect::agenda::FeedAgenda;
use crate::domain::expect::uploads::Uploads;

/// All data about expected feeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Feeds {
    /// The arrivals, by the expectation's id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub watched: BTreeMap<String, Watched>,
    /// Recent files: they may still be renamed, written again or removed.
    #[serde(skip_serializing_if = "Uploads::is_empty")]
    pub uploads: Uploads,
    /// When the feeds must be judged.
    #[serde(skip)]
    pub(crate) agenda: FeedAgenda,
}

/// The arrivals of one expected feed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watched {
    /// The first date that is judged.
    pub from: NaiveDate,
    /// The latest day that was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<FeedDay>,
    /// The consecutive earlier days on which the feed did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
    /// The latest file of the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Arrival>,
    /// The files that arrived in the last two seconds: they may still be renamed. Kept if it matters how many or large they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Arrival>,
    /// A change of one of that day's files after the deadline, which makes the feed incomplete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Change>,
}

/// One day of a feed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FeedDay {
    /// Its local date.
    pub date: NaiveDate,
    /// The names of the files that arrived; a file that was sent twice counts once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Their sizes, if they are needed and known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sizes: BTreeMap<String, u64>,
    /// The names and sizes of the day before, if they are needed, without those that came again and were reported.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub before: BTreeMap<String, u64>,
    /// When the last expected file arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Time>,
    /// It was reported as missing.
    #[serde(skip_serializing_if = "is_default")]
    pub told: bool,
    /// It was reported that there are too many files.
    #[serde(skip_serializing_if = "is_default")]
    pub many: bool,
    /// It was reported that the files are too large together.
    #[serde(skip_serializing_if = "is_default")]
    pub heavy: bool,
}

/// Days on which a feed did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// The first such day.
    pub first: NaiveDate,
    /// How many days.
    pub times: u32,
}

/// A file of a feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// When the file existed under this name.
    pub at: Time,
    /// The file.
    pub file: File,
}

/// All files of a day have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complete {
    /// The day.
    pub date: NaiveDate,
    /// They arrived before the deadline.
    pub on_time: bool,
    /// The feed was reported as missing.
    pub told: bool,
    /// The earlier days on which the feed did not arrive.
    pub missed: Option<Missed>,
}

/// The deadline of a day has passed, and files are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// The day.
    pub date: NaiveDate,
    /// How many files are there.
    pub arrived: u32,
    /// The earlier days on which the feed did not arrive.
    pub missed: Option<Missed>,
}
