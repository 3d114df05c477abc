//! The warning at start, where `-l INFO` is missing for partners.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Directive, InForce, Missing, Partner, in_force, installed};
use crate::alerts::{Content, NAMES_KEPT};
use crate::config::Config;
use crate::directory::{Accounts, Groups};
use crate::log::{Priority, line};

/// How long partners are looked at: the service is to be ready soon, and the first of thousands show what is missing.
const LOOKING: Duration = Duration::from_millis(100);

/// How many different directives are told: each is a message.
const TOLD: usize = 3;

/// A directive that keeps the files of partners from being logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What is missing, and where.
    pub missing: Missing,
    /// For whom.
    pub partners: Vec<String>,
}

/// What is missing for these partners (each with its groups, where they are known): one of a directive, that of most
/// partners first. What cannot be known is handed to `unknown`.
pub fn gaps<'a>(
    directives: &[Directive],
    partners: impl Iterator<Item = (&'a str, Option<Vec<String>>)>,
    mut unknown: impl FnMut(&str, &str),
) -> Vec<Gap> {
    let mut found: BTreeMap<Missing, Vec<String>> = BTreeMap::new();
    for (name, groups) in partners {
        match in_force(
            directives,
            &Partner {
                name,
                groups: groups.as_deref(),
            },
        ) {
            InForce::Logged { .. } => {}
            InForce::Missing(missing) => found.entry(missing).or_default().push(name.to_owned()),
            InForce::Partly(missing) => {
                let (file, line) = (missing.file.display(), missing.number);
                unknown(name, &format!("for some clients {file}:{line} holds"));
            }
            InForce::Unknown { why } => unknown(name, &why),
        }
    }
    let mut gaps: Vec<Gap> = found
        .into_iter()
        .map(|(missing, partners)| Gap { missing, partners })
        .collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.partners.len()));
    gaps
}

/// What Slack is told at start. What cannot be known is said in the log alone, and so is what goes beyond a few messages.
pub fn warning(config: &Config, accounts: &mut Accounts) -> Vec<Content> {
    looked_at(config, accounts).0
}

/// What of a warning that waited still holds, to be told in its place: nothing where all is mended, and the warning itself
/// where that cannot be known.
pub(crate) fn still(content: Content, config: &Config) -> Option<Content> {
    let (found, certain) = looked_at(config, &mut Accounts::new(&config.partners));
    of_now(content, found, certain)
}

fn of_now(content: Content, found: Vec<Content>, certain: bool) -> Option<Content> {
    let place = |content: &Content| match content {
        Content::LogLevel { file, .. } => file.clone(),
        _ => String::new(),
    };
    if found.is_empty() {
        return (!certain).then_some(content);
    }
    let same = found.iter().position(|now| place(now) == place(&content));
    found.into_iter().nth(same.unwrap_or(0))
}

/// What is missing, and whether there is surely nothing else.
fn looked_at(config: &Config, accounts: &mut Accounts) -> (Vec<Content>, bool) {
    // Journals of other machines say nothing about this one's sshd.
    if config.source.journal_directory.is_some() {
        return (Vec::new(), true);
    }
    let mut certain = true;
    let mut unknown = |why: &str| {
        certain = false;
        line(
            Priority::Info,
            &format!("whether sftp-server's -l INFO is in force is unknown: {why}"),
        );
    };
    let directives = match installed() {
        Ok(directives) => directives,
        Err(unreadable) => {
            unknown(&unreadable.to_string());
            return (Vec::new(), false);
        }
    };
    let Some(listed) = accounts.listed_partners() else {
        unknown("the user database does not answer");
        return (Vec::new(), false);
    };
    let listed: Vec<String> = listed.into_iter().map(lossy).collect();
    let until = Instant::now() + LOOKING;
    let in_time = listed.iter().take_while(|_| Instant::now() < until);
    let partners = in_time.filter_map(|name| match accounts.groups_of(name.as_bytes()) {
        Groups::Known(groups) => {
            Some((name.as_str(), Some(groups.into_iter().map(lossy).collect())))
        }
        Groups::NoAnswer => Some((name.as_str(), None)),
        // It exists on another host.
        Groups::NoAccount => None,
    });
    let gaps = gaps(&directives, partners, |name, why| {
        unknown(&format!("{name}: {why}"))
    });
    gaps.iter().for_each(log);
    let all = Instant::now() < until;
    let told = gaps.into_iter().take(TOLD).map(content);
    (told.collect(), certain && all)
}

fn log(gap: &Gap) {
    let Missing {
        found,
        why,
        line: write,
        file,
        number,
    } = &gap.missing;
    let (file, partners) = (file.display(), gap.partners.len());
    let told = format!(
        "{file}:{number}: {found}: no file of {partners} partners is logged: {why}; write: {write}"
    );
    line(Priority::Warning, &told);
}

fn content(gap: Gap) -> Content {
    let Gap {
        missing,
        mut partners,
    } = gap;
    let count = partners.len();
    partners.truncate(NAMES_KEPT);
    Content::LogLevel {
        partners,
        count,
        found: missing.found,
        line: missing.line,
        file: format!("{}:{}", missing.file.display(), missing.number),
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(file: &str) -> Content {
        Content::LogLevel {
            partners: vec!["alice".to_owned()],
            count: 1,
            found: "ForceCommand internal-sftp".to_owned(),
            line: "ForceCommand internal-sftp -l INFO".to_owned(),
            file: file.to_owned(),
        }
    }

    #[test]
    fn of_a_warning_that_waited_only_what_still_holds_is_told() {
        let waited = || level("/etc/ssh/sshd_config:12");
        let still = |found, certain| of_now(waited(), found, certain);
        assert_eq!(still(vec![], true), None);
        assert_eq!(still(vec![], false), Some(waited()));
        assert_eq!(still(vec![level("b:1"), waited()], true), Some(waited()));
        assert_eq!(still(vec![level("b:1")], true), Some(level("b:1")));
    }
}
