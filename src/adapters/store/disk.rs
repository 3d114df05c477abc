//! The operations on the state directory that make up a commit.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid, XattrFlags};
use rustix::io::Errno;

use super::error::UnsafePath;
use super::locks;
use crate::domain::base::time::Time;

/// The largest file that is read: a state of ten thousand partners has two megabytes, so a larger file is no state.
pub const LARGEST_FILE: u64 = 256 << 20;

/// The most that an extended attribute can hold (xattr(7)).
const LARGEST_ATTRIBUTE: usize = 64 << 10;

/// The operations on a directory, by name within it. The simulation of crashes replaces [`RealDisk`].
pub trait Disk {
    /// A held lock; dropping it releases the lock.
    type Lock;

    /// The path of a name, for people.
    fn path(&self, name: &str) -> PathBuf;

    /// Takes a lock, and creates its file and the directory if needed; `None` if others hold it for all of `wait`.
    fn lock(&mut self, name: &str, wait: Duration) -> io::Result<Option<Self::Lock>>;

    /// Opens the directory; false if it does not exist.
    fn enter(&mut self) -> io::Result<bool>;

    /// Reads a file's content; `None` if there is no such file.
    fn read(&mut self, name: &str) -> io::Result<Option<StoredFile>>;

    /// Identifies a file's present content without reading it; `None` if there is no such file, or it cannot be seen.
    fn version(&mut self, name: &str) -> Option<FileVersion>;

    /// Writes a file that must not exist yet, with mode, owner and access list of the first of `like` that exists; its
    /// content is durable on return. After an error the caller removes the remains.
    fn write_new(&mut self, name: &str, bytes: &[u8], like: &[&str]) -> io::Result<()>;

    /// Gives a file a second name, which must not exist yet.
    fn link(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Renames a file, and replaces `to` if it exists.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a name.
    fn unlink(&mut self, name: &str) -> io::Result<()>;

    /// Makes a file's content durable.
    fn sync(&mut self, name: &str) -> io::Result<()>;

    /// Makes the directory's names durable.
    fn sync_directory(&mut self) -> io::Result<()>;

    /// Lists all names in the directory.
    fn names(&mut self) -> io::Result<Vec<String>>;
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its content; `None` if it is larger than [`LARGEST_FILE`].
    pub bytes: Option<Vec<u8>>,
    /// The time of the last write.
    pub modified: Time,
}

/// Identifies a file's content: another one, or a changed one, has another version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileVersion {
    /// The device and the inode.
    pub inode: (u64, u64),
    /// The time of the last write, in seconds and nanoseconds.
    pub modified: (i64, u64),
    /// The size.
    pub size: i64,
}

/// A real directory.
#[derive(Debug)]
pub struct RealDisk {
    path: PathBuf,
    directory: Option<OwnedFd>,
}

impl RealDisk {
    /// The directory at `path`, not opened yet.
    pub fn new(path: &Path) -> Self {
        RealDisk {
            path: path.to_owned(),
            directory: None,
        }
    }

    /// Opens the directory again: it may have been removed and created again since the last time.
    fn open(&mut self) -> io::Result<()> {
        self.directory = None;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::open(&self.path, flags, Mode::empty())?;
        let stat = rustix::fs::fstat(&directory)?;
        not_everyones(&self.path, &stat)?;
        self.directory = Some(directory);
        Ok(())
    }

    /// Creates the directory; its parent must exist.
    fn create(&self) -> io::Result<()> {
        // The administrators' group may read it, because other tools read the counters; not everyone, because of the
        // partners' names.
        rustix::fs::mkdir(&self.path, Mode::from_raw_mode(0o750))?;
        if let Some(parent) = self.path.parent() {
            // Best effort: a writable parent may be unreadable.
            let _ = File::open(parent).and_then(|parent| parent.sync_all());
        }
        Ok(())
    }

    fn directory(&self) -> io::Result<BorrowedFd<'_>> {
        match &self.directory {
            Some(directory) => Ok(directory.as_fd()),
            None => Err(Errno::NOENT.into()),
        }
    }

    /// Opens a file that must be a plain one. Without O_NONBLOCK, opening a FIFO would wait for its writer.
    fn open_file(&self, name: &str, flags: OFlags) -> io::Result<(File, Stat)> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o640);
        let file = match rustix::fs::openat(self.directory()?, name, flags, mode) {
            // open(2) returns these for a directory, and for a socket or a FIFO without a reader.
            Err(Errno::ISDIR) => Err(UnsafePath::no_file(&self.path(name), "a directory"))?,
            Err(Errno::NXIO) => Err(UnsafePath::no_file(&self.path(name), "a FIFO or a socket"))?,
            other => other?,
        };
        let stat = rustix::fs::fstat(&file)?;
        plain(&self.path(name), &stat)?;
        Ok((File::from(file), stat))
    }

    /// Refuses the directory if one of these names exists and is not a plain file.
    pub(crate) fn inspect(&mut self, names: &[&str]) -> io::Result<()> {
        if !self.enter()? {
            return Ok(());
        }
        for name in names {
            match rustix::fs::statat(self.directory()?, *name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => {}
                stat => plain(&self.path(name), &stat?)?,
            }
        }
        Ok(())
    }
}

/// Refuses everything but a plain file.
fn plain(path: &Path, stat: &Stat) -> io::Result<()> {
    let what = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Symlink => "a symbolic link",
        FileType::Directory => "a directory",
        _ => "a device, FIFO or socket",
    };
    Err(UnsafePath::no_file(path, what).into())
}

/// Refuses a directory in which everyone can create files; only the owner and its group may.
fn not_everyones(path: &Path, stat: &Stat) -> io::Result<()> {
    if stat.st_mode & 0o002 == 0 {
        return Ok(());
    }
    let remedy = format!("run `chmod o-w {}`", path.display());
    Err(UnsafePath::new(path, "can be written by everyone", remedy).into())
}

/// Refuses a directory of another user: root's files would stop the daemon, and files of another owner could be
/// links that this process follows. Root's own directory is accepted: root decides who may write there.
fn ours(path: &Path, stat: &Stat) -> io::Result<()> {
    let me = rustix::process::geteuid().as_raw();
    if stat.st_uid == me || stat.st_uid == 0 {
        return Ok(());
    }
    let why = format!("belongs to uid {}, and this is uid {me}", stat.st_uid);
    let remedy = format!("run this as that user, or `chown {me} {}`", path.display());
    Err(UnsafePath::new(path, why, remedy).into())
}

impl Disk for RealDisk {
    type Lock = OwnedFd;

    fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn lock(&mut self, name: &str, wait: Duration) -> io::Result<Option<OwnedFd>> {
        match self.open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create()?;
                self.open()?;
            }
            other => other?,
        }
        ours(&self.path, &rustix::fs::fstat(self.directory()?)?)?;
        locks::acquire(wait, || {
            let (file, stat) = self.open_file(name, OFlags::RDWR | OFlags::CREATE)?;
            Ok((OwnedFd::from(file), stat))
        })
    }

    fn enter(&mut self) -> io::Result<bool> {
        match self.open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            other => other.map(|()| true),
        }
    }

    fn read(&mut self, name: &str) -> io::Result<Option<StoredFile>> {
        let (file, stat) = match self.open_file(name, OFlags::RDONLY) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        // The size is a hint: a reading that grows its buffer step by step copies a large state several times.
        let size = u64::try_from(stat.st_size).unwrap_or(0).min(LARGEST_FILE);
        let mut bytes = Vec::with_capacity(usize::try_from(size + 1).unwrap_or(0));
        file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
        let whole = bytes.len() as u64 <= LARGEST_FILE;
        Ok(Some(StoredFile {
            bytes: whole.then_some(bytes),
            modified: Time::from_seconds(stat.st_mtime)
                .plus(Duration::from_nanos(stat.st_mtime_nsec)),
        }))
    }

    fn version(&mut self, name: &str) -> Option<FileVersion> {
        // By path: the directory may have been replaced.
        let stat = rustix::fs::lstat(self.path(name)).ok()?;
        Some(FileVersion {
            inode: (stat.st_dev, stat.st_ino),
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            size: stat.st_size,
        })
    }

    fn write_new(&mut self, name: &str, bytes: &[u8], like: &[&str]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let (mut file, _) = self.open_file(name, flags)?;
        file.write_all(bytes)?;
        for model in like {
            match self.open_file(model, OFlags::RDONLY) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => resemble(&file, &other?.0)?,
            }
            break;
        }
        file.sync_all()
    }

    fn link(&mut self, from: &str, to: &str) -> io::Result<()> {
        let directory = self.directory()?;
        Ok(rustix::fs::linkat(
            directory,
            from,
            directory,
            to,
            AtFlags::empty(),
        )?)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let directory = self.directory()?;
        Ok(rustix::fs::renameat(directory, from, directory, to)?)
    }

    fn unlink(&mut self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(
            self.directory()?,
            name,
            AtFlags::empty(),
        )?)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        // fsync(2) needs a file descriptor, but not a writable one.
        self.open_file(name, OFlags::RDONLY)?.0.sync_all()
    }

    fn sync_directory(&mut self) -> io::Result<()> {
        Ok(rustix::fs::fsync(self.directory()?)?)
    }

    fn names(&mut self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(self.directory()?)? {
            // All names of this program are ASCII, so others are left out.
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            names.extend(name.into_string());
        }
        Ok(names)
    }
}

/// Gives `file` the group, owner, mode and access list of `model`, as far as this process may.
fn resemble(file: &File, model: &File) -> io::Result<()> {
    let (have, want) = (rustix::fs::fstat(file)?, rustix::fs::fstat(model)?);
    // Set one after the other: a process that may not change the owner may still set one of its own groups.
    let group = (have.st_gid != want.st_gid).then(|| Gid::from_raw(want.st_gid));
    let owner = (have.st_uid != want.st_uid).then(|| Uid::from_raw(want.st_uid));
    for (owner, group) in [(None, group), (owner, None)] {
        if owner.is_some() || group.is_some() {
            allowed(rustix::fs::fchown(file, owner, group))?;
        }
    }
    rustix::fs::fchmod(file, Mode::from_raw_mode(want.st_mode & 0o777))?;
    // Linux keeps a file's access list (acl(5)) in this attribute; most files have none.
    let name = c"system.posix_acl_access";
    let mut list = vec![0; LARGEST_ATTRIBUTE];
    if let Ok(length) = rustix::fs::fgetxattr(model, name, &mut list[..]) {
        let set = rustix::fs::fsetxattr(file, name, &list[..length], XattrFlags::empty());
        allowed(set)?;
    }
    Ok(())
}

/// Ignores a permission error: a state with another owner is better than no state.
fn allowed(result: Result<(), Errno>) -> io::Result<()> {
    match result {
        Err(Errno::PERM | Errno::NOTSUP) => Ok(()),
        other => Ok(other?),
    }
}
