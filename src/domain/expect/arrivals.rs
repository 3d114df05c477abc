//! What was seen of expected feeds, as the state keeps it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::alerts::{Change, File};
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;
use crate::domain::expect::files::Uploaded;

/// Everything that is remembered of expected feeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Feeds {
    /// What was seen, by the expectation's id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub watched: BTreeMap<String, Watched>,
    /// Files that came lately: they may still get another name, go on, or go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<Uploaded>,
}

/// What was seen of one expected feed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watched {
    /// The first date that is judged.
    pub from: NaiveDate,
    /// The latest of its days that has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<FeedDay>,
    /// Its days before that one on which it did not come, since it came last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
    /// The latest file of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Arrival>,
    /// What happened after its deadline to a file of that day, without which not all is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Change>,
}

/// One day of a feed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FeedDay {
    /// Its local date.
    pub date: NaiveDate,
    /// The names of the files that arrived; a file that is sent twice arrived once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// When all of them were there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Time>,
    /// It was told that it is missing.
    #[serde(skip_serializing_if = "is_default")]
    pub told: bool,
}

/// Days on which a feed did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// The first of them.
    pub first: NaiveDate,
    /// How many.
    pub times: u32,
}

/// A file of a feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// When it was there under this name.
    pub at: Time,
    /// The file.
    pub file: File,
}

/// All files of a day are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complete {
    /// The day.
    pub date: NaiveDate,
    /// Before its deadline.
    pub on_time: bool,
    /// It was told that it is missing.
    pub told: bool,
    /// The days before on which it did not come.
    pub missed: Option<Missed>,
}

/// The deadline of a day has passed, and files are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// The day.
    pub date: NaiveDate,
    /// How many files are there.
    pub arrived: u32,
    /// The days before on which it did not come.
    pub missed: Option<Missed>,
}
