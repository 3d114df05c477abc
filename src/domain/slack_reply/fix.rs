//! What a person does where Slack refuses to post.

/// What a person has to fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
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

impl Fix {
    /// What to do, in words.
    pub fn said(self) -> &'static str {
        match self {
            Fix::Invite => "the bot is not in the channel: type `/invite @BOT` there, in Slack",
            Fix::Channel => {
                "the bot sees no such channel: set slack.channel to the channel's id, and `/invite @BOT` to a private one"
            }
            Fix::Unarchive => {
                "the channel is archived: unarchive it, or set slack.channel to another"
            }
            Fix::Posters => {
                "the channel does not let the bot post: change who may post there, or set slack.channel to another"
            }
            Fix::Token => "store a token that Slack accepts: a bot's, it begins with xoxb-",
            Fix::Scope => {
                "add the scope chat:write at https://api.slack.com/apps, install the app again, and store its new token"
            }
            Fix::Workspace => "an administrator of the workspace must allow the app",
            Fix::Address => "slack.api-url names no address that has chat.postMessage",
        }
    }
}
