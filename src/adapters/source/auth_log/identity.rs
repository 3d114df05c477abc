//! Opens log files and identifies them.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::SystemTime;

use anyhow::anyhow;

use crate::adapters::source::buffer::{GZIP, again};
use crate::domain::base::stop::Stop;
use crate::domain::base::time::Time;

/// Device and inode number of a file. Inode numbers are used again: ext4 gives a new file the number of the file deleted
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) device: u64,
    pub(super) inode: u64,
}

impl Identity {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// An open log file.
#[derive(Debug)]
pub(super) struct LogFile {
    pub(super) file: File,
    pub(super) identity: Identity,
    /// The file is compressed by gzip.
    pub(super) packed: bool,
    /// The file is compressed in a form that is not read.
    pub(super) foreign: bool,
    /// Lines up to this time are skipped: they were already read, or this is unknown.
    pub(super) later_than: Option<Time>,
}

impl LogFile {
    /// Opens a log file. `None` if it does not exist. Only regular files are opened: otherwise, a user who can write in the
    /// directory could make us open any file, or wait for the writer of a pipe.
    pub(super) fn open(path: &Path) -> anyhow::Result<Option<Self>> {
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
        let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(path, &error)),
        };
        let metadata = file.metadata().map_err(|error| refused(path, &error))?;
        if !metadata.is_file() {
            let shown = path.display();
            return Err(setup(format!(
                "{shown}: not a regular file; it is not read"
            )));
        }
        let mut magic = [0; GZIP.len()];
        let known = again(|| file.read_at(&mut magic, 0)).map_err(|error| refused(path, &error))?;
        Ok(Some(LogFile {
            identity: Identity::of(&metadata),
            packed: known == GZIP.len() && magic == GZIP,
            foreign: false,
            later_than: None,
            file,
        }))
    }

    /// Present size in bytes.
    pub(super) fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Time of the last change.
    pub(super) fn modified(&self) -> io::Result<SystemTime> {
        self.file.metadata()?.modified()
    }

    /// The offset after the last line feed before `end`.
    pub(super) fn line_end_before(&self, mut end: u64) -> io::Result<u64> {
        /// Bytes that are searched at once.
        const BLOCK: usize = 64 * 1024;
        let mut block = vec![0; BLOCK];
        while end > 0 {
            let count = usize::try_from(end).unwrap_or(BLOCK).min(BLOCK);
            let from = end - count as u64;
            let block = &mut block[..count];
            let read = again(|| self.file.read_at(block, from))?;
            if let Some(found) = memchr::memrchr(b'\n', &block[..read]) {
                return Ok(from + found as u64 + 1);
            }
            end = from;
        }
        Ok(0)
    }
}

/// The identity of the file that a path names now; links are not followed. `None` if the path names no file.
pub(super) fn named(path: &Path) -> anyhow::Result<Option<Identity>> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(Identity::of(&metadata))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(path, &error)),
    }
}

/// Why a file cannot be read, and what helps. A cause that an administrator must fix first becomes a setup error: starting
/// again would not help.
fn refused(path: &Path, error: &io::Error) -> anyhow::Error {
    let shown = path.display();
    match error.raw_os_error() {
        Some(libc::ELOOP) => match std::fs::read_link(path) {
            Ok(target) => setup(format!(
                "{shown}: a symbolic link, which is not followed; name the log itself in [source] auth-log: {}",
                path.parent()
                    .unwrap_or(Path::new("/"))
                    .join(target)
                    .display()
            )),
            Err(_) => anyhow!("{shown}: {error}"),
        },
        Some(libc::EACCES | libc::EPERM) => setup(format!(
            "{shown}: {error}; logs are readable for the group adm: usermod -aG adm USER"
        )),
        _ => anyhow!("{shown}: {error}"),
    }
}

fn setup(why: String) -> anyhow::Error {
    Stop::Setup(why).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_read_is_told_with_the_group_that_may() {
        let error = io::Error::from_raw_os_error(libc::EACCES);
        let told = refused(Path::new("/var/log/auth.log"), &error).to_string();
        assert!(
            told.starts_with("/var/log/auth.log: Permission denied"),
            "{told}"
        );
        assert!(told.contains("usermod -aG adm"), "{told}");
    }

    #[test]
    fn lines_end_behind_the_last_line_feed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.log");
        let long = "x".repeat(200_000);
        for (text, end) in [
            (String::new(), 0),
            ("abc".to_owned(), 0),
            ("abc\n".to_owned(), 4),
            ("abc\nde".to_owned(), 4),
            (format!("abc\n{long}"), 4),
            (long, 0),
        ] {
            std::fs::write(&path, text).expect("the file");
            let log = LogFile::open(&path).expect("the file").expect("the file");
            let size = log.size().expect("the file");
            assert_eq!(log.line_end_before(size).expect("the file"), end);
        }
    }
}
