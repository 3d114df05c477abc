//! Refusals that concern one channel: another channel may take the message.

use super::answer::PostResult;

impl PostResult {
    /// Slack's code, if this channel refuses messages until a person fixes it.
    pub fn refusal_of_channel(&self) -> Option<&str> {
        match self {
            PostResult::Configuration(refusal) if refusal.is_of_channel() => Some(&refusal.code),
            PostResult::Accepted { .. }
            | PostResult::Wait { .. }
            | PostResult::Retry { .. }
            | PostResult::Configuration(_)
            | PostResult::Content(_)
            | PostResult::Gone(_)
            | PostResult::Unknown(_) => None,
        }
    }
}
