//! The source: which log the service reads, and whether it may.

use std::path::Path;

use super::access::{Access, look_as, user};
use super::finding::Finding;
use super::units::{SERVICE, USER, Units};
use super::words::path;
use crate::adapters::config::{Config, SourceKind};
use crate::adapters::source::choice::{Log, decide};
use crate::adapters::source::journal::{ROOTS, Readable, readable, readable_in};
use crate::domain::base::stop::said;

/// The name of the matter.
const NAME: &str = "source";

/// What was seen of the logs.
pub(super) struct Facts<'a> {
    pub(super) config: &'a Config,
    /// Who was looked as: the service's user, or this one.
    pub(super) whom: String,
    pub(super) journal: Access,
    pub(super) auth_log: Access,
    /// The directory that the configuration names.
    pub(super) directory: Option<Access>,
}

impl<'a> Facts<'a> {
    pub(super) fn gather(config: &'a Config, units: &Units, root: bool) -> Facts<'a> {
        let auth_log = &config.source.auth_log;
        let user = user(units);
        let named = config.source.journal_directory.as_deref();
        let directory = named.map(|named| match readable_in(named) {
            Err(error) => Access::Missing(said(&error)),
            Ok(Readable::NoPermission { .. }) => Access::Denied,
            Ok(Readable::NoJournal(why)) => Access::Unknown(why),
            // Only root may look as somebody else.
            Ok(Readable::Yes) if root => look_as(named, units),
            Ok(Readable::Yes) => Access::Yes,
        });
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
                directory,
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
            directory,
        }
    }

    /// What the service reads, or will once what keeps it from that is mended.
    pub(super) fn intended(&self) -> Log {
        let source = &self.config.source;
        self.chosen().unwrap_or_else(|| match source.kind {
            SourceKind::AuthLog => Log::AuthLog(source.auth_log.clone()),
            SourceKind::Auto | SourceKind::Journal => Log::Journal,
        })
    }

    /// What the service reads, as it chooses itself; nothing where it cannot read that.
    pub(super) fn chosen(&self) -> Option<Log> {
        let log = decide(&self.config.source, || self.journal == Access::Yes);
        let readable = match &log {
            Log::Journal => self.journal == Access::Yes,
            Log::AuthLog(_) => self.auth_log == Access::Yes,
            // Told apart below: it is what is read, whatever is wrong with it.
            Log::Directory(_) => true,
        };
        readable.then_some(log)
    }
}

fn own_access(path: &Path) -> Access {
    match std::fs::File::open(path) {
        Ok(_) => Access::Yes,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Access::Denied,
        Err(error) => Access::Missing(error.to_string()),
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
        (Some(Log::Journal), _) => Finding::ok(
            NAME,
            format!("the journal, which {whom} can read ({because})"),
        ),
        (Some(Log::Directory(directory)), _) => {
            let said = format!("the journals in {}", directory.display());
            let edit = format!("sudoedit {}", path(&facts.config.path));
            match &facts.directory {
                Some(Access::Missing(why)) => {
                    let said = format!("nothing is read, and no start succeeds: {said}: {why}");
                    Finding::problem(NAME, said).mended_by(edit)
                }
                Some(Access::Denied) => {
                    let said = format!("nothing is read: {said} cannot be read by {whom}");
                    let mend = format!("ls -ld {}", path(&directory));
                    Finding::problem(NAME, said).mended_by(mend)
                }
                Some(Access::Unknown(why)) => {
                    Finding::warning(NAME, format!("{said}: {why}")).mended_by(edit)
                }
                _ => Finding::ok(NAME, format!("{said} ({because})")),
            }
        }
        (Some(Log::AuthLog(_)), SourceKind::AuthLog) => {
            let said = format!(
                "{log}, which {whom} can read ({because}); any local account can forge lines there, and a transfer \
                 whose log-in was not seen is credited to nobody"
            );
            Finding::ok(NAME, said)
        }
        (Some(Log::AuthLog(_)), _) => {
            let said =
                format!("{log}, whose lines anybody may have written: the journal {journal}");
            let found = Finding::warning(NAME, said);
            match facts.journal {
                Access::Denied => found.mended_by(join("systemd-journal")),
                _ => found.mended_by("sudo systemctl restart systemd-journald.service"),
            }
        }
        (None, SourceKind::AuthLog) => {
            let found = Finding::problem(NAME, format!("nothing is read: {log} {auth_log}"));
            match facts.auth_log {
                Access::Denied => found.mended_by(join("adm")),
                _ => found.mended_by("sudo apt-get install rsyslog"),
            }
        }
        (None, _) => {
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
            directory: None,
        })
        .told()
    }

    #[test]
    fn a_directory_of_journals_must_be_there_and_hold_one() {
        let at = |directory: &Path| {
            let text = format!(
                "[source]\njournal-directory = \"{}\"\n",
                directory.display()
            );
            let config = Config::parse(Path::new("/etc/c.toml"), &text).unwrap();
            judge(&Facts::gather(&config, &Units::default(), false)).told()
        };
        let empty = tempfile::tempdir().unwrap();
        let said = at(&empty.path().join("remote"));
        assert!(
            said.starts_with(
                "problem source: nothing is read, and no start succeeds: the journals in "
            ),
            "{said}"
        );
        assert!(said.contains("No such file or directory"), "{said}");
        assert!(said.ends_with("\n  > sudoedit /etc/c.toml\n"), "{said}");
        let said = at(empty.path());
        assert!(
            said.starts_with("warning source: the journals in "),
            "{said}"
        );
        assert!(said.contains("holds none"), "{said}");
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
