//! What a person does where Slack refuses to post: the mend of each of its codes.

use serde::{Deserialize, Serialize};

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

/// Who or what has to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// The bot is not in the channel.
    Invite,
    /// The channel is not one that the bot sees.
    Channel,
    /// The channel is archived.
    Unarchive,
    /// Who may post in the channel.
    Posters,
    /// The token.
    Token,
    /// What the token may do.
    Scope,
    /// What the workspace allows the app.
    Workspace,
    /// Where Slack is.
    Address,
}

impl Trouble {
    /// What a person does about it, where anything can be done.
    pub fn mend(&self) -> Option<Mend> {
        self.code.as_deref().and_then(Mend::of)
    }
}

impl Mend {
    /// The mend of a code; none where a code tells of nothing that a person could mend.
    pub fn of(code: &str) -> Option<Mend> {
        Some(match code {
            "not_in_channel" => Mend::Invite,
            "channel_not_found" => Mend::Channel,
            "is_archived" => Mend::Unarchive,
            "restricted_action"
            | "restricted_action_read_only_channel"
            | "restricted_action_thread_only_channel"
            | "messages_tab_disabled" => Mend::Posters,
            "invalid_auth"
            | "not_authed"
            | "account_inactive"
            | "token_revoked"
            | "token_expired"
            | "not_allowed_token_type"
            | "is_bot"
            | "team_not_found" => Mend::Token,
            "missing_scope" | "no_permission" => Mend::Scope,
            "access_denied"
            | "team_access_not_granted"
            | "app_access_restricted"
            | "two_factor_setup_required"
            | "ekm_access_denied"
            | "enterprise_is_restricted"
            | "as_user_not_supported"
            | "send_on_behalf_not_allowed"
            | "org_login_required"
            | "accesslimited" => Mend::Workspace,
            "deprecated_endpoint" | "method_deprecated" | "unknown_method" => Mend::Address,
            _ if code.starts_with("slack_connect_") && code.ends_with("_blocked") => {
                Mend::Workspace
            }
            _ => return None,
        })
    }

    /// What to do, in words.
    pub fn said(self) -> &'static str {
        match self {
            Mend::Invite => "the bot is not in the channel: type `/invite @BOT` there, in Slack",
            Mend::Channel => {
                "the bot sees no such channel: set slack.channel to the channel's id, and `/invite @BOT` to a private one"
            }
            Mend::Unarchive => {
                "the channel is archived: unarchive it, or set slack.channel to another"
            }
            Mend::Posters => {
                "the channel does not let the bot post: change who may post there, or set slack.channel to another"
            }
            Mend::Token => "store a token that Slack accepts: a bot's, it begins with xoxb-",
            Mend::Scope => {
                "add the scope chat:write at https://api.slack.com/apps, install the app again, and store its new token"
            }
            Mend::Workspace => "an administrator of the workspace must allow the app",
            Mend::Address => "slack.api-url names no address that has chat.postMessage",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes::{Class, class};
    use super::*;

    #[test]
    fn every_code_that_a_person_can_mend_has_its_mend_and_no_other() {
        let codes = include_str!("codes.rs");
        let codes = codes.split("#[cfg(test)]").next().unwrap_or_default();
        let mut seen = 0;
        for code in codes.split('"').skip(1).step_by(2) {
            if class(code) == Class::Configuration {
                assert!(Mend::of(code).is_some(), "{code}");
                seen += 1;
            }
        }
        assert!(seen > 25, "{seen}");
        for passing in ["internal_error", "invalid_blocks", "brand_new_code", ""] {
            assert_eq!(Mend::of(passing), None, "{passing}");
        }
        assert_eq!(Mend::of("slack_connect_x_blocked"), Some(Mend::Workspace));
    }
}
