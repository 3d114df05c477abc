//! Chooses the log: the one in the configuration, else the journal if it can be read, else auth.log.

use std::fmt;
use std::path::PathBuf;

use super::journal::{Readable, namespaces_of_ours, not_opened, readable, readable_in};
use crate::adapters::config::{SourceConfig, SourceKind};
use crate::domain::base::stop::Stop;
use crate::domain::state::JOURNAL;

/// A log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Log {
    /// The machine's journal.
    Journal,
    /// The journals in a directory; other machines may have sent them.
    Directory(PathBuf),
    /// A log file.
    AuthLog(PathBuf),
}

impl Log {
    /// The name of the log in the state: `journal`, or the path of the log file.
    pub fn name(&self) -> String {
        match self {
            Log::Journal | Log::Directory(_) => JOURNAL.to_owned(),
            Log::AuthLog(path) => path.to_string_lossy().into_owned(),
        }
    }
}

impl fmt::Display for Log {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Log::Journal => out.write_str("the journal"),
            Log::Directory(directory) => write!(out, "the journals in {}", directory.display()),
            Log::AuthLog(path) => write!(out, "{}", path.display()),
        }
    }
}

/// The chosen log.
#[derive(Debug)]
pub struct Chosen {
    /// The log.
    pub log: Log,
    /// The reason for the choice.
    pub why: String,
    /// With `auto`, auth.log was chosen although journald runs: the group that may read the journal.
    pub missing_group: Option<&'static str>,
}

impl Chosen {
    /// Namespaces of the journal in which sshd logs, if the machine's own journal is read: it does not hold their entries.
    pub fn unread_namespaces(&self) -> Vec<String> {
        match self.log {
            Log::Journal => namespaces_of_ours(),
            Log::Directory(_) | Log::AuthLog(_) => Vec::new(),
        }
    }
}

/// Chooses the log. Asks whether the journal can be read only if the configuration leaves the choice open.
pub fn decide(source: &SourceConfig, journal: impl FnOnce() -> bool) -> Log {
    match (source.kind, &source.journal_directory) {
        (SourceKind::AuthLog, _) => Log::AuthLog(source.auth_log.clone()),
        (_, Some(directory)) => Log::Directory(directory.clone()),
        (SourceKind::Journal, None) => Log::Journal,
        (SourceKind::Auto, None) if journal() => Log::Journal,
        (SourceKind::Auto, None) => Log::AuthLog(source.auth_log.clone()),
    }
}

/// The log that this process reads. If it can read no log: the reason, and the group that grants access.
pub fn choose(source: &SourceConfig) -> anyhow::Result<Chosen> {
    let mut seen = None;
    let log = decide(source, || *seen.insert(readable()) == Readable::Yes);
    let named = "the configuration says so".to_owned();
    let (why, missing_group) = match (&log, source.kind) {
        (Log::Directory(directory), kind) => {
            if matches!(readable_in(directory)?, Readable::NoPermission { .. }) {
                return Err(Stop::Setup(not_opened(directory)).into());
            }
            let auto = kind == SourceKind::Auto;
            let because = "the configuration names its directory".to_owned();
            (if auto { because } else { named }, None)
        }
        (Log::Journal, _) => match refused(&seen.unwrap_or_else(readable)) {
            None => ("this user can read the system's journal".to_owned(), None),
            Some((refused, _)) => return Err(Stop::Setup(refused).into()),
        },
        (Log::AuthLog(path), SourceKind::Auto) => {
            let (refused, group) = seen.as_ref().and_then(refused).unwrap_or_default();
            if let Err(error) = std::fs::File::open(path) {
                let denied = error.kind() == std::io::ErrorKind::PermissionDenied;
                let adm = if denied { ": join the group adm" } else { "" };
                let said = format!("{refused}; {}: {error}{adm}", path.display());
                return Err(Stop::Setup(said).into());
            }
            (refused, group)
        }
        (Log::AuthLog(_), _) => (named, None),
    };
    Ok(Chosen {
        log,
        why,
        missing_group,
    })
}

/// Why the journal is not read, and the group that grants access.
fn refused(found: &Readable) -> Option<(String, Option<&'static str>)> {
    match found {
        Readable::Yes => None,
        Readable::NoPermission { group } => {
            let said = format!("the journal cannot be read: join the group {group}");
            Some((said, Some(group)))
        }
        Readable::NoJournal(why) => Some((format!("there is no journal: {why}"), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_configuration_names_is_read_else_the_journal_where_it_can_be_read() {
        let source = |kind, directory: Option<&str>| SourceConfig {
            kind,
            auth_log: "/var/log/auth.log".into(),
            journal_directory: directory.map(PathBuf::from),
        };
        let log = || Log::AuthLog("/var/log/auth.log".into());
        let directory = || Log::Directory("/d".into());
        for (kind, named, readable, expected) in [
            (SourceKind::Auto, None, true, Log::Journal),
            (SourceKind::Auto, None, false, log()),
            (SourceKind::Auto, Some("/d"), true, directory()),
            (SourceKind::Journal, None, false, Log::Journal),
            (SourceKind::Journal, Some("/d"), true, directory()),
            (SourceKind::AuthLog, None, true, log()),
            (SourceKind::AuthLog, Some("/d"), true, log()),
        ] {
            assert_eq!(decide(&source(kind, named), || readable), expected);
        }
    }
}
