//! Binds journald's socket over the file `/dev/log` of one chroot.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat, StatxAttributes, StatxFlags,
};
use rustix::mount::UnmountFlags;

use super::walk::{SafeDirectory, failed};
use crate::adapters::sight::SOCKET;
use crate::adapters::store::UnsafePath;

/// The most stale mounts that are removed from one file: each restart of the socket unit leaves one.
const STALE_MOST: usize = 64;

/// The result of a bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// Nothing was done: `/dev/log` leads to the present socket.
    Already,
    /// The socket was bound.
    Bound,
    /// The socket was bound in place of an old one on which no process listens.
    Renewed,
}

/// The present socket's device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Socket(u64, u64);

impl Socket {
    pub(super) fn present() -> Result<Socket, UnsafePath> {
        let path = Path::new(SOCKET);
        let mend = "`systemctl status systemd-journald-dev-log.socket` says why";
        match rustix::fs::lstat(path) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Socket => {
                Ok(Socket::of(&stat))
            }
            Ok(_) => Err(UnsafePath::new(path, "is no socket", mend)),
            Err(errno) => Err(UnsafePath::new(path, errno, mend)),
        }
    }

    fn of(stat: &Stat) -> Socket {
        Socket(stat.st_dev, stat.st_ino)
    }
}

/// Binds the socket to the chroot's `/dev/log`, unless it is bound already.
pub(super) fn bind(chroot: &Path, socket: Socket) -> Result<Done, UnsafePath> {
    let chroot = SafeDirectory::root()?.walk(chroot)?;
    if leads_to(&chroot, socket) {
        return Ok(Done::Already);
    }
    let dev = device_directory(&chroot)?;
    let log = Path::new("log");
    let path = dev.path.join(log);
    let mut done = Done::Bound;
    for _ in 0..STALE_MOST {
        let Some(stat) = dev.look(log)? else {
            create(&dev, log)?;
            continue;
        };
        let (why, remove) = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink => (
                "is a symbolic link that does not lead to journald's socket",
                "rm",
            ),
            FileType::Directory => ("is a directory", "rmdir"),
            _ => ("", ""),
        };
        if !why.is_empty() {
            let remedy = format!("{remove} {}", path.display());
            return Err(UnsafePath::new(&path, why, remedy));
        }
        let file = open(&dev, log)?;
        let own = format!("/proc/self/fd/{}", file.as_raw_fd());
        if is_mount(&dev, log, &stat)? {
            rustix::mount::unmount(own, UnmountFlags::DETACH)
                .map_err(|errno| failed(&path, "cannot be unmounted", errno))?;
            done = Done::Renewed;
            continue;
        }
        rustix::mount::mount_bind(SOCKET, own)
            .map_err(|errno| failed(&path, "cannot be mounted over", errno))?;
        return match leads_to(&chroot, socket) {
            true => Ok(done),
            false => {
                let why = "does not lead to journald's socket though it was bound there";
                Err(UnsafePath::new(&path, why, "run it again"))
            }
        };
    }
    let mend = format!("umount {} until nothing is mounted there", path.display());
    Err(UnsafePath::new(&path, "is mounted over too often", mend))
}

/// Does `/dev/log` lead to the socket for a process inside the chroot? The kernel follows links in the same way there.
fn leads_to(chroot: &SafeDirectory, socket: Socket) -> bool {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let opened = rustix::fs::openat2(
        chroot.fd.as_fd(),
        "dev/log",
        flags,
        Mode::empty(),
        ResolveFlags::IN_ROOT,
    );
    // Kernels before 5.6 do not have this call; then a link does not count.
    let opened = opened.or_else(|_| {
        let flags = flags | OFlags::NOFOLLOW;
        rustix::fs::openat(chroot.fd.as_fd(), "dev/log", flags, Mode::empty())
    });
    opened
        .and_then(rustix::fs::fstat)
        .is_ok_and(|stat| Socket::of(&stat) == socket)
}

/// Opens the chroot's `/dev`; creates it if needed.
fn device_directory(chroot: &SafeDirectory) -> Result<SafeDirectory, UnsafePath> {
    let name = Path::new("dev");
    let path = chroot.path.join(name);
    if chroot.look(name)?.is_none() {
        let mode = Mode::from_raw_mode(0o755);
        rustix::fs::mkdirat(chroot.fd.as_fd(), name, mode)
            // The umask may have removed permissions that a partner needs.
            .and_then(|()| rustix::fs::chmodat(chroot.fd.as_fd(), name, mode, AtFlags::empty()))
            .map_err(|errno| failed(&path, "cannot be made", errno))?;
    }
    let dev = chroot.enter(name)?;
    let own = rustix::fs::stat("/dev").map(|stat| (stat.st_dev, stat.st_ino));
    let stat = dev.stat()?;
    if own == Ok((stat.st_dev, stat.st_ino)) {
        // A change here would affect the whole machine.
        let mend = "bind /run/systemd/journal to the same path in the chroot";
        return Err(UnsafePath::new(&path, "is the machine's own /dev", mend));
    }
    Ok(dev)
}

/// Creates an empty file, over which the socket is bound.
fn create(dev: &SafeDirectory, name: &Path) -> Result<(), UnsafePath> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(dev.fd.as_fd(), name, flags, Mode::from_raw_mode(0o644))
        .map(drop)
        .map_err(|errno| failed(&dev.path.join(name), "cannot be made", errno))
}

fn open(dev: &SafeDirectory, name: &Path) -> Result<OwnedFd, UnsafePath> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(dev.fd.as_fd(), name, flags, Mode::empty())
        .map_err(|errno| failed(&dev.path.join(name), "cannot be opened", errno))
}

/// Is a file system or a file mounted there?
fn is_mount(dev: &SafeDirectory, name: &Path, stat: &Stat) -> Result<bool, UnsafePath> {
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let mount_root = StatxAttributes::MOUNT_ROOT;
    match rustix::fs::statx(dev.fd.as_fd(), name, flags, StatxFlags::BASIC_STATS) {
        Ok(found) if found.stx_attributes_mask.contains(mount_root) => {
            Ok(found.stx_attributes.contains(mount_root))
        }
        // Kernels before 5.8 do not report mounts; a file on another device is mounted.
        _ => Ok(stat.st_dev != dev.stat()?.st_dev),
    }
}
