//! The rules with the state that they change.

use crate::domain::base::time::Time;
use crate::domain::rules::settings::Rules;
use crate::domain::state::Daily;

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
