//! Checks whether sftp-server logs the files of each partner: the command that sshd runs for it, and its `-l`.

use super::edit;
use super::finding::Finding;
use super::machine::{ServedPartner, ServingSshd};
use super::units::Ssh;
use super::words;
use crate::adapters::sshd_config::{ADDRESS, InForce, Missing, expand, silent_keys};
use crate::domain::base::names::names;

/// The name of the matter.
const NAME: &str = "sftp-log-level";

/// The facts about an sshd and the files of its partners.
struct LevelFacts<'a> {
    /// Each partner, whether its files are logged, and whether there is a `Subsystem sftp` for it.
    partners: Vec<(&'a str, &'a InForce, bool)>,
    /// The partners with a key whose command logs no files, each with that key.
    keys: Vec<(&'a str, Missing)>,
    /// Why sshd could not be asked.
    unasked: Option<&'a str>,
    /// The settings depend on more than the account, such as the client's address.
    depends: bool,
    ssh: Ssh<'a>,
    /// Root runs the check.
    root: bool,
}

pub(super) fn look(one: &ServingSshd<'_>, root: bool) -> Vec<Finding> {
    let partners = one.partners.iter();
    let logging = partners.map(|one| {
        let effective = &one.effective;
        (one.name, &effective.logging, effective.subsystem)
    });
    judge(&LevelFacts {
        partners: logging.collect(),
        keys: one.partners.iter().flat_map(keys).collect(),
        unasked: one.sshd.unasked(),
        depends: one
            .sshd
            .depends_on_more(one.partners.iter().map(ServedPartner::asked)),
        ssh: one.ssh,
        root,
    })
}

/// The keys of a partner whose command is an sftp-server that logs no files.
fn keys<'a>(one: &ServedPartner<'a>) -> Vec<(&'a str, Missing)> {
    let (name, account) = (one.name, one.account);
    // A relative path is below the account's home (sshd_config(5), AuthorizedKeysFile).
    let files = one.effective.keys.iter();
    let files = files.map(|file| account.home.join(expand(file, name, account)));
    let silent = files.flat_map(|file| silent_keys(&file));
    silent.map(|key| (name, key)).collect()
}

fn judge(facts: &LevelFacts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let refused = facts.partners.iter().filter(|one| !one.2);
    let refused: Vec<&str> = refused.map(|one| one.0).collect();
    let served = facts.partners.iter().filter(|one| one.2);
    let alike = words::grouped(served.map(|(name, in_force, _)| (*in_force, *name)));
    for (in_force, partners) in alike {
        let who = names(&partners);
        found.push(match in_force {
            InForce::Logged { level } => {
                let by = by(facts.unasked, facts.depends);
                Finding::ok(NAME, format!("-l {level} for {who}{by}"))
            }
            InForce::Missing(gap) => {
                let said = format!("no file of {who} is logged: {}", edit::told(gap));
                Finding::problem(NAME, said).fixed_by(edit::fix(gap, facts.ssh))
            }
            InForce::Partly(gap) => {
                let said = format!(
                    "files of {who} are logged for some clients, not for all: {}{}, inside a Match that depends on more than the account: {}; write: {}",
                    edit::place(gap),
                    gap.found,
                    gap.why,
                    gap.line
                );
                Finding::warning(NAME, said).fixed_by(edit::fix(gap, facts.ssh))
            }
            InForce::Unknown { why } => {
                let said = format!("unknown for {who}: {why}");
                let remedy = "sudo sftp-monitor check".to_owned();
                Finding {
                    // Root has already asked sshd, so no command gives more information.
                    remedy: (!facts.root).then_some(remedy),
                    ..Finding::warning(NAME, said)
                }
            }
        });
    }
    for (name, key) in &facts.keys {
        let said = edit::told(key);
        let said =
            format!("files that {name} transfers with one of its keys are not logged: {said}");
        found.push(Finding::problem(NAME, said).fixed_by(words::edit(&key.file)));
    }
    if !refused.is_empty() {
        let said = format!(
            "{} has no `Subsystem sftp`: sshd refuses every transfer of {}",
            facts.ssh.path().display(),
            names(&refused)
        );
        let fix = edit::first_line("Subsystem sftp internal-sftp -l INFO", facts.ssh);
        found.push(Finding::problem(NAME, said).fixed_by(fix));
    }
    found
}

/// The source of the settings, in words.
fn by(unasked: Option<&str>, depends: bool) -> String {
    match unasked {
        None if depends => {
            format!(
                ", sshd says of a client at {ADDRESS}; its `Match` also depends on more than the account"
            )
        }
        None => ", sshd says".to_owned(),
        Some(why) => format!(", its files say ({why})"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::finding::told;
    use super::*;

    fn logged() -> InForce {
        let level = "INFO".to_owned();
        InForce::Logged { level }
    }

    fn missing(number: usize) -> InForce {
        InForce::Missing(Missing {
            found: "ForceCommand internal-sftp".to_owned(),
            why: "the level is below INFO",
            line: "ForceCommand internal-sftp -l INFO".to_owned(),
            file: if number == 0 {
                PathBuf::new()
            } else {
                "/etc/ssh/sshd_config.d/sftp.conf".into()
            },
            number,
        })
    }

    fn judged(partners: &[(&str, InForce)], unasked: Option<&str>) -> String {
        let partners = partners
            .iter()
            .map(|(name, in_force)| (*name, in_force, true));
        let facts = LevelFacts {
            partners: partners.collect(),
            keys: Vec::new(),
            unasked,
            depends: false,
            ssh: Ssh::default(),
            root: unasked.is_none(),
        };
        told(&judge(&facts))
    }

    #[test]
    fn partners_with_the_same_line_are_told_together_with_the_edit_that_mends_it() {
        let partners = [
            ("alice", missing(7)),
            ("bob", logged()),
            ("dora", missing(7)),
        ];
        assert_eq!(
            judged(&partners, None),
            "ok sftp-log-level: -l INFO for bob, sshd says\n\
             problem sftp-log-level: no file of alice, dora is logged: /etc/ssh/sshd_config.d/sftp.conf:7: \
             ForceCommand internal-sftp: the level is below INFO; write: ForceCommand internal-sftp -l INFO\n  \
             > sudo sed -i '7s|^\\([[:blank:]]*\\).*|\\1ForceCommand internal-sftp -l INFO|' /etc/ssh/sshd_config.d/sftp.conf \
             && sudo sshd -t && sudo systemctl try-reload-or-restart ssh\n"
        );
    }

    #[test]
    fn a_line_that_stands_nowhere_in_the_files_is_left_to_a_person() {
        let said = judged(&[("alice", missing(0))], None);
        assert!(
            said.ends_with("> sudoedit /etc/ssh/sshd_config && sudo sshd -t && sudo systemctl try-reload-or-restart ssh\n"),
            "{said}"
        );
    }

    #[test]
    fn what_cannot_be_known_is_a_warning() {
        let unknown = InForce::Unknown {
            why: "/etc/ssh/sshd_config: Permission denied".to_owned(),
        };
        assert_eq!(
            judged(&[("alice", unknown)], Some("only root may ask sshd")),
            "warning sftp-log-level: unknown for alice: /etc/ssh/sshd_config: Permission denied\n  > sudo sftp-monitor check\n"
        );
    }

    #[test]
    fn what_is_logged_for_some_clients_alone_is_a_warning_with_the_line_that_is_not() {
        let InForce::Missing(gap) = missing(9) else {
            panic!("missing")
        };
        let said = judged(&[("alice", InForce::Partly(gap))], None);
        assert!(
            said.starts_with(
                "warning sftp-log-level: files of alice are logged for some clients, not for all: /etc/ssh/sshd_config.d/sftp.conf:9: ForceCommand internal-sftp, inside a Match that depends on more than the account: the level is below INFO; write: ForceCommand internal-sftp -l INFO\n  > sudo sed -i '9s|"
            ),
            "{said}"
        );
    }

    #[test]
    fn what_root_cannot_know_either_names_no_command() {
        let why = "/etc/ssh/sshd_config:3 runs a program that is not sftp-server".to_owned();
        let said = judged(&[("alice", InForce::Unknown { why: why.clone() })], None);
        assert_eq!(
            said,
            format!("warning sftp-log-level: unknown for alice: {why}\n")
        );
    }

    #[test]
    fn without_a_subsystem_the_first_line_becomes_one() {
        let in_force = logged();
        let facts = LevelFacts {
            partners: vec![("alice", &in_force, false)],
            keys: Vec::new(),
            unasked: None,
            depends: false,
            ssh: Ssh {
                unit: "sshd",
                ..Ssh::default()
            },
            root: true,
        };
        assert_eq!(
            told(&judge(&facts)),
            "problem sftp-log-level: /etc/ssh/sshd_config has no `Subsystem sftp`: sshd refuses every transfer of alice\n  \
             > sudo sed -i '1i Subsystem sftp internal-sftp -l INFO' /etc/ssh/sshd_config && sudo sshd -t \
             && sudo systemctl try-reload-or-restart sshd\n"
        );
    }
}
