//! The alerts of one kind and partner: when the next message about them is allowed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Content;
use crate::domain::base::policy;
use crate::domain::base::time::Time;

/// The span of `max-per-hour`.
pub(super) const HOUR: Duration = Duration::from_secs(3_600);

/// The alerts of one kind and partner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// The end of the window: alerts before it are joined.
    pub until: Time,
    /// The times of the messages within the last hour.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Time>,
    /// The id of the latest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    /// The gathered alerts, with the time of the first event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gathered: Option<(Time, Content)>,
}

impl Group {
    /// When the next message is allowed, if that is after `at`: `max-per-hour` messages were sent in the hour before.
    pub(super) fn free_from(&self, at: Time, rules: &policy::AlertPolicy) -> Option<Time> {
        let most = rules.max_per_hour as usize;
        let first = self
            .told
            .len()
            .checked_sub(most)
            .and_then(|oldest| self.told.get(oldest))?;
        Some(first.plus(HOUR)).filter(|&free| free > at)
    }

    /// When the gathered alerts are due.
    pub(super) fn due(&self, rules: &policy::AlertPolicy) -> Time {
        self.free_from(self.until, rules).unwrap_or(self.until)
    }

    /// Notes that a message is sent, and starts a new window.
    pub(super) fn note(&mut self, at: Time, rules: &policy::AlertPolicy) {
        self.told.push(at);
        let most = (rules.max_per_hour as usize).max(1);
        let excess = self.told.len().saturating_sub(most);
        self.told.drain(..excess);
        self.until = at.plus(rules.group_window);
    }
}
