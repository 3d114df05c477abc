//! The rules at work on a state.

use std::time::Duration;

use crate::domain::base::time::Time;
use crate::domain::rules::settings::Rules;
use crate::domain::state::Daily;

/// How long an sftp session may still tell its own end after its log-in's: the lines of different processes cross.
pub(super) const ENDING: Duration = Duration::from_secs(5);

/// The rules at work on a state.
pub struct Monitor<'a> {
    /// How they are set.
    pub rules: &'a Rules,
    /// What they work on.
    pub daily: &'a mut Daily,
    /// The present, against which the age of events is judged.
    pub now: Time,
    /// The message that is being posted and must not change.
    pub in_flight: Option<u64>,
}
