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
    // Journals of other machines say nothing about this one's sshd.
    if config.source.journal_directory.is_some() {
        return Vec::new();
    }
    let unknown = |why: &str| {
        line(
            Priority::Info,
            &format!("whether sftp-server's -l INFO is in force is unknown: {why}"),
        )
    };
    let directives = match installed() {
        Ok(directives) => directives,
        Err(unreadable) => {
            unknown(&unreadable.to_string());
            return Vec::new();
        }
    };
    let Some(listed) = accounts.listed_partners() else {
        unknown("the user database does not answer");
        return Vec::new();
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
    gaps.into_iter().take(TOLD).map(content).collect()
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
