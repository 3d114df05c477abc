//! The outcome of a feed on one of its days, for the day's table.

use serde::{Deserialize, Serialize};

use crate::domain::alerts::Lack;
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// The outcome of an expected feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It arrived before its deadline.
    OnTime,
    /// Its deadline has passed, and it is missing.
    Missing,
    /// It arrived after its deadline, on its own day.
    Late,
    /// It arrived on a later day, or the feed of a later day arrived.
    Recovered,
}

/// One feed on one of its days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern of the file names.
    pub files: String,
    /// The outcome.
    pub outcome: Outcome,
    /// When it was due.
    pub due: Time,
    /// When it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// When it was changed after its arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Time>,
    /// How many of its files arrived.
    pub arrived: u32,
    /// How many files are expected at least.
    pub count: u32,
    /// What else is expected, and lacking.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lack: Lack,
    /// The partner is to fetch the files.
    #[serde(default, skip_serializing_if = "is_default")]
    pub download: bool,
    /// The first of the consecutive missed due times, if there were earlier ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// The previous day's table reported it already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub carried: bool,
}

impl Feed {
    /// The entry for the next day's table: a missing feed stays until it arrives.
    pub fn carried_on(&self) -> Option<Feed> {
        (self.outcome == Outcome::Missing).then(|| Feed {
            carried: true,
            ..self.clone()
        })
    }
}
