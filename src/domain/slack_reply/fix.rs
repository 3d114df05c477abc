//! The fixes for Slack's refusals.

/// The thing that a person has to fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// The bot is not in the channel.
    Invite,
    /// The bot does not see the channel.
    Channel,
    /// The channel is archived.
    Unarchive,
    /// The channel's setting of who may post.
    Posters,
    /// The token.
    Token,
    /// The scopes of the token.
    Scope,
    /// The permission of the workspace for the app.
    Workspace,
    /// The address of Slack.
    Address,
}

impl Fix {
    /// The instructions in words for the channel of a route.
    pub fn of_route(self) -> String {
        self.said().replace("slack.channel", "the route's channel")
    }

    /// The instructions in words.
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
