//! Opens a directory if every directory on its path belongs to root alone, as sshd demands of a chroot.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::adapters::store::UnsafePath;

/// The permission bits that let users other than the owner write.
pub(super) const OTHERS_WRITE: u32 = 0o022;

/// The error of a failed call, which changed nothing.
pub(super) fn failed(path: &Path, action: &str, errno: Errno) -> UnsafePath {
    let remedy = match errno {
        Errno::ROFS => "mount its file system read-write",
        Errno::PERM | Errno::ACCESS => "run this as root, with its capabilities",
        _ => "`ls -ld` shows what stands there",
    };
    UnsafePath::new(path, format_args!("{action}: {errno}"), remedy)
}

/// A directory that was opened step by step, and its path.
#[derive(Debug)]
pub(super) struct SafeDirectory {
    pub(super) fd: OwnedFd,
    pub(super) path: PathBuf,
    /// The uid that must own every directory on the path: root's.
    owner: u32,
}

impl SafeDirectory {
    /// Opens the root directory.
    pub(super) fn root() -> Result<SafeDirectory, UnsafePath> {
        SafeDirectory::at(Path::new("/"), 0)
    }

    /// Opens a directory as the start of a path.
    fn at(path: &Path, owner: u32) -> Result<SafeDirectory, UnsafePath> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        SafeDirectory::opened(
            rustix::fs::open(path, flags, Mode::empty()),
            path.to_owned(),
            owner,
        )
    }

    fn opened(
        fd: Result<OwnedFd, Errno>,
        path: PathBuf,
        owner: u32,
    ) -> Result<SafeDirectory, UnsafePath> {
        let fd = fd.map_err(|errno| failed(&path, "cannot be opened", errno))?;
        let place = SafeDirectory { fd, path, owner };
        // The opened directory is checked, not the one that was looked at before.
        place.stat().and_then(|stat| place.trusted(&stat))?;
        Ok(place)
    }

    /// Opens a directory below this one: no link is followed, and each directory on the path must be root's alone.
    pub(super) fn walk(self, below: &Path) -> Result<SafeDirectory, UnsafePath> {
        let mut place = self;
        for component in below.components() {
            match component {
                Component::Normal(name) => place = place.enter(Path::new(name))?,
                Component::RootDir | Component::CurDir => {}
                Component::ParentDir | Component::Prefix(_) => {
                    let mend = "write the path without it";
                    return Err(UnsafePath::new(below, "holds `..`", mend));
                }
            }
        }
        Ok(place)
    }

    /// Opens a directory in this one.
    pub(super) fn enter(&self, name: &Path) -> Result<SafeDirectory, UnsafePath> {
        let path = self.path.join(name);
        let stat = match self.look(name)? {
            Some(stat) => stat,
            None => {
                let mend = format!("mkdir -m 0755 {}", path.display());
                return Err(UnsafePath::new(&path, "is not there", mend));
            }
        };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {}
            FileType::Symlink => {
                let mend = "write the path that it leads to into sshd's configuration";
                return Err(UnsafePath::new(&path, "is a symbolic link", mend));
            }
            _ => {
                let mend = "a directory must stand there";
                return Err(UnsafePath::new(&path, "is no directory", mend));
            }
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(self.fd.as_fd(), name, flags, Mode::empty());
        SafeDirectory::opened(fd, path, self.owner)
    }

    /// The file of this name; `None` if there is no such file.
    pub(super) fn look(&self, name: &Path) -> Result<Option<Stat>, UnsafePath> {
        match rustix::fs::statat(self.fd.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => {
                let path = self.path.join(name);
                Err(failed(&path, "cannot be looked at", errno))
            }
        }
    }

    pub(super) fn stat(&self) -> Result<Stat, UnsafePath> {
        rustix::fs::fstat(self.fd.as_fd())
            .map_err(|errno| failed(&self.path, "cannot be looked at", errno))
    }

    /// Refuses a directory in which users other than root can replace files.
    fn trusted(&self, stat: &Stat) -> Result<(), UnsafePath> {
        let path = self.path.display();
        if stat.st_uid != self.owner {
            let why = format!("belongs to uid {}, not to root", stat.st_uid);
            return Err(UnsafePath::new(
                &self.path,
                why,
                format!("chown root {path}"),
            ));
        }
        if stat.st_mode & OTHERS_WRITE != 0 {
            let why = format!(
                "is writable by others than root (mode {:04o})",
                stat.st_mode & 0o7777
            );
            let mend = format!("chmod go-w {path}");
            return Err(UnsafePath::new(&self.path, why, mend));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// A directory of this user alone; it stands for the root.
    fn root() -> (tempfile::TempDir, u32) {
        let directory = tempfile::tempdir().unwrap();
        set_mode(directory.path(), 0o755);
        (directory, rustix::process::geteuid().as_raw())
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }

    fn refused(root: &Path, owner: u32, below: &str) -> String {
        let walked = SafeDirectory::at(root, owner).and_then(|place| place.walk(Path::new(below)));
        let said = walked.unwrap_err().to_string();
        said.replace(&root.display().to_string(), "")
    }

    #[test]
    fn a_way_of_roots_own_directories_is_walked() {
        let (directory, owner) = root();
        std::fs::create_dir_all(directory.path().join("srv/sftp/alice")).unwrap();
        for name in ["srv", "srv/sftp", "srv/sftp/alice"] {
            set_mode(&directory.path().join(name), 0o755);
        }
        let place = SafeDirectory::at(directory.path(), owner).unwrap();
        let place = place.walk(Path::new("/srv/./sftp/alice")).unwrap();
        assert_eq!(place.path, directory.path().join("srv/sftp/alice"));
    }

    #[test]
    fn whatever_another_could_have_put_there_is_refused_with_its_mend() {
        let (directory, owner) = root();
        let at = |name: &str| directory.path().join(name);
        std::fs::create_dir_all(at("srv/sftp")).unwrap();
        set_mode(&at("srv"), 0o755);
        set_mode(&at("srv/sftp"), 0o775);
        std::fs::write(at("file"), "").unwrap();
        symlink(at("srv"), at("link")).unwrap();
        for (below, expected) in [
            (
                "/srv/sftp/alice",
                "/srv/sftp is writable by others than root (mode 0775): chmod go-w /srv/sftp",
            ),
            (
                "/srv/none",
                "/srv/none is not there: mkdir -m 0755 /srv/none",
            ),
            (
                "/link/sftp",
                "/link is a symbolic link: write the path that it leads to into sshd's configuration",
            ),
            (
                "/file",
                "/file is no directory: a directory must stand there",
            ),
            (
                "/srv/../srv",
                "/srv/../srv holds `..`: write the path without it",
            ),
        ] {
            assert_eq!(refused(directory.path(), owner, below), expected);
        }
        let said = refused(directory.path(), owner + 1, "/srv");
        let expected = format!(" belongs to uid {owner}, not to root: chown root ");
        assert_eq!(said, expected);
    }
}
