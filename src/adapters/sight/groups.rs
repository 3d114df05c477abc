//! Groups the partners with unseen files by the reason: each group becomes one message.

use std::collections::BTreeMap;

use super::seen::ENABLE;
use super::{BlockingLine, DevLog, Sight};
use crate::domain::alerts::{Content, NAMES_KEPT};

/// The most directives that are reported; each is a message.
const TOLD: usize = 3;

/// Partners whose files cannot be seen for the same reason.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct UnseenGroup {
    /// Identifies the reason: each partner is reported once for it.
    pub(super) reason: String,
    pub(super) partners: Vec<String>,
    /// The line of the log.
    pub(super) logged: String,
    /// The message.
    pub(super) content: Content,
}

/// Groups the partners with unseen files by the reason; groups of directives are sorted by their number of partners.
pub(super) fn groups(sight: &Sight, by_root: bool) -> Vec<UnseenGroup> {
    let mut gaps: BTreeMap<&BlockingLine, Vec<String>> = BTreeMap::new();
    let mut nowhere: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, seen) in &sight.partners {
        for gap in [&seen.missing, &seen.quiet].into_iter().flatten() {
            gaps.entry(gap).or_default().push(name.clone());
        }
        if let DevLog::Nowhere(why) = seen.dev_log() {
            nowhere.entry(why).or_default().push(name.clone());
        }
    }
    let mut gaps: Vec<_> = gaps.into_iter().collect();
    gaps.sort_by_key(|(_, partners)| std::cmp::Reverse(partners.len()));
    let mut groups: Vec<UnseenGroup> = gaps
        .into_iter()
        .take(TOLD)
        .map(|(gap, partners)| silent(sight, gap, partners))
        .collect();
    // One message for all of them: usually one fix helps them all.
    if let Some((why, _)) = nowhere.first_key_value() {
        let why = why.clone();
        let partners = nowhere.into_values().flatten().collect();
        groups.push(blind(sight, partners, why));
    }
    if let Some(why) = sight.unreadable.as_ref().filter(|_| !by_root) {
        let why = format!("{why}: {}", ENABLE);
        groups.push(unknown("unreadable", vec![String::new()], why));
    }
    groups
}

/// The group of partners whose files sshd does not log because of this directive.
fn silent(sight: &Sight, gap: &BlockingLine, partners: Vec<String>) -> UnseenGroup {
    let (found, line, file) = (&gap.found, &gap.line, &gap.file);
    let count = partners.len();
    UnseenGroup {
        reason: format!("{file}: {found}"),
        logged: format!("{file}: {found}: no file is logged (partners: {count}); write: {line}"),
        content: Content::LogLevel {
            partners: kept(&partners),
            count,
            full_names: full_names(sight, &partners),
            found: found.clone(),
            line: line.clone(),
            file: file.clone(),
        },
        partners,
    }
}

/// The group of partners whose `/dev/log` leads nowhere.
fn blind(sight: &Sight, mut partners: Vec<String>, why: String) -> UnseenGroup {
    partners.sort();
    let count = partners.len();
    UnseenGroup {
        reason: "dev-log".to_owned(),
        logged: format!("no file reaches the journal (partners: {count}): {why}"),
        content: Content::Unseen {
            partners: kept(&partners),
            count,
            full_names: full_names(sight, &partners),
            known: true,
            why,
        },
        partners,
    }
}

/// The group of partners that logged in and are missing in root's file.
pub(super) fn not_listed(partners: Vec<String>) -> UnseenGroup {
    let why = "no account that can be listed: name it in partners.users, then \
               sudo systemctl restart sftp-monitor-devlog.service";
    unknown("not listed", partners, why.to_owned())
}

/// A group of partners for which it is unknown whether files can be seen; an empty name stands for all partners.
fn unknown(reason: &str, partners: Vec<String>, why: String) -> UnseenGroup {
    let count = partners.iter().filter(|name| !name.is_empty()).count();
    UnseenGroup {
        reason: reason.to_owned(),
        logged: format!("whether files of partners can be seen is unknown: {why}"),
        content: Content::Unseen {
            partners: kept(&partners[..count]),
            count,
            full_names: BTreeMap::new(),
            known: false,
            why,
        },
        partners,
    }
}

/// The full names of the partners that are named, as far as they are known.
fn full_names(sight: &Sight, partners: &[String]) -> BTreeMap<String, String> {
    let full_name = |name: &String| sight.partners.get(name)?.full_name.clone();
    let named = kept(partners).into_iter();
    named
        .filter_map(|name| Some((name.clone(), full_name(&name)?)))
        .collect()
}

fn kept(partners: &[String]) -> Vec<String> {
    partners.iter().take(NAMES_KEPT).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::PartnerSight;
    use super::*;

    fn sight(partners: &[(&str, PartnerSight)]) -> Sight {
        Sight {
            partners: partners
                .iter()
                .map(|(name, seen)| ((*name).to_owned(), seen.clone()))
                .collect(),
            ..Sight::default()
        }
    }

    fn missing(number: u32) -> PartnerSight {
        let directive = BlockingLine {
            found: "ForceCommand internal-sftp".to_owned(),
            why: "it has no -l".to_owned(),
            line: "ForceCommand internal-sftp -l INFO".to_owned(),
            file: format!("/etc/ssh/sshd_config:{number}"),
        };
        PartnerSight {
            missing: Some(directive),
            ..PartnerSight::default()
        }
    }

    fn nowhere(path: &str) -> PartnerSight {
        let nowhere = DevLog::Nowhere(format!("{path} is not there"));
        PartnerSight {
            chroots: BTreeMap::from([("/srv".into(), nowhere)]),
            ..PartnerSight::default()
        }
    }

    fn told(groups: &[UnseenGroup]) -> Vec<String> {
        let told = |group: &UnseenGroup| format!("{}: {}", group.reason, group.partners.join(" "));
        groups.iter().map(told).collect()
    }

    #[test]
    fn partners_are_told_by_the_names_that_they_have_elsewhere() {
        let eve = PartnerSight {
            full_name: Some("Ève".to_owned()),
            chroots: BTreeMap::from([("/e".into(), DevLog::Nowhere("none".to_owned()))]),
            ..PartnerSight::default()
        };
        let group = groups(&sight(&[("eve", eve)]), true).remove(0);
        assert!(matches!(
            group.content,
            Content::Unseen { full_names, .. } if full_names["eve"] == "Ève"
        ));
    }

    #[test]
    fn what_is_missing_is_told_once_for_all_whom_it_concerns() {
        let seen = [
            ("alice", PartnerSight::default()),
            ("bob", missing(5)),
            ("carol", missing(1)),
            ("dave", missing(1)),
            ("erin", nowhere("/srv/erin/dev/log")),
            ("fay", nowhere("/srv/fay/dev/log")),
            (
                "gil",
                PartnerSight {
                    chroots: BTreeMap::from([("/srv/gil".into(), DevLog::NoChroot)]),
                    ..PartnerSight::default()
                },
            ),
        ];
        assert_eq!(
            told(&groups(&sight(&seen), true)),
            [
                "/etc/ssh/sshd_config:1: ForceCommand internal-sftp: carol dave",
                "/etc/ssh/sshd_config:5: ForceCommand internal-sftp: bob",
                "dev-log: erin fay",
            ]
        );
    }

    #[test]
    fn what_the_services_user_may_not_read_is_told_unless_root_has_said_it_all() {
        let unreadable = Sight {
            unreadable: Some("/etc/ssh/sshd_config: Permission denied".to_owned()),
            ..Sight::default()
        };
        assert_eq!(told(&groups(&unreadable, true)), Vec::<String>::new());
        assert_eq!(told(&groups(&unreadable, false)), ["unreadable: "]);
    }
}
