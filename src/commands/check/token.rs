//! Checks the token: where the service finds it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::finding::Finding;
use super::units::SERVICE;
use crate::adapters::config::{CREDENTIAL, Token, encrypted_credential};
use crate::adapters::program;

/// The name of the matter.
const NAME: &str = "token";

/// The command that reads the token from the terminal without showing it, and stores it where the service looks. It does not
/// start a service that is stopped: other faults that stop it are reported later.
const STORE: &str = "sudo sh -c 'systemd-ask-password \"Slack token:\" | install -Dm600 /dev/stdin \
    /etc/credstore/slack-bot-token' && sudo systemctl try-restart sftp-monitor.service";

/// The same command for a token that is encrypted for this machine.
const STORE_ENCRYPTED: &str = "sudo sh -c 'systemd-ask-password \"Slack token:\" | systemd-creds encrypt \
    --name=slack-bot-token - /etc/credstore.encrypted/slack-bot-token' && sudo systemctl try-restart sftp-monitor.service";

/// The command after which the units load an encrypted token.
const LOAD: &str = "for unit in sftp-monitor sftp-monitor-digest sftp-monitor-failure@; do sudo install -Dm644 \
    /usr/share/doc/sftp-monitor/examples/encrypted-token.conf /etc/systemd/system/$unit.service.d/encrypted-token.conf; \
    done; sudo systemctl daemon-reload && sudo systemctl try-restart sftp-monitor.service";

/// The time limit for decryption: a TPM is slow.
const DEADLINE: Duration = Duration::from_secs(15);

/// A token that was found.
pub(super) struct StoredToken {
    pub(super) token: Token,
    /// It is stored encrypted.
    encrypted: bool,
}

/// Looks for the token as root in the service's places, or else where this process may; `None` if it may not look far enough.
pub(super) fn find(root: bool) -> Option<Result<StoredToken, String>> {
    let stop = match Token::find(SERVICE) {
        Ok(token) => {
            let encrypted = false;
            return Some(Ok(StoredToken { token, encrypted }));
        }
        Err(_) if !root => return None,
        Err(stop) => stop,
    };
    Some(match encrypted_credential(Path::new("/"), CREDENTIAL) {
        None => Err(stop.to_string()),
        Some(path) => {
            decrypt(&path).map_err(|why| format!("{} cannot be decrypted: {why}", path.display()))
        }
    })
}

fn decrypt(path: &Path) -> Result<StoredToken, String> {
    let mut command = Command::new("systemd-creds");
    command.arg("decrypt").arg(format!("--name={CREDENTIAL}"));
    let printed = program::text(command.arg(path).arg("-"), DEADLINE);
    let printed = printed.map_err(|why| why.to_string())?;
    let token = printed.trim_end_matches(['\n', '\r']);
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("its content is not a token".to_owned());
    }
    Ok(StoredToken {
        token: Token::new(token.to_owned(), format!("{}, encrypted", path.display())),
        encrypted: true,
    })
}

/// The command that replaces the token.
pub(super) fn store(found: &Result<StoredToken, String>) -> &'static str {
    match found {
        Ok(stored) if stored.encrypted => STORE_ENCRYPTED,
        Ok(_) | Err(_) => STORE,
    }
}

/// Do the units load an encrypted token? Only a drop-in makes them; by default they load an unencrypted one.
pub(super) fn is_loaded_encrypted() -> bool {
    let wanted = format!("LoadCredentialEncrypted={CREDENTIAL}");
    let units = program::text(Command::new("systemctl").args(["cat", SERVICE]), DEADLINE);
    units.is_ok_and(|text| text.lines().any(|line| line.trim() == wanted))
}

pub(super) fn judge(
    found: &Result<StoredToken, String>,
    is_loaded_encrypted: impl Fn() -> bool,
) -> Finding {
    let stored = match found {
        Ok(stored) => stored,
        Err(why) => return Finding::problem(NAME, why.clone()).fixed_by(store(found)),
    };
    let place = stored.token.place();
    if let Some(remark) = stored.token.remark() {
        return Finding::warning(NAME, format!("in {place}: {remark}")).fixed_by(store(found));
    }
    if stored.encrypted && !is_loaded_encrypted() {
        let said = format!("in {place}, but no drop-in of the units loads it");
        return Finding::problem(NAME, said).fixed_by(LOAD);
    }
    Finding::ok(NAME, format!("in {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(token: &str, place: &str, encrypted: bool) -> Result<StoredToken, String> {
        let token = Token::new(token.to_owned(), place);
        Ok(StoredToken { token, encrypted })
    }

    #[test]
    fn where_it_is_is_told_and_never_what_it_is() {
        let of = |token: &str| judge(&stored(token, "/etc/x", false), || true).told();
        assert_eq!(of("xoxb-secret"), "ok token: in /etc/x\n");
        let odd = of("k6iUCUh0RJCQ");
        assert!(odd.starts_with("warning token: in /etc/x: the Slack token does not begin"));
        assert!(!odd.contains("k6iUCUh0RJCQ"));
    }

    #[test]
    fn an_encrypted_one_must_be_loaded_as_such() {
        let found = stored("xoxb-1", "/etc/x, encrypted", true);
        let said = |loaded: bool| judge(&found, || loaded).told();
        assert_eq!(said(true), "ok token: in /etc/x, encrypted\n");
        assert!(said(false).starts_with("problem token: in /etc/x, encrypted, but no drop-in"));
        assert!(store(&found).contains("systemd-creds encrypt"));
    }

    #[test]
    fn without_one_the_command_asks_for_it() {
        let said = judge(&Err("no Slack token".to_owned()), || true).told();
        assert!(
            said.starts_with("problem token: no Slack token\n  > sudo sh -c 'systemd-ask-password")
        );
    }
}
