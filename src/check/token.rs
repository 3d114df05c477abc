//! The token: where the service finds it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::finding::Finding;
use super::units::SERVICE;
use crate::config::Token;
use crate::program;

/// The name of the matter.
const NAME: &str = "token";

/// The command that reads the token from the terminal, shows it to nobody, and puts it where the service looks. One that
/// does not run is not started by it: what else keeps it from running is told behind.
pub(super) const STORE: &str = "systemd-ask-password 'Slack token:' | sudo install -D -m 0600 /dev/stdin \
    /etc/credstore/slack-bot-token && sudo systemctl try-restart sftp-monitor.service";

/// The credential's name (systemd.exec(5), LoadCredential=).
const CREDENTIAL: &str = "slack-bot-token";

/// Where systemd looks for an encrypted credential that is named without a path.
const ENCRYPTED: [&str; 3] = [
    "/etc/credstore.encrypted",
    "/run/credstore.encrypted",
    "/usr/lib/credstore.encrypted",
];

/// The units' environment.
pub(super) const ENVIRONMENT: &str = "/etc/default/sftp-monitor";

/// How long decrypting may take: a TPM is slow.
const DEADLINE: Duration = Duration::from_secs(15);

/// The token, and where it was found.
pub(super) enum Found {
    /// There.
    At(Token),
    /// Nowhere.
    Nowhere(String),
    /// This user may not look where it is.
    NotSeen,
}

/// Looks where the service does, as root; else where this process may.
pub(super) fn find(root: bool) -> Found {
    let encrypted = ENCRYPTED.map(|store| Path::new(store).join(CREDENTIAL));
    let encrypted = encrypted.into_iter().find(|path| path.exists());
    match (Token::find(SERVICE), encrypted) {
        (Ok(token), _) => Found::At(token),
        (Err(_), Some(path)) if root => match decrypt(&path) {
            Ok(token) => Found::At(token),
            Err(why) => Found::Nowhere(format!("{} cannot be decrypted: {why}", path.display())),
        },
        (Err(stop), _) if root => Found::Nowhere(stop.to_string()),
        (Err(_), _) => Found::NotSeen,
    }
}

fn decrypt(path: &Path) -> Result<Token, String> {
    let mut command = Command::new("systemd-creds");
    command.arg("decrypt").arg(format!("--name={CREDENTIAL}"));
    let printed = program::text(command.arg(path).arg("-"), DEADLINE)?;
    let token = printed.trim_end_matches(['\n', '\r']);
    match !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()) {
        true => Ok(Token::new(
            token.to_owned(),
            format!("{}, encrypted", path.display()),
        )),
        false => Err("what is in it is no token".to_owned()),
    }
}

/// What is said of it; nothing where this user may not look.
pub(super) fn judge(found: &Found) -> Option<Finding> {
    match found {
        Found::At(token) => Some(match (token.remark(), token.place()) {
            (Some(remark), place) => {
                Finding::warning(NAME, format!("in {place}: {remark}")).mended_by(STORE)
            }
            (None, place) => Finding::ok(NAME, format!("in {place}")),
        }),
        Found::Nowhere(why) => Some(Finding::problem(NAME, why.clone()).mended_by(STORE)),
        Found::NotSeen => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_is_told_and_never_what_it_is() {
        let of = |token: &str| {
            let found = Found::At(Token::new(token.to_owned(), "/etc/x"));
            judge(&found).map(|found| found.told()).unwrap_or_default()
        };
        assert_eq!(of("xoxb-secret"), "ok token: in /etc/x\n");
        let odd = of("k6iUCUh0RJCQ");
        assert!(odd.starts_with("warning token: in /etc/x: the Slack token does not begin"));
        assert!(!odd.contains("k6iUCUh0RJCQ"));
    }

    #[test]
    fn without_one_the_command_asks_for_it() {
        let said = judge(&Found::Nowhere("no Slack token".to_owned()));
        let said = said.map(|found| found.told()).unwrap_or_default();
        assert!(said.starts_with("problem token: no Slack token\n  > systemd-ask-password"));
        assert!(judge(&Found::NotSeen).is_none());
    }
}
