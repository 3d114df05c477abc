//! Slack's answers about the token and the channel.

use super::refusal::SlackFixes;
use crate::adapters::config::Config;
use crate::adapters::slack::{Channel, Proxy, TokenIdentity};
use crate::domain::slack_reply::PostResult;

/// Slack's answers, and the network path to it.
pub(super) struct SlackFacts<'a> {
    pub(super) config: &'a Config,
    /// The bot of the token.
    pub(super) answer: Result<TokenIdentity, PostResult>,
    /// The channels that messages may go to, the main one first.
    pub(super) channels: Vec<AskedChannel>,
    /// The proxy of the network path: the service's, if this user may read it.
    pub(super) proxy: Option<Proxy>,
    /// A proxy that this command has, but the service has not.
    pub(super) own_proxy: Option<Proxy>,
    pub(super) fixes: SlackFixes,
}

/// Slack's answers about one channel.
pub(super) struct AskedChannel {
    pub(super) id: String,
    /// The facts about it, if the token may ask.
    pub(super) answer: Option<Result<Channel, PostResult>>,
    /// The outcome of the test line, if one was requested.
    pub(super) sent: Option<PostResult>,
}

/// Does the token have this scope? False also if Slack does not list scopes.
pub(super) fn has(identity: &TokenIdentity, scope: &str) -> bool {
    identity.scopes.iter().flatten().any(|own| own == scope)
}

/// Facts for tests.
#[cfg(test)]
pub(super) fn facts(config: &Config, answer: Result<TokenIdentity, PostResult>) -> SlackFacts<'_> {
    SlackFacts {
        config,
        answer,
        channels: Vec::new(),
        proxy: None,
        own_proxy: None,
        fixes: SlackFixes {
            store: "store it",
            edit: super::words::edit(&config.path),
            bot: None,
        },
    }
}
