//! Checks the source: which log the service reads, and whether it may.

use std::path::Path;

use super::access::Access;
use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::source_facts::SourceFacts;
use super::units::{SERVICE, USER};
use super::words::{edit, path};
use crate::adapters::config::SourceKind;
use crate::adapters::source::choice::Log;

/// The name of the matter.
const NAME: &str = "source";

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    match !machine.root && machine.source.chosen().is_none() {
        // The service has other groups, so a log that this user may not read proves nothing.
        true => report.unseen.push("the log that the service reads"),
        false => report.findings.push(judge(&machine.source)),
    }
}

fn judge(facts: &SourceFacts<'_>) -> Finding {
    let source = &facts.config.source;
    let (whom, log) = (&facts.whom, source.auth_log.display());
    let join = |group: &str| {
        format!(
            "sudo usermod --append --groups {group} {USER} && sudo systemctl try-restart {SERVICE}"
        )
    };
    let because = match source.kind {
        SourceKind::Auto => "auto",
        SourceKind::Journal | SourceKind::AuthLog => "the configuration says so",
    };
    let in_words = |access: &Access| match access {
        Access::Yes => "can be read".to_owned(),
        Access::Denied => format!("cannot be read by {whom}"),
        Access::Missing(why) => format!("does not exist ({why})"),
        Access::NoUser(user) => format!("cannot be read by the service (there is no user {user})"),
        Access::Unknown(why) => format!("could not be tested ({why})"),
    };
    let (journal, auth_log) = (in_words(&facts.journal), in_words(&facts.auth_log));
    let fix_journal = match &facts.journal {
        Access::Denied => join("systemd-journal"),
        Access::Yes | Access::Missing(_) | Access::NoUser(_) | Access::Unknown(_) => {
            "sudo systemctl restart systemd-journald.service".to_owned()
        }
    };
    match (facts.chosen(), source.kind) {
        (Some(Log::Journal), _) => Finding::ok(
            NAME,
            format!("the journal, which {whom} can read ({because})"),
        ),
        (Some(Log::Directory(directory)), _) => of_directory(facts, &directory, because),
        (Some(Log::AuthLog(_)), SourceKind::AuthLog) => {
            let said = format!(
                "{log}, which {whom} can read ({because}); any local account can forge lines there, and a transfer \
                 whose log-in was not seen is credited to nobody"
            );
            Finding::ok(NAME, said)
        }
        (Some(Log::AuthLog(_)), SourceKind::Auto | SourceKind::Journal) => {
            let said = format!(
                "{log}, in which any local account can forge lines, because the journal {journal}"
            );
            Finding::warning(NAME, said).fixed_by(fix_journal)
        }
        (None, SourceKind::AuthLog) => {
            let said = format!("no log is read: {log} {auth_log}");
            Finding::problem(NAME, said).fixed_by(match facts.auth_log {
                Access::Denied => join("adm"),
                Access::Yes | Access::Missing(_) | Access::NoUser(_) | Access::Unknown(_) => {
                    "sudo apt-get install rsyslog".to_owned()
                }
            })
        }
        (None, SourceKind::Auto | SourceKind::Journal) => {
            let said = format!("no log is read: the journal {journal}; {log} {auth_log}");
            Finding::problem(NAME, said).fixed_by(match &facts.journal {
                Access::NoUser(_) => "sudo systemd-sysusers sftp-monitor.conf".to_owned(),
                Access::Unknown(_) => format!("getent passwd {USER}"),
                Access::Yes | Access::Denied | Access::Missing(_) => fix_journal,
            })
        }
    }
}

fn of_directory(facts: &SourceFacts<'_>, directory: &Path, because: &str) -> Finding {
    let said = format!("the journals in {}", directory.display());
    let edit = edit(&facts.config.path);
    match &facts.directory {
        Some(Access::Missing(why)) => {
            let said = format!("no log is read, and the service cannot start: {said}: {why}");
            Finding::problem(NAME, said).fixed_by(edit)
        }
        Some(Access::Denied) => {
            let said = format!("no log is read: {said} cannot be read by {}", facts.whom);
            Finding::problem(NAME, said).fixed_by(format!("ls -ld {}", path(directory)))
        }
        Some(Access::Unknown(why)) => {
            Finding::warning(NAME, format!("{said}: {why}")).fixed_by(edit)
        }
        Some(Access::Yes | Access::NoUser(_)) | None => {
            let because = match because {
                "auto" => "auto: the configuration names its directory",
                because => because,
            };
            Finding::ok(NAME, format!("{said} ({because})"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::super::units::Units;
    use super::*;
    use crate::adapters::config::Config;

    fn judged(config: &str, journal: Access, auth_log: Access) -> String {
        let config = Config::parse(Path::new("c"), config).unwrap();
        let whom = "the service's user sftp-monitor".to_owned();
        judge(&SourceFacts {
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
            judge(&SourceFacts::gather(&config, &Units::default(), false)).told()
        };
        let empty = tempfile::tempdir().unwrap();
        let said = at(&empty.path().join("remote"));
        assert!(
            said.starts_with(
                "problem source: no log is read, and the service cannot start: the journals in "
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
            "warning source: /var/log/auth.log, in which any local account can forge lines, because the journal cannot be read by \
             the service's user sftp-monitor\n  > sudo usermod --append --groups systemd-journal sftp-monitor \
             && sudo systemctl try-restart sftp-monitor.service\n"
        );
        assert_eq!(
            judged("", Access::Denied, Access::Denied),
            "problem source: no log is read: the journal cannot be read by the service's user sftp-monitor; \
             /var/log/auth.log cannot be read by the service's user sftp-monitor\n  \
             > sudo usermod --append --groups systemd-journal sftp-monitor && sudo systemctl try-restart sftp-monitor.service\n"
        );
    }

    #[test]
    fn a_source_that_the_configuration_names_must_be_readable() {
        let journal = "[source]\nkind = \"journal\"\n";
        assert!(
            judged(journal, Access::Denied, Access::Yes)
                .starts_with("problem source: no log is read")
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
