//! A handle to journal files: how they are opened, what is matched in them, and whether their directory is still there.

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use systemd::id128::Id128;
use systemd::journal::{Journal, OpenDirectoryOptions, OpenOptions};

/// The programs whose entries matter, by `SYSLOG_IDENTIFIER`. Never by unit: after log-in, processes live in a session's
/// scope. Never by `_COMM` or `_EXE`: journald reads them from /proc and finds nothing once a short-lived sender is gone.
pub(super) const PROGRAMS: [&str; 4] = ["sshd", "sshd-session", "internal-sftp", "sftp-server"];

/// The `MESSAGE_ID` under which journald tells that it dropped messages (`SD_MESSAGE_JOURNAL_DROPPED`, sd-messages.h).
pub(crate) const DROPPED: &str = "a596d6fe7bfa4994828e72309e95d61e";

/// The `MESSAGE_ID` under which logind tells that a session is over (`SD_MESSAGE_SESSION_STOP`, sd-messages.h).
pub(super) const SESSION_OVER: &str = "3354939424b4456d9802ca8333ed424a";

/// Fields longer than this may be cut when libsystemd hands them out (sd_journal_set_data_threshold(3)): sshd cuts its
/// messages at 500 bytes, so nothing of it is lost, and of a huge field of somebody else's no more is copied. While its entry
/// is looked at, libsystemd maps a field as it lies in the file, or takes it out of its compression: the largest then counts
/// as memory of this process, once.
pub(super) const LONGEST_FIELD: usize = 8 * 1024;

/// Where journald keeps files; each has a directory per machine below it (systemd-journald.service(8)).
pub(crate) const ROOTS: [&str; 2] = ["/run/log/journal", "/var/log/journal"];

/// Opens the machine's own journal, or the files of a directory.
///
/// Without `SD_JOURNAL_SYSTEM`: what a user's processes log lies in `user-UID.journal`, and that is every file transfer.
pub(super) fn open(directory: Option<&Path>) -> anyhow::Result<Journal> {
    let mut journal = match directory {
        None => OpenOptions::default()
            .local_only(true)
            .open()
            .context("opening the journal")?,
        Some(path) => OpenDirectoryOptions::default()
            .open_directory(path.as_os_str().as_bytes())
            .with_context(|| format!("opening the journals in {}", path.display()))?,
    };
    journal.set_data_threshold(LONGEST_FIELD)?;
    // From here on libsystemd watches for new files (sd_journal_get_fd(3)). Where it cannot, waiting says why.
    let _ = journal.fd();
    Ok(journal)
}

/// Matches the entries of our programs, journald's own about losses, and logind's about sessions that are over; with a boot, only those of that boot.
pub(super) fn match_ours(journal: &mut Journal, boot: Option<Id128>) -> systemd::Result<()> {
    journal.match_flush()?;
    for program in PROGRAMS {
        journal.match_add("SYSLOG_IDENTIFIER", program)?;
    }
    journal.match_or()?;
    journal.match_add("MESSAGE_ID", DROPPED)?;
    journal.match_add("MESSAGE_ID", SESSION_OVER)?;
    if let Some(boot) = boot {
        journal.match_and()?;
        journal.match_add("_BOOT_ID", boot.to_string())?;
    }
    Ok(())
}

/// Matches every entry of a boot, whoever wrote it.
pub(super) fn match_boot(journal: &mut Journal, boot: Id128) -> systemd::Result<()> {
    journal.match_flush()?;
    journal.match_add("_BOOT_ID", boot.to_string())?;
    Ok(())
}

/// The different values that a field has anywhere in the journal, and whether these are all of them: the enumeration ends
/// at the first damaged one.
pub(super) fn values(journal: &mut Journal, field: &str) -> (Vec<String>, bool) {
    let mut values = Vec::new();
    if journal.query_unique(field).is_err() {
        return (values, false);
    }
    loop {
        match journal.enumerate_unique() {
            Ok(Some(found)) => {
                let value = found.value().map(String::from_utf8_lossy);
                values.extend(value.map(Cow::into_owned));
            }
            Ok(None) => return (values, true),
            Err(_) => return (values, false),
        }
    }
}

/// The directories that a handle was opened on, and which they were.
///
/// libsystemd watches what lies in them, but neither sees that such a directory comes to exist (the first flush from /run
/// to /var) nor that it was moved away and is back.
pub(super) struct Roots(Vec<(PathBuf, Option<(u64, u64)>)>);

impl Roots {
    /// The directories as they are now.
    pub(super) fn of(directory: Option<&Path>) -> Roots {
        let paths = match directory {
            Some(path) => vec![path.to_owned()],
            None => ROOTS.iter().map(PathBuf::from).collect(),
        };
        let known = paths.into_iter().map(|path| {
            let identity = identity(&path);
            (path, identity)
        });
        Roots(known.collect())
    }

    /// A directory that appeared, vanished or is another one than before.
    pub(super) fn changed(&self) -> Option<&Path> {
        self.0
            .iter()
            .find(|(path, id)| identity(path) != *id)
            .map(|(path, _)| path.as_path())
    }
}

/// Device and inode of what is at a path. Where that cannot be said now (no permission), it counts as gone.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}
