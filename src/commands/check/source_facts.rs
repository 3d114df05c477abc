//! Finds out which of the logs the service can read, and which one it chooses.

use std::path::{Path, PathBuf};

use super::access::{Access, look_as, own_access, user};
use super::units::Units;
use crate::adapters::config::{Config, SourceKind};
use crate::adapters::source::choice::{Log, decide};
use crate::adapters::source::journal::{ROOTS, Readable, readable, readable_in};
use crate::domain::base::stop::said;

/// Whether each log can be read.
pub(super) struct SourceFacts<'a> {
    pub(super) config: &'a Config,
    /// The user in question: the service's, or this one.
    pub(super) whom: String,
    pub(super) journal: Access,
    pub(super) auth_log: Access,
    /// The access to the journal directory that the configuration names.
    pub(super) directory: Option<Access>,
}

impl<'a> SourceFacts<'a> {
    pub(super) fn gather(config: &'a Config, units: &Units, root: bool) -> SourceFacts<'a> {
        // Only root may look as another user.
        let look = |path: &Path| match root {
            true => look_as(path, units),
            false => own_access(path),
        };
        let of = |readable: Readable, path: Option<&Path>| match readable {
            Readable::Yes => path.map_or(Access::Yes, look),
            Readable::NoPermission { .. } => Access::Denied,
            Readable::NoJournal(why) => Access::Unknown(why),
        };
        let named = config.source.journal_directory.as_deref();
        let directory = named.map(|named| match readable_in(named) {
            Err(error) => Access::Missing(said(&error)),
            Ok(readable) => of(readable, root.then_some(named)),
        });
        let auth_log = &config.source.auth_log;
        SourceFacts {
            config,
            whom: match root {
                true => format!("the service's user {}", user(units)),
                false => "this user".to_owned(),
            },
            journal: match (root, of_machine()) {
                (false, _) => match of(readable(), None) {
                    Access::Unknown(why) => Access::Missing(why),
                    access => access,
                },
                (true, Some(journal)) => look(&journal),
                (true, None) => {
                    Access::Missing("journald keeps no file of this machine".to_owned())
                }
            },
            auth_log: match auth_log.exists() {
                true => look(auth_log),
                false => Access::Missing("there is none".to_owned()),
            },
            directory,
        }
    }

    /// The log that the service reads, or will read once its access is fixed.
    pub(super) fn intended(&self) -> Log {
        let source = &self.config.source;
        self.chosen().unwrap_or_else(|| match source.kind {
            SourceKind::AuthLog => Log::AuthLog(source.auth_log.clone()),
            SourceKind::Auto | SourceKind::Journal => Log::Journal,
        })
    }

    /// The log that the service chooses; `None` if it cannot read that log.
    pub(super) fn chosen(&self) -> Option<Log> {
        let log = decide(&self.config.source, || self.journal == Access::Yes);
        let readable = match &log {
            Log::Journal => self.journal == Access::Yes,
            Log::AuthLog(_) => self.auth_log == Access::Yes,
            // Its access is judged below: it is read even if it has faults.
            Log::Directory(_) => true,
        };
        readable.then_some(log)
    }
}

/// The path of journald's file on this machine: the one on disk, or else the one in memory.
fn of_machine() -> Option<PathBuf> {
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let journals = ROOTS.map(|root| Path::new(root).join(machine.trim()).join("system.journal"));
    journals.into_iter().rfind(|path| path.exists())
}
