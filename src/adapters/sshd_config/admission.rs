//! Decides which accounts sshd lets in: `AllowUsers`, `AllowGroups`, `DenyUsers`, `DenyGroups` (auth.c, allowed_user).

use super::in_force::possible;
use super::words::{self, matches};
use super::{Directive, MatchAccount};

/// The keywords of the lists, in lower case.
const KEYWORDS: [&str; 4] = ["denyusers", "allowusers", "denygroups", "allowgroups"];

/// The patterns of each list, in the order of the keywords.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission([Vec<String>; 4]);

impl Admission {
    /// The lists that certainly hold for this partner.
    pub(super) fn of(directives: &[Directive], partner: &MatchAccount<'_>) -> Admission {
        Admission(KEYWORDS.map(|keyword| {
            // The lists of several lines add up (servconf.c, parse_allowdenyusers).
            let own = || directives.iter().filter(|one| one.keyword == keyword);
            let mut holding: Vec<&Directive> = own()
                .filter(|one| one.is_conditional() && one.holds(partner) == Some(true))
                .collect();
            if holding.is_empty() {
                holding = own().filter(|one| !one.is_conditional()).collect();
            }
            let certain = possible(directives, keyword, partner).len() == 1;
            let lines = holding.into_iter().filter(|_| certain);
            lines.flat_map(|one| words::words(&one.value)).collect()
        }))
    }

    /// The first list that holds for some clients and not for others.
    pub(super) fn depends<'a>(
        directives: &'a [Directive],
        partner: &MatchAccount<'_>,
    ) -> Option<&'a Directive> {
        let mut lists = directives
            .iter()
            .filter(|one| KEYWORDS.contains(&one.keyword.as_str()));
        lists.find(|one| one.depends_on_client(partner))
    }

    /// The keyword of the list that keeps an account out, from any client address; `None` if sshd may let it in.
    pub(super) fn refuses(&self, partner: &MatchAccount<'_>) -> Option<&'static str> {
        let [deny_users, allow_users, deny_groups, allow_groups] = &self.0;
        // In `USER@HOST` the host decides too, and it may be any.
        let user = |pattern: &String| {
            let (user, anywhere) = match pattern.split_once('@') {
                Some((user, _)) => (user, false),
                None => (pattern.as_str(), true),
            };
            matches(user, partner.name).then_some(anywhere)
        };
        if deny_users.iter().any(|one| user(one) == Some(true)) {
            return Some("DenyUsers");
        }
        if !allow_users.is_empty() && allow_users.iter().all(|one| user(one).is_none()) {
            return Some("AllowUsers");
        }
        let groups = partner.groups?;
        let one_of = |list: &[String]| {
            list.iter()
                .any(|pattern| groups.iter().any(|group| matches(pattern, group)))
        };
        if one_of(deny_groups) {
            return Some("DenyGroups");
        }
        (!allow_groups.is_empty() && !one_of(allow_groups)).then_some("AllowGroups")
    }
}

#[cfg(test)]
mod tests {
    use super::super::effective::of_printed;
    use super::*;

    #[test]
    fn the_lists_count_in_the_order_in_which_sshd_asks_them() {
        let groups = ["alice".to_owned(), "sftp-feeds".to_owned()];
        let alice = MatchAccount {
            name: "alice",
            groups: Some(&groups),
        };
        for (printed, expected) in [
            ("port 22", None),
            ("allowgroups admins\nallowgroups sftp-*", None),
            ("allowgroups admins\nallowgroups wheel", Some("AllowGroups")),
            (
                "denygroups sftp-feeds\nallowgroups sftp-feeds",
                Some("DenyGroups"),
            ),
            ("allowusers root\nallowusers a?ice", None),
            ("allowusers root", Some("AllowUsers")),
            ("allowusers alice@10.0.0.0/8", None),
            ("denyusers alice@10.0.0.0/8", None),
            ("denyusers al*\nallowusers alice", Some("DenyUsers")),
        ] {
            assert_eq!(
                of_printed(printed, None).admission.refuses(&alice),
                expected,
                "{printed}"
            );
        }
        // If the groups are unknown, the lists of groups keep no account out.
        let unknown = MatchAccount {
            name: "alice",
            groups: None,
        };
        let admission = of_printed("allowgroups admins", None).admission;
        assert_eq!(admission.refuses(&unknown), None);
    }
}
