//! The reason why Slack accepts no messages, as the state keeps it.

use serde::{Deserialize, Serialize};

use super::fix::Fix;
use crate::domain::base::time::Time;

/// The reason why Slack accepts no messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlackTrouble {
    /// The answer to the last try, or the reason why there was no answer.
    pub said: String,
    /// Slack's code, if it refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The time of the first failed try.
    pub since: Time,
    /// The time of the last failed try.
    pub at: Time,
}

impl SlackTrouble {
    /// The fix, if there is one.
    pub fn fix(&self) -> Option<Fix> {
        self.code.as_deref().and_then(Fix::of)
    }
}
