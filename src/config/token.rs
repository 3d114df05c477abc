//! The Slack token: where it is looked for, and a type that shows it to nobody.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

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
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self::find_in(credentials.as_deref(), std::env::var_os(VARIABLE))
    }

    fn find_in(credentials: Option<&Path>, variable: Option<OsString>) -> Result<Token, Stop> {
        let credential = match credentials.map(|directory| directory.join(CREDENTIAL)) {
            Some(path) => credential(&path)?,
            None => None,
        };
        let found = credential.or_else(|| usable(variable?.into_vec()));
        let token = found.ok_or_else(|| {
            Stop::Setup(format!(
                "no Slack token: write it to /etc/credstore/{CREDENTIAL} (the unit loads it), or set {VARIABLE} in /etc/default/sftp-monitor"
            ))
        })?;
        match String::from_utf8(token) {
            Ok(token) if token.bytes().all(|b| b.is_ascii_graphic()) => Ok(Token(token)),
            _ => Err(Stop::Setup(
                "the Slack token holds blanks or other characters that no token has".to_owned(),
            )),
        }
    }

    /// What looks wrong with it though it may be right.
    pub fn remark(&self) -> Option<&'static str> {
        let usual = self.0.starts_with("xox");
        (!usual).then_some(
            "the Slack token does not begin with xox: is it encrypted, or another secret?",
        )
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The credential's content. One that is there and cannot be read is not the same as none: the variable might hold an
/// older token.
fn credential(path: &Path) -> Result<Option<Vec<u8>>, Stop> {
    match std::fs::read(path) {
        Ok(content) => Ok(usable(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Stop::Setup(format!(
            "the Slack token in {}: {error}",
            path.display()
        ))),
    }
}

/// A token without the line end of its file; none where nothing is left.
fn usable(mut token: Vec<u8>) -> Option<Vec<u8>> {
    for end in [b'\n', b'\r'] {
        if token.last() == Some(&end) {
            token.pop();
        }
    }
    (!token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn credentials(content: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(CREDENTIAL), content).unwrap();
        directory
    }

    fn found(credentials: Option<&Path>, variable: Option<&str>) -> Result<String, String> {
        let token = Token::find_in(credentials, variable.map(OsString::from));
        token
            .map(|token| token.expose().to_owned())
            .map_err(|stop| stop.to_string())
    }

    #[test]
    fn the_credential_comes_before_the_variable() {
        let given = credentials("xoxb-1\n");
        assert_eq!(
            found(Some(given.path()), Some("xoxb-2")).as_deref(),
            Ok("xoxb-1")
        );
        assert_eq!(found(None, Some("xoxb-2")).as_deref(), Ok("xoxb-2"));
    }

    #[test]
    fn an_empty_or_missing_credential_leaves_it_to_the_variable() {
        let empty = credentials("\n");
        assert_eq!(
            found(Some(empty.path()), Some("xoxb-2")).as_deref(),
            Ok("xoxb-2")
        );
        let none = tempfile::tempdir().unwrap();
        assert_eq!(
            found(Some(none.path()), Some("xoxb-2")).as_deref(),
            Ok("xoxb-2")
        );
    }

    #[test]
    fn without_a_token_one_line_says_how_to_set_it() {
        for variable in [None, Some("")] {
            let said = found(None, variable).unwrap_err();
            assert!(
                said.contains("/etc/credstore/slack-bot-token") && said.contains(VARIABLE),
                "{said}"
            );
            assert_eq!(said.lines().count(), 1);
        }
    }

    #[test]
    fn a_credential_that_cannot_be_read_is_not_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(CREDENTIAL)).unwrap();
        assert!(found(Some(directory.path()), Some("xoxb-2")).is_err());
    }

    #[test]
    fn blanks_in_a_token_are_refused_and_it_is_not_repeated() {
        for wrong in [
            "xoxb 1",
            " xoxb-1",
            "xoxb-1\n\n",
            "xoxb-1\nxoxb-2",
            "xoxb-é",
        ] {
            let said = found(None, Some(wrong)).unwrap_err();
            assert!(!said.contains("xoxb"), "{said}");
        }
    }

    #[test]
    fn a_token_shows_itself_to_nobody() {
        let token = Token::new("xoxb-secret".to_owned());
        assert!(!format!("{token:?} {token:#?}").contains("secret"));
    }

    #[test]
    fn what_does_not_begin_like_a_token_is_remarked() {
        assert_eq!(Token::new("xoxb-1".to_owned()).remark(), None);
        assert!(
            Token::new("k6iUCUh0RJCQyvL8k8q1UyAAAAAB".to_owned())
                .remark()
                .is_some()
        );
    }
}
