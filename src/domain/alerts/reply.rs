//! The facts in replies to a message that are no events: reminders, and what a person answered.

use serde::{Deserialize, Serialize};

use crate::domain::base::time::Time;

/// A reply to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThreadReply {
    /// It is still so.
    Reminder {
        /// Since when.
        since: Time,
        /// When this was judged.
        at: Time,
    },
    /// A person takes care of it.
    Taken {
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// What that person says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
        /// When that was said.
        at: Time,
    },
}

impl ThreadReply {
    /// Is it what a person answered?
    pub fn is_answer(&self) -> bool {
        match self {
            ThreadReply::Taken { .. } => true,
            ThreadReply::Reminder { .. } => false,
        }
    }
}
