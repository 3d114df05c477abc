//! The answers of Slack about the token and the channel.

use super::refusal::SlackFixes;
use crate::adapters::config::Config;
use crate::adapters::slack::{Channel, Identity, Proxy};
use crate::domain::slack_reply::PostResult;

/// The answers of Slack, and the way to it.
pub(super) struct SlackFacts<'a> {
    pub(super) config: &'a Config,
    /// Whose token it is.
    pub(super) answer: Result<Identity, PostResult>,
    /// Its answer about the channel, where the token may ask.
    pub(super) channel: Option<Result<Channel, PostResult>>,
    /// The outcome of a line, where one was to be posted.
    pub(super) sent: Option<PostResult>,
    /// The proxy on the way: the service's, as far as that may be seen.
    pub(super) proxy: Option<Proxy>,
    /// One that this command has and the service has not.
    pub(super) own_proxy: Option<Proxy>,
    pub(super) fixes: SlackFixes,
}

/// Does the token have this scope? Only where Slack says so.
pub(super) fn has(identity: &Identity, scope: &str) -> bool {
    identity.scopes.iter().flatten().any(|own| own == scope)
}

/// Facts for tests.
#[cfg(test)]
pub(super) fn facts(config: &Config, answer: Result<Identity, PostResult>) -> SlackFacts<'_> {
    SlackFacts {
        config,
        answer,
        channel: None,
        sent: None,
        proxy: None,
        own_proxy: None,
        fixes: SlackFixes {
            store: "store it",
            edit: super::words::edit(&config.path),
            bot: None,
        },
    }
}
