//! Checks whether the machine's journal can be read.

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, SystemTime};

use systemd::journal::OpenOptions;

use super::handle::ROOTS;
use crate::domain::base::time::Time;

/// Whether this process can read the machine's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readable {
    /// The process can read it.
    Yes,
    /// There is a journal, but this process may not read it.
    NoPermission {
        /// The group that may read it.
        group: &'static str,
    },
    /// There is no journal; the text is the reason.
    NoJournal(String),
}

/// The greatest age of the last entry of our programs in a namespace: a namespace that is no longer used does not matter.
const LATELY: Duration = Duration::from_secs(24 * 60 * 60);

/// The group that may read all journal files (systemd-journald.service(8)).
const GROUP: &str = "systemd-journal";

/// Whether this process can read the machine's journal.
///
/// `sd_journal_open(3)` succeeds without permission and gives an empty journal. A user can always read the own
/// `user-UID.journal`, which says nothing about the other files. So this checks whether files of the system's journal can be
/// opened.
pub fn readable() -> Readable {
    let opened = OpenOptions::default().local_only(true).system(true).open();
    match opened
        .and_then(|journal| Ok(journal.has_persistent_files()? || journal.has_runtime_files()?))
    {
        Ok(true) => Readable::Yes,
        Ok(false) => without_files(),
        Err(error) => Readable::NoJournal(format!("the journal cannot be opened: {error}")),
    }
}

/// Whether this process can read any journal in a directory. `sd_journal_open_directory(3)` reports no error if it cannot,
/// and `sd_journal_has_persistent_files(3)` knows only the files below /run and /var.
pub fn readable_in(directory: &Path) -> anyhow::Result<Readable> {
    let mut found = JournalFiles::default();
    found.look(directory, true);
    if found.denied && !found.opened {
        return Ok(Readable::NoPermission { group: GROUP });
    }
    super::handle::open(Some(directory))?;
    Ok(match found.opened {
        true => Readable::Yes,
        false => Readable::NoJournal(format!("{} holds none", directory.display())),
    })
}

/// The journal files of a directory.
#[derive(Debug, Default)]
struct JournalFiles {
    /// At least one file can be opened.
    opened: bool,
    /// A file or a directory is closed to this process.
    denied: bool,
}

impl JournalFiles {
    /// Looks into a directory and its subdirectories: journald makes one for each machine.
    fn look(&mut self, directory: &Path, below: bool) {
        let denied = |error: &std::io::Error| error.kind() == ErrorKind::PermissionDenied;
        let entries = match directory.read_dir() {
            Ok(entries) => entries.flatten(),
            Err(error) => {
                self.denied |= denied(&error);
                return;
            }
        };
        for path in entries.map(|entry| entry.path()) {
            if path.is_dir() {
                if below {
                    self.look(&path, false);
                }
            } else if path.extension() == Some("journal".as_ref()) {
                match std::fs::File::open(&path) {
                    Ok(_) => self.opened = true,
                    Err(error) => self.denied |= denied(&error),
                }
            }
        }
    }
}

/// The namespaces of this machine's journal in which sshd or sftp-server logged in the last day (systemd.exec(5),
/// `LogNamespace=`). They are journals of their own, which are not read.
pub(crate) fn namespaces_of_ours() -> Vec<String> {
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let roots = ROOTS.into_iter().map(Path::new);
    roots
        .flat_map(|root| namespaces_in(root, machine.trim()))
        .collect()
}

fn namespaces_in(root: &Path, machine: &str) -> Vec<String> {
    let directories = root.read_dir().into_iter().flatten().flatten();
    let own = directories.filter_map(|found| {
        let name = found.file_name().into_string().ok()?;
        let namespace = name.strip_prefix(machine)?.strip_prefix('.')?.to_owned();
        let lately = is_of_ours(&found.path()).unwrap_or(false);
        lately.then_some(namespace)
    });
    own.collect()
}

/// Whether the last entry of our programs in these journals is of the last day.
fn is_of_ours(directory: &Path) -> anyhow::Result<bool> {
    let mut journal = super::handle::open(Some(directory))?;
    super::handle::match_ours(&mut journal, None)?;
    journal.seek_tail()?;
    let found = journal.previous()? > 0;
    let since = Time::from(SystemTime::now()).minus(LATELY);
    Ok(found && Time(i64::try_from(journal.timestamp_usec()?)?) > since)
}

/// The message if none of a directory's journals can be opened.
pub fn not_opened(directory: &Path) -> String {
    let directory = directory.display();
    format!(
        "none of the journals in {directory} can be opened: join the group that `ls -lR {directory}` shows"
    )
}

/// Why no file of the system's journal could be opened.
fn without_files() -> Readable {
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let mut empty = Vec::new();
    for root in ROOTS {
        match holds_files(Path::new(root), machine.trim()) {
            Ok(true) => {
                return Readable::NoPermission { group: GROUP };
            }
            Ok(false) => empty.push(root),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Readable::NoPermission { group: GROUP };
            }
            Err(_) => {}
        }
    }
    let why = match empty.as_slice() {
        [] => format!("neither {} exists", ROOTS.join(" nor ")),
        roots => format!("{} holds none of this machine", roots.join(" and ")),
    };
    Readable::NoJournal(why)
}

/// Whether a directory of journald holds a system journal of a machine, readable or not.
fn holds_files(root: &Path, machine: &str) -> std::io::Result<bool> {
    let system = |name: &[u8]| name.starts_with(b"system") && name.ends_with(b".journal");
    match root.join(machine).read_dir() {
        Ok(files) => Ok(files
            .flatten()
            .any(|file| system(file.file_name().as_encoded_bytes()))),
        Err(error) if error.kind() == ErrorKind::NotFound => root.read_dir().map(|_| false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Readable, holds_files, readable_in};

    #[test]
    fn journals_in_a_directory_lie_in_it_or_below_it() {
        let root = tempfile::tempdir().expect("a directory");
        let found = || readable_in(root.path()).expect("a directory");
        assert!(matches!(found(), Readable::NoJournal(_)));
        std::fs::create_dir(root.path().join("id")).expect("a directory");
        std::fs::write(root.path().join("id/other.log"), "").expect("a file");
        assert!(matches!(found(), Readable::NoJournal(_)));
        std::fs::write(root.path().join("id/system.journal"), "").expect("a file");
        assert_eq!(found(), Readable::Yes);
        assert!(readable_in(&root.path().join("missing")).is_err());
    }

    #[test]
    fn a_journal_is_there_where_the_machine_has_a_system_file() {
        let root = tempfile::tempdir().expect("a directory");
        let holds = || holds_files(root.path(), "id").ok();
        assert_eq!(holds_files(&root.path().join("missing"), "id").ok(), None);
        assert_eq!(holds(), Some(false));
        std::fs::create_dir(root.path().join("id")).expect("a directory");
        std::fs::write(root.path().join("id/user-1000.journal"), "").expect("a file");
        assert_eq!(holds(), Some(false));
        std::fs::write(root.path().join("id/system.journal"), "").expect("a file");
        assert_eq!(holds(), Some(true));
    }
}
