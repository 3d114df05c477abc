//! Why Slack takes nothing, as the state keeps it.

use serde::{Deserialize, Serialize};

use super::fix::Fix;
use crate::domain::base::time::Time;

/// Why Slack takes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// What was answered at the last try, or why there was no answer.
    pub said: String,
    /// Slack's code, where it refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The first try that failed so.
    pub since: Time,
    /// The last one.
    pub at: Time,
}

impl Trouble {
    /// What a person does about it, where anything can be done.
    pub fn fix(&self) -> Option<Fix> {
        self.code.as_deref().and_then(Fix::of)
    }
}
