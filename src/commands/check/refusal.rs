//! What a refusal of Slack asks a person to do, and the command for it.

use super::finding::Finding;
use crate::domain::slack_reply::{Fix, PostResult};

/// What commands are made of.
pub(super) struct Means {
    /// The command that stores another token.
    pub(super) store: &'static str,
    /// The command with which the configuration is changed.
    pub(super) edit: String,
    /// The bot's name, where Slack told it.
    pub(super) bot: Option<String>,
}

impl Means {
    /// What to do, in words.
    pub(super) fn said(&self, mend: Fix) -> String {
        mend.said().replace("@BOT", &self.at_bot())
    }

    /// What to type, in a shell or in Slack.
    pub(super) fn command(&self, mend: Fix) -> String {
        match mend {
            Fix::Invite => format!("/invite {}", self.at_bot()),
            Fix::Token | Fix::Scope => self.store.to_owned(),
            Fix::Channel | Fix::Unarchive | Fix::Posters | Fix::Address => self.edit.clone(),
            // Once that is done, this tries it.
            Fix::Workspace => "sudo sftp-monitor check --send".to_owned(),
        }
    }

    /// A line that was to be posted was refused.
    pub(super) fn not_taken(&self, name: &'static str, verdict: &PostResult) -> Finding {
        let said = format!("a line was not taken: {verdict}");
        match verdict.code().and_then(Fix::of) {
            Some(mend) => Finding::problem(name, format!("{said}: {}", self.said(mend)))
                .mended_by(self.command(mend)),
            // Nobody can mend it, or it passes.
            None => Finding::problem(name, said).mended_by("sudo sftp-monitor check --send"),
        }
    }

    fn at_bot(&self) -> String {
        format!("@{}", self.bot.as_deref().unwrap_or("BOT"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mend_names_what_is_to_be_typed() {
        let means = Means {
            store: "store it",
            edit: "sudoedit /etc/c.toml".to_owned(),
            bot: Some("sftp".to_owned()),
        };
        let told = |code: &str| {
            let mend = Fix::of(code)?;
            Some(format!("{} > {}", means.said(mend), means.command(mend)))
        };
        for (code, expected) in [
            (
                "not_in_channel",
                "the bot is not in the channel: type `/invite @sftp` there, in Slack > /invite @sftp",
            ),
            (
                "channel_not_found",
                "the bot sees no such channel: set slack.channel to the channel's id, and `/invite @sftp` to a private one > sudoedit /etc/c.toml",
            ),
            (
                "invalid_auth",
                "store a token that Slack accepts: a bot's, it begins with xoxb- > store it",
            ),
            (
                "missing_scope",
                "add the scope chat:write at https://api.slack.com/apps, install the app again, and store its new token > store it",
            ),
        ] {
            assert_eq!(told(code).as_deref(), Some(expected), "{code}");
        }
    }
}
