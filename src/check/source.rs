//! The source: which log the service reads, and whether it may.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::finding::Finding;
use super::units::{SERVICE, USER, Units};
use crate::config::{Config, SourceKind};
use crate::directory::nss::{self, NoAnswer};
use crate::program::{self, How};
use crate::source::journal::{ROOTS, Readable, readable};

/// The name of the matter.
const NAME: &str = "source";

/// How long a look as another user may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// Whether a log can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It can.
    Yes,
    /// It is there, but not for that user.
    Denied,
    /// It is not there, or cannot be looked for: why.
    Missing(String),
    /// The service's user is not there, of this name.
    NoUser(String),
    /// Nobody knows, and why.
    Unknown(String),
}

/// What was seen of the logs.
pub(super) struct Facts<'a> {
    pub(super) config: &'a Config,
    /// Who was looked as: the service's user, or this one.
    pub(super) whom: String,
    pub(super) journal: Access,
    pub(super) auth_log: Access,
}

/// What the service reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// The machine's journal.
    Journal,
    /// Journals in a directory, which other machines may have sent.
    Directory(PathBuf),
    /// A log file.
    AuthLog(PathBuf),
    /// Nothing that it can read.
    Nothing,
}

impl<'a> Facts<'a> {
    pub(super) fn gather(config: &'a Config, units: &Units, root: bool) -> Facts<'a> {
        let auth_log = &config.source.auth_log;
        let user = user(units);
        if !root {
            return Facts {
                config,
                whom: "this user".to_owned(),
                journal: match readable() {
                    Readable::Yes => Access::Yes,
                    Readable::NoPermission { .. } => Access::Denied,
                    Readable::NoJournal(why) => Access::Missing(why),
                },
                auth_log: own_access(auth_log),
            };
        }
        let look = |path: &Path| look_as(path, units);
        let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        let journals =
            ROOTS.map(|root| Path::new(root).join(machine.trim()).join("system.journal"));
        // The one on disk outweighs what is left in memory.
        let journal = match journals.iter().rev().find(|path| path.exists()) {
            Some(path) => look(path),
            None => Access::Missing("journald keeps no file of this machine".to_owned()),
        };
        Facts {
            config,
            journal,
            auth_log: match auth_log.exists() {
                true => look(auth_log),
                false => Access::Missing("there is none".to_owned()),
            },
            whom: format!("the service's user {user}"),
        }
    }

    /// What the service reads, or will once what keeps it from that is mended.
    pub(super) fn intended(&self) -> Chosen {
        let source = &self.config.source;
        match (self.chosen(), source.kind) {
            (Chosen::Nothing, SourceKind::AuthLog) => Chosen::AuthLog(source.auth_log.clone()),
            (Chosen::Nothing, SourceKind::Auto | SourceKind::Journal) => Chosen::Journal,
            (chosen, _) => chosen,
        }
    }

    /// What the service reads, as it chooses itself.
    pub(super) fn chosen(&self) -> Chosen {
        let source = &self.config.source;
        let readable = |access: &Access| *access == Access::Yes;
        let auth_log = || match readable(&self.auth_log) {
            true => Chosen::AuthLog(source.auth_log.clone()),
            false => Chosen::Nothing,
        };
        match (source.kind, &source.journal_directory) {
            (SourceKind::AuthLog, _) => auth_log(),
            (_, Some(directory)) => Chosen::Directory(directory.clone()),
            _ if readable(&self.journal) => Chosen::Journal,
            (SourceKind::Auto, None) => auth_log(),
            (SourceKind::Journal, None) => Chosen::Nothing,
        }
    }
}

fn own_access(path: &Path) -> Access {
    match std::fs::File::open(path) {
        Ok(_) => Access::Yes,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Access::Denied,
        Err(error) => Access::Missing(error.to_string()),
    }
}

/// The user that the service runs as.
fn user(units: &Units) -> String {
    let user = Some(units.get(SERVICE, "User")).filter(|user| !user.is_empty());
    user.unwrap_or(USER).to_owned()
}

/// May the service's user read this file? Only root may ask.
pub(super) fn look_as(path: &Path, units: &Units) -> Access {
    let user = user(units);
    match identity(&user, units) {
        Ok(Some(identity)) => access_as(path, &identity),
        Ok(None) => Access::NoUser(user),
        Err(NoAnswer) => Access::Unknown("the user database does not answer".to_owned()),
    }
}

/// The service's user as setpriv(1) becomes it, with the groups of its unit; none where there is no such user.
fn identity(user: &str, units: &Units) -> Result<Option<Vec<String>>, NoAnswer> {
    let Some(account) = nss::by_name(user.as_bytes())? else {
        return Ok(None);
    };
    let mut gids: BTreeSet<u32> = nss::groups_of(&account).into_iter().collect();
    for group in units.get(SERVICE, "SupplementaryGroups").split_whitespace() {
        gids.extend(nss::group(group)?.map(|group| group.gid));
    }
    let gids: Vec<String> = gids.iter().map(u32::to_string).collect();
    Ok(Some(vec![
        format!("--reuid={}", account.uid),
        format!("--regid={}", account.gid),
        format!("--groups={}", gids.join(",")),
    ]))
}

/// How the shell below ends where it cannot open the file.
const CLOSED: i32 = 13;

/// May this user read the file? Really tried: access lists and the directories on the way count.
fn access_as(path: &Path, identity: &[String]) -> Access {
    if let Err(error) = std::fs::metadata(path) {
        return Access::Missing(error.to_string());
    }
    let mut setpriv = Command::new("setpriv");
    setpriv.args(identity).args(["sh", "-c"]);
    setpriv.arg(format!("true <\"$0\" || exit {CLOSED}"));
    match program::output(setpriv.arg(path), DEADLINE) {
        Ok(_) => Access::Yes,
        Err(why) => match &why.how {
            How::Ended(status, _) if status.code() == Some(CLOSED) => Access::Denied,
            _ => Access::Unknown(why.to_string()),
        },
    }
}

pub(super) fn judge(facts: &Facts<'_>) -> Finding {
    let source = &facts.config.source;
    let (whom, log) = (&facts.whom, source.auth_log.display());
    let join = |group: &str| {
        format!(
            "sudo usermod --append --groups {group} {USER} && sudo systemctl try-restart {SERVICE}"
        )
    };
    let because = match (source.kind, &source.journal_directory) {
        (SourceKind::Auto, None) => "auto",
        (SourceKind::Auto, Some(_)) => "auto: the configuration names its directory",
        _ => "the configuration says so",
    };
    let in_words = |access: &Access| match access {
        Access::Yes => "can be read".to_owned(),
        Access::Denied => format!("cannot be read by {whom}"),
        Access::Missing(why) => format!("is not there ({why})"),
        Access::NoUser(user) => format!("has no reader (there is no user {user})"),
        Access::Unknown(why) => format!("may be readable or not ({why})"),
    };
    let (journal, auth_log) = (in_words(&facts.journal), in_words(&facts.auth_log));
    match (facts.chosen(), source.kind) {
        (Chosen::Journal, _) => Finding::ok(
            NAME,
            format!("the journal, which {whom} can read ({because})"),
        ),
        (Chosen::Directory(directory), _) => {
            let said = format!("the journals in {} ({because})", directory.display());
            Finding::ok(NAME, said)
        }
        (Chosen::AuthLog(_), SourceKind::AuthLog) => {
            let said = format!(
                "{log}, which {whom} can read ({because}); any local account can forge lines there, and a transfer \
                 whose log-in was not seen is credited to nobody"
            );
            Finding::ok(NAME, said)
        }
        (Chosen::AuthLog(_), _) => {
            let said =
                format!("{log}, whose lines anybody may have written: the journal {journal}");
            let found = Finding::warning(NAME, said);
            match facts.journal {
                Access::Denied => found.mended_by(join("systemd-journal")),
                _ => found.mended_by("sudo systemctl restart systemd-journald.service"),
            }
        }
        (Chosen::Nothing, SourceKind::AuthLog) => {
            let found = Finding::problem(NAME, format!("nothing is read: {log} {auth_log}"));
            match facts.auth_log {
                Access::Denied => found.mended_by(join("adm")),
                _ => found.mended_by("sudo apt-get install rsyslog"),
            }
        }
        (Chosen::Nothing, _) => {
            let said = format!("nothing is read: the journal {journal}; {log} {auth_log}");
            let found = Finding::problem(NAME, said);
            match &facts.journal {
                Access::NoUser(_) => found.mended_by("sudo systemd-sysusers sftp-monitor.conf"),
                Access::Unknown(_) => found.mended_by(format!("getent passwd {USER}")),
                Access::Denied => found.mended_by(join("systemd-journal")),
                _ => found.mended_by("sudo systemctl restart systemd-journald.service"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn judged(config: &str, journal: Access, auth_log: Access) -> String {
        let config = Config::parse(Path::new("c"), config).unwrap();
        let whom = "the service's user sftp-monitor".to_owned();
        judge(&Facts {
            config: &config,
            whom,
            journal,
            auth_log,
        })
        .told()
    }

    #[test]
    fn auto_takes_the_journal_where_it_can_be_read() {
        assert_eq!(
            judged("", Access::Yes, Access::Denied),
            "ok source: the journal, which the service's user sftp-monitor can read (auto)\n"
        );
        assert_eq!(
            judged("", Access::Denied, Access::Yes),
            "warning source: /var/log/auth.log, whose lines anybody may have written: the journal cannot be read by \
             the service's user sftp-monitor\n  > sudo usermod --append --groups systemd-journal sftp-monitor \
             && sudo systemctl try-restart sftp-monitor.service\n"
        );
        assert_eq!(
            judged("", Access::Denied, Access::Denied),
            "problem source: nothing is read: the journal cannot be read by the service's user sftp-monitor; \
             /var/log/auth.log cannot be read by the service's user sftp-monitor\n  \
             > sudo usermod --append --groups systemd-journal sftp-monitor && sudo systemctl try-restart sftp-monitor.service\n"
        );
    }

    #[test]
    fn a_source_that_the_configuration_names_must_be_readable() {
        let journal = "[source]\nkind = \"journal\"\n";
        assert!(
            judged(journal, Access::Denied, Access::Yes)
                .starts_with("problem source: nothing is read")
        );
        let log = "[source]\nkind = \"auth-log\"\n";
        assert_eq!(
            judged(log, Access::Yes, Access::Yes),
            "ok source: /var/log/auth.log, which the service's user sftp-monitor can read (the configuration says so); any \
             local account can forge lines there, and a transfer whose log-in was not seen is credited to nobody\n"
        );
        let said = judged(log, Access::Yes, Access::Denied);
        assert!(
            said.ends_with(
                "--groups adm sftp-monitor && sudo systemctl try-restart sftp-monitor.service\n"
            ),
            "{said}"
        );
        let missing = Access::Missing("there is none".to_owned());
        assert!(judged(log, Access::Yes, missing).ends_with("> sudo apt-get install rsyslog\n"));
    }

    #[test]
    fn without_the_services_user_it_is_made() {
        let missing = Access::NoUser("sftp-monitor".to_owned());
        let said = judged("", missing.clone(), missing);
        assert!(
            said.ends_with("> sudo systemd-sysusers sftp-monitor.conf\n"),
            "{said}"
        );
    }
}
