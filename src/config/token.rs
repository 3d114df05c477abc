//! The Slack token: where it is looked for, and a type that shows it to nobody.

use std::path::Path;

use crate::exit::Stop;

/// The credential's name (systemd.exec(5), LoadCredential=).
const CREDENTIAL: &str = "slack-bot-token";

/// The environment variable, as the scripts had it.
const VARIABLE: &str = "SLACK_BOT_TOKEN";

/// The Slack token. It shows itself to nobody but the one request that carries it.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The token as it was found.
    pub fn new(token: String) -> Self {
        Token(token)
    }

    /// The token itself, for the header of a request.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Looks for the token: first as a credential, then in the environment.
    pub fn find() -> Result<Token, Stop> {
        let credential = std::env::var_os("CREDENTIALS_DIRECTORY").map(|directory| Path::new(&directory).join(CREDENTIAL));
        let credential = credential.and_then(|path| std::fs::read_to_string(path).ok());
        let variable = || std::env::var(VARIABLE).ok();
        let found = credential.and_then(usable).or_else(|| variable().and_then(usable));
        let token = found.ok_or_else(|| {
            Stop::Setup(format!(
                "no Slack token: write it to /etc/credstore/{CREDENTIAL} (the unit loads it), or set {VARIABLE} in /etc/default/sftp-monitor"
            ))
        })?;
        if token.bytes().any(|b| !b.is_ascii_graphic()) {
            return Err(Stop::Setup("the Slack token holds blanks or other characters that no token has".to_owned()));
        }
        Ok(Token(token))
    }

    /// What looks wrong with it though it may be right.
    pub fn remark(&self) -> Option<&'static str> {
        let usual = self.0.starts_with("xox");
        (!usual).then_some("the Slack token does not begin with xox: is it encrypted, or another secret?")
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A token without the line end of its file; none where nothing is left.
fn usable(text: String) -> Option<String> {
    let token = text.trim_end_matches(['\n', '\r']);
    (!token.is_empty()).then(|| token.to_owned())
}
