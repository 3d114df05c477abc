//! The errors of the state directory, each with the file, the cause and the remedy.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;

/// The reason why the state could not be read, locked or committed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process holds the lock: try again later.
    #[error("another process has held {} for {} s: `fuser {}` shows which", path.display(), waited.as_secs(), path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// How long this process waited.
        waited: Duration,
    },
    /// An operation on the disk failed: the old files are unchanged, and a later try may succeed.
    #[error("{action} {}: {cause}{}", path.display(), remedy(cause))]
    Disk {
        /// The operation: "writing", "renaming".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The error.
        #[source]
        cause: io::Error,
    },
    /// A file or directory is not safe to use.
    #[error(transparent)]
    Refused(#[from] UnsafePath),
    /// The file is not a valid state: only [`load`](super::Store::load) returns this; the next commit sets the file aside.
    #[error("{} is damaged: {why}; the next commit sets it aside and goes on from the one before it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
}

/// A file or directory that is not safe to use, with the reason and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {why}: {remedy}", path.display())]
pub struct UnsafePath {
    /// The file or directory.
    pub path: PathBuf,
    /// The reason.
    pub why: String,
    /// The remedy.
    pub remedy: String,
}

impl UnsafePath {
    pub(crate) fn new(path: &Path, why: impl Display, remedy: impl Display) -> Self {
        UnsafePath {
            path: path.to_owned(),
            why: why.to_string(),
            remedy: remedy.to_string(),
        }
    }

    /// An error: at `path` there is something other than a regular file.
    pub(crate) fn no_file(path: &Path, what: &str) -> Self {
        let remedy = format!(
            "look who put it there, then `rm -r {}` and start again",
            path.display()
        );
        UnsafePath::new(path, format!("is {what}, not a plain file"), remedy)
    }
}

impl From<UnsafePath> for io::Error {
    fn from(refusal: UnsafePath) -> Self {
        io::Error::other(refusal)
    }
}

impl StateError {
    /// Makes the error of a disk operation; a refusal becomes `Refused`.
    pub(crate) fn of(action: &'static str, path: PathBuf, cause: io::Error) -> Self {
        // open(2): with O_NOFOLLOW a symbolic link as the last component gives ELOOP.
        if cause.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
            return StateError::Refused(UnsafePath::no_file(&path, "a symbolic link"));
        }
        match cause.downcast::<UnsafePath>() {
            Ok(refusal) => StateError::Refused(refusal),
            Err(cause) => StateError::Disk {
                action,
                path,
                cause,
            },
        }
    }
}

/// The remedy for an error of the disk, as the end of a sentence.
fn remedy(cause: &io::Error) -> &'static str {
    match Errno::from_io_error(cause) {
        Some(Errno::NOSPC) => "; free some space there",
        Some(Errno::DQUOT) => "; raise the quota of its owner, or free some space",
        Some(Errno::ROFS) => "; mount its file system read-write",
        Some(Errno::IO) => "; the kernel's log says what its disk has (`dmesg`)",
        Some(Errno::ACCESS | Errno::PERM) => {
            "; give it to the user that the service runs as (`ls -ld` shows whose it is)"
        }
        Some(Errno::NOENT) => "; the directory was removed: create it again for its owner",
        _ => "",
    }
}
