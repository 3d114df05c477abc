//! The note that Slack was told that the daemon has stopped: an empty file in the state directory, whose time is the message's.

use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::domain::base::time::Time;

/// The name of the file.
const FILE: &str = ".stop-told";

/// The note, until Slack is told that a daemon runs again.
#[derive(Debug)]
pub struct StopTold {
    file: PathBuf,
    /// When Slack was told.
    pub at: Time,
}

impl StopTold {
    /// Leaves the note for the next daemon of this state directory. One of an earlier stop stays: that stop goes on.
    pub fn leave(directory: &Path) -> io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).mode(0o600);
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        options.custom_flags(flags).open(directory.join(FILE))?;
        Ok(())
    }

    /// The note in this state directory, if there is one.
    pub fn find(directory: &Path) -> Option<StopTold> {
        let file = directory.join(FILE);
        let at = std::fs::symlink_metadata(&file).ok()?.modified().ok()?;
        Some(StopTold {
            file,
            at: at.into(),
        })
    }

    /// Removes the note. If it cannot be removed, the next start reports once more that the daemon runs again.
    pub fn remove(self) {
        let _ = std::fs::remove_file(self.file);
    }
}
