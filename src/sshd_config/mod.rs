//! Is `-l INFO` in force for the partners? Without it sftp-server logs no file, and silence would mean nothing.
//!
//! sshd_config is read as sshd reads it (servconf.c): the first value of a keyword wins, a matching `Match` block overrides
//! the global section, `ForceCommand` overrides `Subsystem`. What cannot be known from here (other criteria of `Match`,
//! a file that cannot be read) is unknown, which is not the same as missing.

mod command;
mod file;

use std::path::{Path, PathBuf};

use crate::alerts::{Content, NAMES_KEPT};
use crate::clean::for_terminal;
use crate::config::Config;
use crate::directory::Accounts;
use crate::log::{Priority, line};

pub use command::Logging;
pub use file::{Directive, Unreadable, parse};

/// Where sshd's configuration is.
const PATH: &str = "/etc/ssh/sshd_config";

/// What is to be written where there is a `Subsystem` line alone.
const SUBSYSTEM: &str = "Subsystem sftp internal-sftp -l INFO";

/// What is to be written where a command is forced.
const FORCE_COMMAND: &str = "ForceCommand internal-sftp -l INFO";

/// What is in force for a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InForce {
    /// Files are logged.
    Logged,
    /// They are not.
    Missing {
        /// The directive as it stands.
        found: String,
        /// What is to be written in its place.
        line: &'static str,
        /// Where it stands.
        at: (PathBuf, usize),
    },
    /// It cannot be known from here.
    Unknown(String),
}

/// Who a partner is to `Match`: yes, no, or not known.
pub trait Who {
    /// Is this the account's name, by a list of patterns?
    fn user(&self, patterns: &str) -> Option<bool>;
    /// Is the account in such a group?
    fn group(&mut self, patterns: &str) -> Option<bool>;
}

/// What is in force for a partner.
pub fn in_force(directives: &[Directive], who: &mut dyn Who) -> InForce {
    let forced = match effective(directives, "forcecommand", who) {
        Ok(directive) => directive.filter(|d| !d.value.eq_ignore_ascii_case("none")),
        Err(why) => return InForce::Unknown(why),
    };
    let directive = match forced {
        Some(directive) => Some(directive),
        None => match effective(directives, "subsystem", who) {
            Ok(directive) => directive,
            Err(why) => return InForce::Unknown(why),
        },
    };
    let Some(directive) = directive else { return InForce::Unknown("there is no Subsystem sftp".to_owned()) };
    let command = if forced.is_some() { &directive.value } else { directive.subsystem() };
    match command::logging(command) {
        Logging::Files => InForce::Logged,
        Logging::Nothing => InForce::Missing {
            found: directive.text.clone(),
            line: if forced.is_some() { FORCE_COMMAND } else { SUBSYSTEM },
            at: (directive.file.clone(), directive.line),
        },
        Logging::Unknown => InForce::Unknown(format!("{} runs a command of its own", directive.text)),
    }
}

/// The directive of a keyword that holds: the first of a block that matches, else the first of the global section.
fn effective<'a>(directives: &'a [Directive], keyword: &str, who: &mut dyn Who) -> Result<Option<&'a Directive>, String> {
    let of_keyword = || directives.iter().filter(|d| d.keyword == keyword && d.is_of_sftp());
    for directive in of_keyword().filter(|d| !d.conditions.is_empty()) {
        match directive.holds(who) {
            Some(true) => return Ok(Some(directive)),
            Some(false) => {}
            None => {
                let (file, line) = (directive.file.display(), directive.line);
                return Err(format!("{file}:{line} holds under a Match that cannot be decided here"));
            }
        }
    }
    Ok(of_keyword().find(|d| d.conditions.is_empty()))
}

/// A partner of this machine.
struct Partner<'a> {
    name: String,
    accounts: &'a mut Accounts,
}

impl Who for Partner<'_> {
    fn user(&self, patterns: &str) -> Option<bool> {
        Some(file::matches(patterns, &self.name))
    }

    fn group(&mut self, patterns: &str) -> Option<bool> {
        let mut matched = Some(false);
        for pattern in patterns.split(',') {
            let (negated, pattern) = pattern.strip_prefix('!').map_or((false, pattern), |rest| (true, rest));
            if pattern.contains(['*', '?']) {
                // Which groups there are to match is not asked for.
                matched = None;
                continue;
            }
            match self.accounts.in_group(self.name.as_bytes(), pattern) {
                Some(true) if negated => return Some(false),
                Some(true) if matched.is_some() => matched = Some(true),
                Some(_) => {}
                None => return None,
            }
        }
        matched
    }
}

/// The warning at start, where `-l INFO` is missing for partners. What cannot be known is said in the log alone.
pub fn warning(config: &Config, accounts: &mut Accounts) -> Option<Content> {
    let directives = match parse(Path::new(PATH), &|path| std::fs::read_to_string(path)) {
        Ok(directives) => directives,
        Err(unreadable) => {
            line(Priority::Info, &format!("{unreadable}: whether sftp-server's -l INFO is in force is unknown"));
            return None;
        }
    };
    let mut missing: Vec<(String, String, &'static str, String)> = Vec::new();
    for name in accounts.listed_partners().unwrap_or_default() {
        let name = String::from_utf8_lossy(&name).into_owned();
        if config.partners.users.contains(&name) && accounts.in_group(name.as_bytes(), &config.partners.group).is_none() {
            continue;
        }
        match in_force(&directives, &mut Partner { name: name.clone(), accounts }) {
            InForce::Missing { found, line, at } => {
                missing.push((name, found, line, format!("{}:{}", at.0.display(), at.1)));
            }
            InForce::Unknown(why) => {
                line(Priority::Info, &format!("sftp-server's log level for {}: unknown: {why}", for_terminal(&name)));
            }
            InForce::Logged => {}
        }
    }
    let (_, found, write, file) = missing.first()?.clone();
    line(Priority::Warning, &format!("sftp-server's -l INFO is missing: {file}: {found}; write: {write}"));
    Some(Content::LogLevel {
        partners: missing.iter().take(NAMES_KEPT).map(|(name, ..)| name.clone()).collect(),
        count: missing.len(),
        found,
        line: write.to_owned(),
        file,
    })
}
