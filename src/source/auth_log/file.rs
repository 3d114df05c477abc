//! One log file: opened safely, known again by device, inode and the bytes before the offset.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use flate2::read::MultiGzDecoder;

use crate::source::{FilePosition, hash};

/// How many bytes before the offset a file is known by: inode numbers come back at every second rotation.
const HASHED: u64 = 1_024;

/// A log file that is open for reading.
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    file: File,
    pub(super) device: u64,
    pub(super) inode: u64,
}

/// Opens a regular file and nothing else: whoever can put a link or a pipe into its place must not have it read.
pub(super) fn open(path: &Path) -> anyhow::Result<Option<LogFile>> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(error).with_context(|| format!("opening {} (the group adm may read it)", path.display()));
        }
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) => {
            bail!("{} is a symbolic link: name the file that it leads to in source.auth-log", path.display());
        }
        Err(error) => return Err(error).with_context(|| format!("opening {}", path.display())),
    };
    let meta = file.metadata().with_context(|| format!("looking at {}", path.display()))?;
    if !meta.is_file() {
        bail!("{} is no regular file", path.display());
    }
    Ok(Some(LogFile { path: path.to_owned(), device: meta.dev(), inode: meta.ino(), file }))
}

impl LogFile {
    /// Its length now.
    pub(super) fn length(&self) -> anyhow::Result<u64> {
        Ok(self.meta()?.len())
    }

    fn meta(&self) -> anyhow::Result<Metadata> {
        self.file.metadata().with_context(|| format!("looking at {}", self.path.display()))
    }

    /// Reads at an offset; 0 at the end.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> anyhow::Result<usize> {
        loop {
            match self.file.read_at(buffer, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.with_context(|| format!("reading {}", self.path.display())),
            }
        }
    }

    /// What this file is known by when it was read up to this offset. `path` is the configured one, which stays.
    pub(super) fn position(&self, path: &Path, offset: u64) -> anyhow::Result<FilePosition> {
        let hashed = offset.min(HASHED);
        let hash = self.hash(offset, hashed)?.unwrap_or(0);
        Ok(FilePosition { path: path.to_owned(), device: self.device, inode: self.inode, offset, hash, hashed })
    }

    /// The hash of the bytes before an offset; none where the file is shorter.
    fn hash(&self, offset: u64, hashed: u64) -> anyhow::Result<Option<u64>> {
        let mut bytes = vec![0; usize::try_from(hashed)?];
        let mut at = 0;
        while at < bytes.len() {
            let read = self.read_at(&mut bytes[at..], offset - hashed + at as u64)?;
            if read == 0 {
                return Ok(None);
            }
            at += read;
        }
        Ok(Some(hash(&bytes)))
    }

    /// Does this file begin with everything that was read up to the position, as far as its hash tells?
    pub(super) fn continues(&self, position: &FilePosition) -> anyhow::Result<bool> {
        Ok(position.offset >= position.hashed && self.hash(position.offset, position.hashed)? == Some(position.hash))
    }

    /// Is it the same file, not only the same content?
    pub(super) fn is(&self, position: &FilePosition) -> bool {
        self.device == position.device && self.inode == position.inode
    }
}

/// The older generations of a log beside it, the newest first: `NAME.1`, `NAME-20260330`, and what gzip made of them.
pub(super) fn generations(path: &Path) -> Vec<PathBuf> {
    let Some(name) = path.file_name() else { return Vec::new() };
    let name = name.to_string_lossy().into_owned();
    let directory = path.parent().unwrap_or(Path::new("/"));
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| {
            let other = entry.file_name();
            let other = other.to_string_lossy();
            let rest = other.strip_prefix(name.as_str()).unwrap_or_default();
            rest.starts_with('.') || rest.starts_with('-')
        })
        .filter_map(|entry| {
            let meta = entry.metadata().ok().filter(Metadata::is_file)?;
            Some((meta.modified().ok()?, entry.path()))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

/// What lies behind the position in a generation that gzip compressed; none where it is another file's. The content goes
/// into an unnamed temporary file, so that it is read as any other.
pub(super) fn uncompressed(path: &Path, position: &FilePosition) -> anyhow::Result<Option<LogFile>> {
    if path.extension().is_none_or(|extension| extension != "gz") {
        return Ok(None);
    }
    let Some(compressed) = open(path)? else { return Ok(None) };
    let mut plain = tempfile::tempfile().context("making a temporary file")?;
    let mut reader = MultiGzDecoder::new(&compressed.file);
    if io::copy(&mut reader.by_ref(), &mut plain).is_err() {
        return Ok(None);
    }
    let file = LogFile { path: path.to_owned(), file: plain, device: 0, inode: 0 };
    Ok(file.continues(position)?.then_some(file))
}
