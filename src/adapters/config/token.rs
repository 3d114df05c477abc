//! The Slack token: where it is looked for, and a type that hides its value.

use super::credential::{FoundSecret, Sought};
use super::environment;
use crate::domain::base::stop::Stop;

/// The credential's name (systemd.exec(5), LoadCredential=).
pub(crate) const CREDENTIAL: &str = "slack-bot-token";

/// The environment variable that the scripts also used.
const VARIABLE: &str = "SLACK_BOT_TOKEN";

/// Where the token is looked for.
const SOUGHT: Sought = Sought {
    what: "Slack token",
    credential: CREDENTIAL,
    variable: VARIABLE,
};

/// The Slack token. Only the header of a request shows its value.
#[derive(Clone)]
pub struct Token {
    secret: String,
    place: String,
}

impl Token {
    /// A token, and the place where it was found.
    pub fn new(secret: String, place: impl Into<String>) -> Self {
        Token {
            secret,
            place: place.into(),
        }
    }

    /// The token's value, for the header of a request.
    pub fn expose(&self) -> &str {
        &self.secret
    }

    /// The place where it was found.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Looks for the token. Only systemd can decrypt an encrypted one: then the error says which `unit` to start instead of the
    /// command.
    pub fn find(unit: &str) -> Result<Token, Stop> {
        Self::found(SOUGHT.find(unit)?)
    }

    fn found(found: FoundSecret) -> Result<Token, Stop> {
        let (token, place) = match found {
            FoundSecret::Here(token, place) => (token, place),
            // This user cannot know whether the units have a token.
            FoundSecret::Hidden => {
                return Err(Stop::Setup(format!(
                    "this user may not see the Slack token that the units have: run this as root, by sudo, or set {VARIABLE}"
                )));
            }
            FoundSecret::Nowhere => {
                return Err(Stop::Setup(format!(
                    "no Slack token: write it to /etc/credstore/{CREDENTIAL} (the unit loads it), or set {VARIABLE} in {}",
                    environment::FILE
                )));
            }
        };
        match String::from_utf8(token) {
            Ok(token) if token.bytes().all(|b| b.is_ascii_graphic()) => {
                Ok(Token::new(token, place))
            }
            _ => Err(Stop::Setup(format!(
                "the Slack token in {place} has blanks or other characters that are not allowed in a token"
            ))),
        }
    }

    /// A warning if the token has an unusual form.
    pub fn remark(&self) -> Option<&'static str> {
        let usual = self.secret.starts_with("xox");
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use std::ffi::OsString;
    use std::path::Path;

    use super::*;

    fn credentials(content: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(CREDENTIAL), content).unwrap();
        directory
    }

    fn found(credentials: Option<&Path>, variable: Option<&str>) -> Result<String, String> {
        let found = SOUGHT.find_in(credentials, variable.map(OsString::from), None);
        found
            .and_then(Token::found)
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
        let none = tempfile::tempdir().unwrap();
        for variable in [None, Some("")] {
            let said = found(Some(none.path()), variable).unwrap_err();
            assert!(
                said.contains("/etc/credstore/slack-bot-token") && said.contains(VARIABLE),
                "{said}"
            );
            assert_eq!(said.lines().count(), 1);
        }
    }

    #[test]
    fn a_user_who_may_not_look_where_the_units_have_it_is_told_so() {
        let said = found(None, None).unwrap_err();
        assert!(said.contains("run this as root, by sudo"), "{said}");
    }

    #[test]
    fn a_credential_that_cannot_be_read_is_not_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(CREDENTIAL)).unwrap();
        assert!(found(Some(directory.path()), Some("xoxb-2")).is_err());
    }

    /// The token that root finds by hand below a root with these files.
    fn by_hand(files: &[(&str, &str)]) -> Result<(String, String), String> {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let unit = "sftp-monitor-digest.service";
        let found = SOUGHT.find_in(None, None, Some((root.path(), unit)));
        let place = |token: &Token| {
            let below = Path::new(token.place()).strip_prefix(root.path());
            below.unwrap().display().to_string()
        };
        found
            .and_then(Token::found)
            .map(|token| (token.expose().to_owned(), place(&token)))
            .map_err(|stop| stop.to_string())
    }

    #[test]
    fn by_hand_root_finds_the_token_where_the_units_do() {
        let store = ("etc/credstore/slack-bot-token", "xoxb-1\n");
        let file = (
            "etc/default/sftp-monitor",
            "# SLACK_BOT_TOKEN=xoxb-0\nOTHER=1\nSLACK_BOT_TOKEN=\"xoxb-2\"\n",
        );
        let found = |token: &str, place: &str| Ok((token.to_owned(), place.to_owned()));
        assert_eq!(by_hand(&[store, file]), found("xoxb-1", store.0));
        assert_eq!(by_hand(&[file]), found("xoxb-2", file.0));
        let run = ("run/credstore/slack-bot-token", "xoxb-3");
        assert_eq!(by_hand(&[file, run]), found("xoxb-3", run.0));
        assert!(by_hand(&[]).unwrap_err().starts_with("no Slack token"));
    }

    #[test]
    fn by_hand_an_encrypted_token_leads_to_the_unit_that_gets_it() {
        let encrypted = ("etc/credstore.encrypted/slack-bot-token", "k6iUCUh0RJCQ");
        let said = by_hand(&[encrypted]).unwrap_err();
        assert!(
            said.ends_with("systemctl start sftp-monitor-digest.service"),
            "{said}"
        );
        assert!(!said.contains("k6iUCUh0RJCQ"));
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
        let token = Token::new("xoxb-secret".to_owned(), "a test");
        assert!(!format!("{token:?} {token:#?}").contains("secret"));
    }

    #[test]
    fn what_does_not_begin_like_a_token_is_remarked() {
        assert_eq!(Token::new("xoxb-1".to_owned(), "a test").remark(), None);
        assert!(
            Token::new("k6iUCUh0RJCQyvL8k8q1UyAAAAAB".to_owned(), "a test")
                .remark()
                .is_some()
        );
    }
}
