//! Partners whose files cannot be seen, in groups: each is a message.

use std::collections::BTreeMap;

use super::{DevLog, Directive, Sight};
use crate::adapters::log::{Priority, line};
use crate::adapters::sight::seen::ENABLE;
use crate::domain::alerts::{Content, NAMES_KEPT};

/// How many different directives are told: each is a message.
const TOLD: usize = 3;

/// Partners whose files cannot be seen for the same reason.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The reason, by which it is told once.
    pub(super) reason: String,
    pub(super) partners: Vec<String>,
    pub(super) content: Content,
}

/// Whose files cannot be seen, by what is known: one group of a reason, of directives that of most partners first.
pub(super) fn groups(sight: &Sight, by_root: bool) -> Vec<Group> {
    let mut gaps: BTreeMap<&Directive, Vec<String>> = BTreeMap::new();
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
    let mut groups: Vec<Group> = gaps
        .into_iter()
        .take(TOLD)
        .map(|(gap, partners)| silent(gap, partners))
        .collect();
    // One message for them all: as a rule one mend is for them all as well.
    if let Some((why, _)) = nowhere.first_key_value() {
        let why = why.clone();
        groups.push(blind(nowhere.into_values().flatten().collect(), why));
    }
    if let Some(why) = sight.unreadable.as_ref().filter(|_| !by_root) {
        groups.push(Group {
            reason: "unreadable".to_owned(),
            partners: vec![String::new()],
            content: unknown(&[], format!("{why}: {}", ENABLE)),
        });
    }
    groups
}

/// Those whom a directive keeps from being seen.
fn silent(gap: &Directive, partners: Vec<String>) -> Group {
    Group {
        reason: format!("{}: {}", gap.file, gap.found),
        content: Content::LogLevel {
            partners: kept(&partners),
            count: partners.len(),
            found: gap.found.clone(),
            line: gap.line.clone(),
            file: gap.file.clone(),
        },
        partners,
    }
}

/// Those whose `/dev/log` leads nowhere.
fn blind(mut partners: Vec<String>, why: String) -> Group {
    partners.sort();
    Group {
        reason: "dev-log".to_owned(),
        content: Content::Unseen {
            partners: kept(&partners),
            count: partners.len(),
            known: true,
            why,
        },
        partners,
    }
}

/// Those that have logged in though root does not know them.
pub(super) fn not_listed(partners: Vec<String>) -> Group {
    let why = "no account that can be listed: name it in partners.users, then \
               sudo systemctl restart sftp-monitor-devlog.service";
    Group {
        reason: "not listed".to_owned(),
        content: unknown(&partners, why.to_owned()),
        partners,
    }
}

/// Those of whom nobody knows; all of them where none is named.
fn unknown(partners: &[String], why: String) -> Content {
    Content::Unseen {
        partners: kept(partners),
        count: partners.len(),
        known: false,
        why,
    }
}

fn kept(partners: &[String]) -> Vec<String> {
    partners.iter().take(NAMES_KEPT).cloned().collect()
}

impl Group {
    /// Says it in the log.
    pub(super) fn log(&self) {
        let count = self.partners.len();
        let told = match &self.content {
            Content::LogLevel {
                found, line, file, ..
            } => {
                format!("{file}: {found}: nothing of {count} partners is logged; write: {line}")
            }
            Content::Unseen {
                known: true, why, ..
            } => {
                format!("no file of {count} partners reaches the journal: {why}")
            }
            Content::Unseen { why, .. } => {
                format!("whether files of partners can be seen is unknown: {why}")
            }
            _ => return,
        };
        line(Priority::Warning, &told);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Seen;
    use super::*;

    fn sight(partners: &[(&str, Seen)]) -> Sight {
        Sight {
            partners: partners
                .iter()
                .map(|(name, seen)| ((*name).to_owned(), seen.clone()))
                .collect(),
            ..Sight::default()
        }
    }

    fn missing(number: u32) -> Seen {
        let directive = Directive {
            found: "ForceCommand internal-sftp".to_owned(),
            why: "it has no -l".to_owned(),
            line: "ForceCommand internal-sftp -l INFO".to_owned(),
            file: format!("/etc/ssh/sshd_config:{number}"),
        };
        Seen {
            missing: Some(directive),
            ..Seen::default()
        }
    }

    fn nowhere(path: &str) -> Seen {
        let nowhere = DevLog::Nowhere(format!("{path} is not there"));
        Seen {
            chroots: BTreeMap::from([("/srv".into(), nowhere)]),
            ..Seen::default()
        }
    }

    fn told(groups: &[Group]) -> Vec<String> {
        let told = |group: &Group| format!("{}: {}", group.reason, group.partners.join(" "));
        groups.iter().map(told).collect()
    }

    #[test]
    fn what_is_missing_is_told_once_for_all_whom_it_concerns() {
        let seen = [
            ("alice", Seen::default()),
            ("bob", missing(5)),
            ("carol", missing(1)),
            ("dave", missing(1)),
            ("erin", nowhere("/srv/erin/dev/log")),
            ("fay", nowhere("/srv/fay/dev/log")),
            (
                "gil",
                Seen {
                    chroots: BTreeMap::from([("/srv/gil".into(), DevLog::NoChroot)]),
                    ..Seen::default()
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
