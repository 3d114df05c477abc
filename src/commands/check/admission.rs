//! Partners that sshd lets in under no circumstances: a list of users or groups keeps them out.

use std::collections::BTreeMap;

use super::edit::{self, place};
use super::finding::Finding;
use super::units::Ssh;
use crate::adapters::sshd_config::Missing;
use crate::domain::base::names::names;

/// The name of the matter.
const NAME: &str = "accounts";

/// What was seen.
pub(super) struct Facts<'a> {
    /// Each partner that is kept out, with the list that does it, and whether it is in the partners' group.
    pub(super) kept_out: Vec<(&'a str, Missing, bool)>,
    /// Each partner of whom more than the account decides, with the list.
    pub(super) depends: Vec<(&'a str, Missing)>,
    /// The partners' group.
    pub(super) group: &'a str,
    /// What sshd's unit is called.
    pub(super) ssh: Ssh<'a>,
}

pub(super) fn judge(facts: &Facts<'_>) -> Vec<Finding> {
    let mut lists: BTreeMap<(&Missing, bool), Vec<&str>> = BTreeMap::new();
    for (name, list, member) in &facts.kept_out {
        // A list of users is mended by their names, whatever groups they are in.
        let helped = *member || list.why != "AllowGroups";
        lists.entry((list, helped)).or_default().push(name);
    }
    let mut depends: BTreeMap<&Missing, Vec<&str>> = BTreeMap::new();
    for (name, list) in &facts.depends {
        depends.entry(list).or_default().push(name);
    }
    let tell = |((list, member), partners): (_, Vec<&str>)| tell(list, member, &partners, facts);
    let depends = depends.into_iter().map(|(list, partners)| {
        let said = format!(
            "whether sshd lets {} in depends on more than the account: {}{}",
            names(&partners),
            place(list),
            list.found
        );
        Finding::warning(NAME, said)
    });
    lists.into_iter().map(tell).chain(depends).collect()
}

fn tell(list: &Missing, member: bool, partners: &[&str], facts: &Facts<'_>) -> Finding {
    let shown = names(partners);
    let said = format!("sshd lets {shown} not in: {}{}", place(list), list.found);
    // What is denied is left to a person.
    let further = match list.why {
        "AllowUsers" => Some(partners.join(" ")),
        "AllowGroups" if member => Some(facts.group.to_owned()),
        _ => None,
    };
    let better = Missing {
        line: format!("{} {}", list.line, further.as_deref().unwrap_or_default()),
        number: further.as_ref().map_or(0, |_| list.number),
        ..list.clone()
    };
    let said = match better.number {
        0 => said,
        _ => format!("{said}; write: {}", better.line),
    };
    Finding::problem(NAME, said).mended_by(edit::mend(&better, facts.ssh))
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;

    fn judged(list: &str, partners: &[(&str, bool)]) -> String {
        let list = Missing {
            found: list.to_owned(),
            why: match list {
                "AllowGroups admins" => "AllowGroups",
                "AllowUsers root" => "AllowUsers",
                _ => "DenyUsers",
            },
            line: list.to_owned(),
            file: "/etc/ssh/sshd_config".into(),
            number: 9,
        };
        let partners = partners.iter();
        told(&judge(&Facts {
            kept_out: partners
                .map(|(name, member)| (*name, list.clone(), *member))
                .collect(),
            depends: Vec::new(),
            group: "sftp-feeds",
            ssh: Ssh::default(),
        }))
    }

    #[test]
    fn a_list_that_leaves_partners_out_is_a_problem_with_the_line_that_lets_them_in() {
        let reload =
            "/etc/ssh/sshd_config && sudo sshd -t && sudo systemctl try-reload-or-restart ssh\n";
        assert_eq!(
            judged("AllowGroups admins", &[("alice", true), ("bob", true)]),
            format!(
                "problem accounts: sshd lets alice, bob not in: /etc/ssh/sshd_config:9: AllowGroups admins; write: \
                 AllowGroups admins sftp-feeds\n  > sudo sed -i '9s|^\\([[:blank:]]*\\).*|\\1AllowGroups admins sftp-feeds|' {reload}"
            )
        );
        assert!(
            judged("AllowUsers root", &[("alice", true), ("bob", false)])
                .contains("\\1AllowUsers root alice bob|'")
        );
        // The group would not help one that is not in it, and nobody is let in whom somebody shut out.
        for list in ["AllowGroups admins", "DenyUsers al*"] {
            let said = judged(list, &[("alice", false)]);
            assert!(
                said.ends_with(&format!("{list}\n  > sudoedit {reload}")),
                "{said}"
            );
        }
    }
}
