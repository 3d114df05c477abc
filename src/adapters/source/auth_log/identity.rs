//! Log files as they are opened, and what they are known by.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::SystemTime;

use anyhow::anyhow;

use crate::adapters::source::buffer::{GZIP, again};
use crate::domain::base::stop::Stop;
use crate::domain::base::time::Time;

/// The number of a file system and of a file in it. It comes back: ext4 gives a new file the number of the one deleted last.
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

/// A log file, open.
#[derive(Debug)]
pub(super) struct LogFile {
    pub(super) file: File,
    pub(super) identity: Identity,
    /// It is compressed by gzip.
    pub(super) packed: bool,
    /// It is compressed in a form that is not read.
    pub(super) foreign: bool,
    /// Lines that are not later were read already, or nobody knows: they are skipped.
    pub(super) later_than: Option<Time>,
}

impl LogFile {
    /// Opens a log file; none where there is none. Nothing but a regular file is opened: who may write in the directory
    /// could else lead us to any file, or have us wait for a pipe's writer.
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

    /// How large it is now.
    pub(super) fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// When it was written to last.
    pub(super) fn modified(&self) -> io::Result<SystemTime> {
        self.file.metadata()?.modified()
    }

    /// The offset behind the last line end before another offset.
    pub(super) fn line_end_before(&self, mut end: u64) -> io::Result<u64> {
        /// How much is searched at once.
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

/// The identity of what a path names now, without following a link; none where it names nothing.
pub(super) fn named(path: &Path) -> anyhow::Result<Option<Identity>> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(Identity::of(&metadata))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(path, &error)),
    }
}

/// Why a file cannot be read, and what helps. What somebody must mend first says so: no use in starting again.
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
