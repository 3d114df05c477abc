//! The token: where the service finds it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::finding::Finding;
use super::units::SERVICE;
use crate::adapters::config::{CREDENTIAL, Token};
use crate::adapters::program;

/// The name of the matter.
const NAME: &str = "token";

/// The command that reads the token from the terminal, shows it to nobody, and puts it where the service looks. One that
/// does not run is not started by it: what else keeps it from running is told behind.
const STORE: &str = "sudo sh -c 'systemd-ask-password \"Slack token:\" | install -Dm600 /dev/stdin \
    /etc/credstore/slack-bot-token' && sudo systemctl try-restart sftp-monitor.service";

/// The same for one that is encrypted for this machine.
const STORE_ENCRYPTED: &str = "sudo sh -c 'systemd-ask-password \"Slack token:\" | systemd-creds encrypt \
    --name=slack-bot-token - /etc/credstore.encrypted/slack-bot-token' && sudo systemctl try-restart sftp-monitor.service";

/// The command that has the units load an encrypted token.
const LOAD: &str = "for unit in sftp-monitor sftp-monitor-digest sftp-monitor-failure@; do sudo install -Dm644 \
    /usr/share/doc/sftp-monitor/examples/encrypted-token.conf /etc/systemd/system/$unit.service.d/encrypted-token.conf; \
    done; sudo systemctl daemon-reload && sudo systemctl try-restart sftp-monitor.service";

/// Where systemd looks for an encrypted credential that is named without a path.
const ENCRYPTED: [&str; 3] = [
    "/etc/credstore.encrypted",
    "/run/credstore.encrypted",
    "/usr/lib/credstore.encrypted",
];

/// How long decrypting may take: a TPM is slow.
const DEADLINE: Duration = Duration::from_secs(15);

/// The token, and where it was found.
pub(super) enum Found {
    /// There.
    At(Token),
    /// There, encrypted.
    Encrypted(Token),
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
            Ok(token) => Found::Encrypted(token),
            Err(why) => Found::Nowhere(format!("{} cannot be decrypted: {why}", path.display())),
        },
        (Err(stop), _) if root => Found::Nowhere(stop.to_string()),
        (Err(_), _) => Found::NotSeen,
    }
}

fn decrypt(path: &Path) -> Result<Token, String> {
    let mut command = Command::new("systemd-creds");
    command.arg("decrypt").arg(format!("--name={CREDENTIAL}"));
    let printed = program::text(command.arg(path).arg("-"), DEADLINE);
    let printed = printed.map_err(|why| why.to_string())?;
    let token = printed.trim_end_matches(['\n', '\r']);
    match !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()) {
        true => Ok(Token::new(
            token.to_owned(),
            format!("{}, encrypted", path.display()),
        )),
        false => Err("what is in it is no token".to_owned()),
    }
}

/// The command that stores another token in the place of the one that is there.
pub(super) fn store(found: &Found) -> &'static str {
    match found {
        Found::Encrypted(_) => STORE_ENCRYPTED,
        Found::At(_) | Found::Nowhere(_) | Found::NotSeen => STORE,
    }
}

impl Found {
    /// The token, where there is one.
    pub(super) fn token(&self) -> Option<&Token> {
        match self {
            Found::At(token) | Found::Encrypted(token) => Some(token),
            Found::Nowhere(_) | Found::NotSeen => None,
        }
    }
}

/// Do the units load an encrypted token? Unless a drop-in says so they load one in the clear.
fn is_loaded_encrypted() -> bool {
    let wanted = format!("LoadCredentialEncrypted={CREDENTIAL}");
    let units = program::text(Command::new("systemctl").args(["cat", SERVICE]), DEADLINE);
    units.is_ok_and(|text| text.lines().any(|line| line.trim() == wanted))
}

/// What is said of it; nothing where this user may not look.
pub(super) fn judge(found: &Found) -> Option<Finding> {
    told(found, &is_loaded_encrypted)
}

fn told(found: &Found, is_loaded_encrypted: &dyn Fn() -> bool) -> Option<Finding> {
    let store = store(found);
    match found {
        Found::At(token) | Found::Encrypted(token) => {
            let place = token.place();
            Some(match token.remark() {
                Some(remark) => {
                    Finding::warning(NAME, format!("in {place}: {remark}")).mended_by(store)
                }
                None if matches!(found, Found::Encrypted(_)) && !is_loaded_encrypted() => {
                    let said = format!("in {place}, and no drop-in has the units load it");
                    Finding::problem(NAME, said).mended_by(LOAD)
                }
                None => Finding::ok(NAME, format!("in {place}")),
            })
        }
        Found::Nowhere(why) => Some(Finding::problem(NAME, why.clone()).mended_by(store)),
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
            told(&found, &|| true)
                .map(|found| found.told())
                .unwrap_or_default()
        };
        assert_eq!(of("xoxb-secret"), "ok token: in /etc/x\n");
        let odd = of("k6iUCUh0RJCQ");
        assert!(odd.starts_with("warning token: in /etc/x: the Slack token does not begin"));
        assert!(!odd.contains("k6iUCUh0RJCQ"));
    }

    #[test]
    fn an_encrypted_one_must_be_loaded_as_such() {
        let token = Token::new("xoxb-1".to_owned(), "/etc/x, encrypted");
        let found = Found::Encrypted(token);
        let said = |loaded: bool| told(&found, &|| loaded).map(|found| found.told());
        assert_eq!(
            said(true).as_deref(),
            Some("ok token: in /etc/x, encrypted\n")
        );
        assert!(said(false).is_some_and(|said| {
            said.starts_with("problem token: in /etc/x, encrypted, and no drop-in")
        }));
        assert!(store(&found).contains("systemd-creds encrypt"));
    }

    #[test]
    fn without_one_the_command_asks_for_it() {
        let said = judge(&Found::Nowhere("no Slack token".to_owned()));
        let said = said.map(|found| found.told()).unwrap_or_default();
        assert!(
            said.starts_with("problem token: no Slack token\n  > sudo sh -c 'systemd-ask-password")
        );
        assert!(judge(&Found::NotSeen).is_none());
    }
}
