//! A refusal by Slack: the fix in words, and the command for it.

use crate::domain::slack_reply::Fix;

/// The command that posts a test line.
const SEND: &str = "sudo sftp-monitor check --send";

/// The parts of the commands that fix a refusal.
pub(super) struct SlackFixes {
    /// The command that stores another token.
    pub(super) store: &'static str,
    /// The command that edits the configuration.
    pub(super) edit: String,
    /// The bot's name, if Slack gave it.
    pub(super) bot: Option<String>,
}

impl SlackFixes {
    /// The fix in words.
    fn said(&self, fix: Fix) -> String {
        fix.said().replace("@BOT", &self.at_bot())
    }

    /// The command of the fix, for a shell or for Slack.
    fn command(&self, fix: Fix) -> String {
        match fix {
            Fix::Invite => format!("/invite {}", self.at_bot()),
            Fix::Token | Fix::Scope => self.store.to_owned(),
            Fix::Channel | Fix::Unarchive | Fix::Posters | Fix::Address => self.edit.clone(),
            // This tries it after the fix.
            Fix::Workspace => SEND.to_owned(),
        }
    }

    fn at_bot(&self) -> String {
        format!("@{}", self.bot.as_deref().unwrap_or("BOT"))
    }
}

/// A refusal with its fix in words, and the command; without a known fix the command tries again.
pub(super) fn with_fix(
    said: &str,
    fix: Option<Fix>,
    fixes: Option<&SlackFixes>,
) -> (String, String) {
    match (fix, fixes) {
        (Some(fix), Some(fixes)) => (format!("{said}: {}", fixes.said(fix)), fixes.command(fix)),
        (Some(fix), None) => (format!("{said}: {}", fix.said()), SEND.to_owned()),
        (None, _) => (said.to_owned(), SEND.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mend_names_what_is_to_be_typed() {
        let fixes = SlackFixes {
            store: "store it",
            edit: "sudoedit /etc/c.toml".to_owned(),
            bot: Some("sftp".to_owned()),
        };
        let told = |code: &str| {
            let fix = Fix::of(code)?;
            Some(format!("{} > {}", fixes.said(fix), fixes.command(fix)))
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
