//! A handle to journal files: opens them, sets the matches, and checks whether their directory is still there.

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use systemd::id128::Id128;
use systemd::journal::{Journal, OpenDirectoryOptions, OpenOptions};

/// The programs whose entries are read, by `SYSLOG_IDENTIFIER`. Not by unit: after the log-in, processes run in a session's
/// scope. Not by `_COMM` or `_EXE`: journald reads them from /proc and finds nothing if a short-lived sender is already gone.
pub(super) const PROGRAMS: [&str; 4] = ["sshd", "sshd-session", "internal-sftp", "sftp-server"];

/// The `MESSAGE_ID` of journald's report of dropped messages (`SD_MESSAGE_JOURNAL_DROPPED`, sd-messages.h).
pub(crate) const DROPPED: &str = "a596d6fe7bfa4994828e72309e95d61e";

/// The `MESSAGE_ID` of logind's report that a session is over (`SD_MESSAGE_SESSION_STOP`, sd-messages.h).
pub(super) const SESSION_OVER: &str = "3354939424b4456d9802ca8333ed424a";

/// libsystemd may cut longer fields (sd_journal_set_data_threshold(3)). sshd cuts its messages at 500 bytes, so none of its
/// text is lost, and of another program's huge field no more is copied. While an entry is read, libsystemd maps or
/// decompresses a whole field: the largest field then counts once as memory of this process.
pub(super) const LONGEST_FIELD: usize = 8 * 1024;

/// The directories in which journald keeps files; each has a subdirectory per machine (systemd-journald.service(8)).
pub(crate) const ROOTS: [&str; 2] = ["/run/log/journal", "/var/log/journal"];

/// Opens the machine's own journal, or the files of a directory.
///
/// Does not use `SD_JOURNAL_SYSTEM`: entries of a user's processes lie in `user-UID.journal`, and these are all file
/// transfers.
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
    // From here on, libsystemd watches for new files (sd_journal_get_fd(3)). If it cannot, waiting returns the error.
    let _ = journal.fd();
    Ok(journal)
}

/// Matches the entries of our programs, journald's reports of dropped messages, and logind's reports of ended sessions; with
/// a boot, only entries of that boot.
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

/// Matches every entry of a boot, of any program.
pub(super) fn match_boot(journal: &mut Journal, boot: Id128) -> systemd::Result<()> {
    journal.match_flush()?;
    journal.match_add("_BOOT_ID", boot.to_string())?;
    Ok(())
}

/// The different values of a field in the whole journal, and whether the list is complete: the enumeration ends at the first
/// damaged value.
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

/// The directories on which a handle was opened, with their identities.
///
/// libsystemd watches the files in them. But it does not see when such a directory is created (by the first flush from /run
/// to /var), nor when it is moved away and comes back.
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

    /// A directory that appeared, vanished or was replaced.
    pub(super) fn changed(&self) -> Option<&Path> {
        self.0
            .iter()
            .find(|(path, id)| identity(path) != *id)
            .map(|(path, _)| path.as_path())
    }
}

/// Device and inode number of a path. A path that cannot be read now (no permission) counts as gone.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}
