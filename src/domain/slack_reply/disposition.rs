//! What happens to a message after Slack's answer.

use super::refusal::Refusal;
use crate::domain::alerts::Layout;
use crate::domain::base::time::Time;

/// What happens to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterPost {
    /// Slack accepted it: remove it.
    Done,
    /// Post it again in this plainer form.
    Again {
        /// The form to keep with the message.
        form: Layout,
    },
    /// The message that it was to edit or to answer is gone, according to this error.
    Gone {
        /// Slack's error.
        error: String,
    },
    /// Slack refuses it for good: park it with this error.
    Park {
        /// Slack's error.
        error: String,
    },
    /// Keep the message and send nothing before this time.
    Pause {
        /// The end of the pause.
        until: Time,
        /// The message may have arrived: mark it.
        maybe_repeated: bool,
        /// Slack asked for the pause, so it also applies to other processes: keep it in the state.
        asked: bool,
    },
    /// Keep the message: a person has to fix the token, the channel or the app. The next try is at this time, or as soon as
    /// another post succeeds.
    Fix {
        /// The time of the next try.
        until: Time,
    },
}

impl AfterPost {
    pub(super) fn park(refusal: &Refusal) -> AfterPost {
        AfterPost::Park {
            error: refusal.to_string(),
        }
    }

    /// The form in which to keep the message, and whether it may have arrived. `maybe_repeated` says whether it may have arrived
    /// before this try.
    pub fn marks(&self, form: Layout, maybe_repeated: bool) -> (Layout, bool) {
        match self {
            AfterPost::Again { form } => (*form, maybe_repeated),
            AfterPost::Pause {
                maybe_repeated: now,
                ..
            } => (form, maybe_repeated || *now),
            AfterPost::Done
            | AfterPost::Gone { .. }
            | AfterPost::Park { .. }
            | AfterPost::Fix { .. } => (form, maybe_repeated),
        }
    }
}
