//! A message as Slack identifies it.

use serde::{Deserialize, Serialize};

/// A message in Slack: the channel and the `ts` of `chat.postMessage`'s answer, which identify it for replies and edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackRef {
    /// The channel's id.
    pub channel: String,
    /// The message's `ts`.
    pub ts: String,
}
