//! Can this user read the system's journal? Opening one always succeeds, and without permission it is empty
//! (sd_journal_open(3)).

use std::path::Path;

use systemd::journal::OpenOptions;

/// The group that may read every journal file.
const GROUP: &str = "systemd-journal";

/// Where journald keeps the system's journal: one or the other.
const DIRECTORIES: [&str; 2] = ["/var/log/journal", "/run/log/journal"];

/// Whether the system's journal can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readable {
    /// It can.
    Yes,
    /// There is one, but not for this user.
    NoPermission {
        /// The group that would do.
        group: &'static str,
    },
    /// There is none.
    NoJournal(String),
}

/// Whether this user can read the system's journal. Asked with the system's files alone: a user's own file can always
/// be read, and holds nothing of sshd.
pub fn readable() -> Readable {
    let files = OpenOptions::default().system(true).local_only(true).open().and_then(|journal| {
        Ok(journal.has_persistent_files()? || journal.has_runtime_files()?)
    });
    match files {
        Ok(true) => Readable::Yes,
        Ok(false) if DIRECTORIES.iter().any(|directory| holds_something(Path::new(directory))) => {
            Readable::NoPermission { group: GROUP }
        }
        Ok(false) => Readable::NoJournal("neither /var/log/journal nor /run/log/journal holds one".to_owned()),
        Err(error) => Readable::NoJournal(error.to_string()),
    }
}

/// Is there anything in this directory, or is it closed to us?
fn holds_something(directory: &Path) -> bool {
    match std::fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
    }
}
