//! The outcome of a feed on one of its days, for the day's table.

use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// What became of an expected feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It arrived before its deadline.
    OnTime,
    /// Its deadline has passed, and it is not there.
    Missing,
    /// It arrived after its deadline, on its own day.
    Late,
    /// It arrived on a later day, or was expected again and came.
    Recovered,
}

/// One feed on one of its days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// The expectation's id.
    pub id: String,
    /// The account.
    pub partner: String,
    /// The full name of its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The pattern.
    pub files: String,
    /// What became of it.
    pub outcome: Outcome,
    /// When it was due.
    pub due: Time,
    /// When it was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// When it was no more what was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Time>,
    /// How many files of it arrived.
    pub arrived: u32,
    /// How many are expected.
    pub count: u32,
    /// When it was due the first time of those that it has not come since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// The table of the day before told it already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub carried: bool,
}

impl Feed {
    /// What the next day's table tells of it: what is missing stays until it is there.
    pub fn carried_on(&self) -> Option<Feed> {
        (self.outcome == Outcome::Missing).then(|| Feed {
            carried: true,
            ..self.clone()
        })
    }
}
