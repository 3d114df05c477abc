//! Checks for partners that sshd never lets in, because a list of users or groups keeps them out.

use super::edit::{self, place};
use super::finding::Finding;
use super::machine::ServingSshd;
use super::units::Ssh;
use super::words::grouped;
use crate::adapters::sshd_config::Missing;
use crate::domain::base::names::names;

/// The name of the matter.
const NAME: &str = "accounts";

/// Each partner that is kept out, the list that does it, and whether the partner is in the partners' group.
type Kept<'a> = Vec<(&'a str, Missing, bool)>;

pub(super) fn look(one: &ServingSshd<'_>, group: &str) -> Vec<Finding> {
    let kept_out = one.partners.iter().filter_map(|partner| {
        let list = one.sshd.kept_out(&partner.asked(), &partner.effective)?;
        let groups = partner.account.groups.as_deref().unwrap_or_default();
        Some((partner.name, list, groups.iter().any(|own| own == group)))
    });
    let mut found = judge(kept_out.collect(), group, one.ssh);
    let depends = one.partners.iter().filter_map(|partner| {
        let list = one.sshd.admission_depends(&partner.asked())?;
        Some((list, partner.name))
    });
    found.extend(grouped(depends).into_iter().map(|(list, partners)| {
        let said = format!(
            "whether sshd lets {} log in depends on more than the account: {}{}",
            names(&partners),
            place(&list),
            list.found
        );
        Finding::warning(NAME, said)
    }));
    found
}

fn judge(kept_out: Kept<'_>, group: &str, ssh: Ssh<'_>) -> Vec<Finding> {
    let lists = kept_out.into_iter().map(|(name, list, member)| {
        // A list of users is fixed with the partners' names, so their groups do not matter.
        let helped = member || list.why != "AllowGroups";
        ((list, helped), name)
    });
    let lists = grouped(lists)
        .into_iter()
        .map(|((list, helped), partners)| {
            let said = format!(
                "sshd does not let {} log in: {}{}",
                names(&partners),
                place(&list),
                list.found
            );
            // A person decides whether to change `DenyUsers` or `DenyGroups`.
            let further = match list.why {
                "AllowUsers" => partners.join(" "),
                "AllowGroups" if helped => group.to_owned(),
                _ => {
                    return Finding::problem(NAME, said)
                        .fixed_by(edit::fix(&Missing { number: 0, ..list }, ssh));
                }
            };
            let line = format!("{} {further}", list.line);
            let said = match list.number {
                0 => said,
                _ => format!("{said}; write: {line}"),
            };
            let fix = edit::fix(&Missing { line, ..list }, ssh);
            Finding::problem(NAME, said).fixed_by(fix)
        });
    lists.collect()
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
        let kept_out = partners.map(|(name, member)| (*name, list.clone(), *member));
        told(&judge(kept_out.collect(), "sftp-feeds", Ssh::default()))
    }

    #[test]
    fn a_list_that_leaves_partners_out_is_a_problem_with_the_line_that_lets_them_in() {
        let reload =
            "/etc/ssh/sshd_config && sudo sshd -t && sudo systemctl try-reload-or-restart ssh\n";
        assert_eq!(
            judged("AllowGroups admins", &[("alice", true), ("bob", true)]),
            format!(
                "problem accounts: sshd does not let alice, bob log in: /etc/ssh/sshd_config:9: AllowGroups admins; write: \
                 AllowGroups admins sftp-feeds\n  > sudo sed -i '9s|^\\([[:blank:]]*\\).*|\\1AllowGroups admins sftp-feeds|' {reload}"
            )
        );
        assert!(
            judged("AllowUsers root", &[("alice", true), ("bob", false)])
                .contains("\\1AllowUsers root alice bob|'")
        );
        // The group does not help a partner outside it, and no command lets in a partner that a person shut out.
        for list in ["AllowGroups admins", "DenyUsers al*"] {
            let said = judged(list, &[("alice", false)]);
            assert!(
                said.ends_with(&format!("{list}\n  > sudoedit {reload}")),
                "{said}"
            );
        }
    }
}
