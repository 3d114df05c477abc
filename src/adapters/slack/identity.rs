//! `auth.test`: the owner and the scopes of the token. <https://docs.slack.dev/reference/methods/auth.test>

use serde_json::{Value, json};

use super::client::{POST, SlackClient};
use crate::domain::slack_reply::answer::PostResult;
use crate::domain::slack_reply::said;

/// The owner of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenIdentity {
    /// The workspace.
    pub team: String,
    /// The user that messages come from.
    pub user: String,
    /// The scopes of the token. `None` if the answer does not list them.
    pub scopes: Option<Vec<String>>,
}

/// The header that lists a token's scopes.
const SCOPES: &str = "x-oauth-scopes";

impl SlackClient {
    /// Asks Slack for the owner of the token. Posts nothing.
    pub async fn identity(&self) -> Result<TokenIdentity, PostResult> {
        let answer = self.call("auth.test", &json!({}), POST).await?;
        let scopes = answer.headers.get(SCOPES);
        let scopes = scopes.and_then(|list| list.to_str().ok());
        Ok(of(&answer.body, scopes))
    }
}

fn of(body: &Value, scopes: Option<&str>) -> TokenIdentity {
    let text = |key: &str| said::name(body[key].as_str().unwrap_or("?"));
    let scopes = scopes.map(|list| said::scopes(list).map(String::from).collect());
    TokenIdentity {
        team: text("team"),
        user: text("user"),
        scopes,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_answer_names_team_and_user_and_the_header_the_scopes() {
        let body = json!({"ok": true, "team": "Exam\u{1b}ple", "user": "sftp"});
        let identity = of(&body, Some("chat:write, channels:read"));
        assert_eq!(identity.team, "Exam\u{fffd}ple");
        assert_eq!(identity.user, "sftp");
        assert_eq!(
            identity.scopes.unwrap_or_default(),
            ["chat:write", "channels:read"]
        );
        assert_eq!(of(&json!({}), None).scopes, None);
    }
}
