//! The token: where the service finds it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::finding::Finding;
use crate::config::Token;
use crate::program;

/// The name of the matter.
const NAME: &str = "token";

/// The command that reads the token from the terminal, shows it to nobody, and puts it where the service looks.
pub(super) const STORE: &str = "systemd-ask-password 'Slack token:' | sudo install -D -m 0600 /dev/stdin \
    /etc/credstore/slack-bot-token && sudo systemctl restart sftp-monitor.service";

/// The credential's name (systemd.exec(5), LoadCredential=).
const CREDENTIAL: &str = "slack-bot-token";

/// Where systemd looks for a credential that is named without a path.
const STORES: [&str; 3] = ["/etc/credstore", "/run/credstore", "/usr/lib/credstore"];

/// Where it looks for encrypted ones.
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
    At(Token, String),
    /// Nowhere.
    Nowhere(String),
    /// This user may not look where it is.
    NotSeen,
}

/// Looks where the service does, as root; else where this process may.
pub(super) fn find(root: bool) -> Found {
    let encrypted = ENCRYPTED.map(|store| Path::new(store).join(CREDENTIAL));
    let encrypted = encrypted.into_iter().find(|path| path.exists());
    match (Token::find(), encrypted) {
        (Ok(token), _) => Found::At(token, place()),
        (Err(_), Some(path)) if root => match decrypt(&path) {
            Ok(token) => Found::At(token, format!("encrypted in {}", path.display())),
            Err(why) => Found::Nowhere(format!("{} cannot be decrypted: {why}", path.display())),
        },
        (Err(stop), _) if root => Found::Nowhere(stop.to_string()),
        (Err(_), _) => Found::NotSeen,
    }
}

/// Where `Token::find` found it.
fn place() -> String {
    let given = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let holds = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|meta| meta.len() > 0);
    let given = given
        .map(|directory| directory.join(CREDENTIAL))
        .filter(holds);
    if let Some(path) = given {
        return format!("in {}", path.display());
    }
    if std::env::var_os("SLACK_BOT_TOKEN").is_some_and(|token| !token.is_empty()) {
        return "in the environment of this command, $SLACK_BOT_TOKEN".to_owned();
    }
    let stored = STORES.map(|store| Path::new(store).join(CREDENTIAL));
    match stored.into_iter().find(holds) {
        Some(path) => format!("in {}", path.display()),
        None => format!("in {ENVIRONMENT}"),
    }
}

fn decrypt(path: &Path) -> Result<Token, String> {
    let mut command = Command::new("systemd-creds");
    command.arg("decrypt").arg(format!("--name={CREDENTIAL}"));
    let printed = program::text(command.arg(path).arg("-"), DEADLINE)?;
    let token = printed.trim_end_matches(['\n', '\r']);
    match !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()) {
        true => Ok(Token::new(token.to_owned())),
        false => Err("what is in it is no token".to_owned()),
    }
}

/// What is said of it; nothing where this user may not look.
pub(super) fn judge(found: &Found) -> Option<Finding> {
    match found {
        Found::At(token, place) => Some(match token.remark() {
            Some(remark) => Finding::warning(NAME, format!("{place}: {remark}")).mended_by(STORE),
            None => Finding::ok(NAME, place.clone()),
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
            let found = Found::At(Token::new(token.to_owned()), "in /etc/x".to_owned());
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
