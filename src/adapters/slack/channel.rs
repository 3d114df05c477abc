//! `conversations.info`: the channel, if the token may read it. <https://docs.slack.dev/reference/methods/conversations.info>

use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::client::{POST, SlackClient};
use crate::domain::slack_reply::answer::PostResult;
use crate::domain::slack_reply::said;

/// The channel that messages are posted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// The channel is archived: nothing can be posted there any more.
    pub archived: bool,
    /// The bot is a member of the channel.
    pub member: bool,
}

impl SlackClient {
    /// Asks Slack about the channel; the token needs `channels:read`, or `groups:read` for a private channel.
    pub async fn channel(&self) -> Result<Channel, PostResult> {
        // A reading method takes its arguments from the URL, not from JSON.
        let channel = byte_serialize(self.channel.as_bytes()).collect::<String>();
        let method = format!("conversations.info?channel={channel}");
        let answer = self.call(&method, &json!({}), POST).await?;
        Ok(of(&answer.body["channel"]))
    }
}

fn of(channel: &Value) -> Channel {
    Channel {
        name: said::name(channel["name"].as_str().unwrap_or("?")),
        archived: channel["is_archived"] == true,
        member: channel["is_member"] == true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_channel_is_archived_or_not_and_the_bot_is_in_it_or_not() {
        let channel = of(&json!({"name": "ops", "is_archived": false, "is_member": true}));
        assert_eq!(
            (channel.name.as_str(), channel.archived, channel.member),
            ("ops", false, true)
        );
        assert!(!of(&json!({})).member);
    }
}
