//! What Slack says of the token and the channel.

use crate::adapters::slack::{Channel, Identity, Proxy};
use crate::domain::slack_reply::PostResult;

/// What was seen of Slack.
pub(super) struct Facts {
    /// Whose token it is.
    pub(super) answer: Result<Identity, PostResult>,
    /// Where Slack is.
    pub(super) api_url: String,
    /// The proxy on the way: the service's, as far as that may be seen.
    pub(super) proxy: Option<Proxy>,
    /// One that this command has and the service has not.
    pub(super) own_proxy: Option<Proxy>,
    /// The channel's id.
    pub(super) channel_id: String,
    /// The command with which the configuration is changed.
    pub(super) edit: String,
    /// What Slack says of the channel, where the token may ask.
    pub(super) channel: Option<Result<Channel, PostResult>>,
    /// What became of a line, where one was to be posted.
    pub(super) sent: Option<PostResult>,
    /// The command that stores another token.
    pub(super) store: &'static str,
}

/// Does the token have this scope? Only where Slack says so.
pub(super) fn has(identity: &Identity, scope: &str) -> bool {
    identity.scopes.iter().flatten().any(|own| own == scope)
}
