//! The rules with the state that they change.

use std::time::Duration;

use crate::domain::base::time::Time;
use crate::domain::rules::settings::Rules;
use crate::domain::state::Daily;

/// How long after the log-in's end an sftp session may still log its own end: lines of different processes may come in a
/// different order.
pub(super) const ENDING: Duration = Duration::from_secs(5);

/// The rules with the state that they change.
pub struct Monitor<'a> {
    /// The settings.
    pub rules: &'a Rules,
    /// The state.
    pub daily: &'a mut Daily,
    /// The current time, to judge the age of events.
    pub now: Time,
    /// The message that is being posted: it must not change.
    pub in_flight: Option<u64>,
}
