//! Checks, without writing, whether a file system has room for the next commit.

use std::path::Path;

use rustix::fs::{StatVfs, StatVfsMountFlags, statvfs};

/// The bytes that a commit needs beside the state itself.
const SPARE: u64 = 64 << 10;

/// The reason why the service cannot write its state in this directory now; `None` if no reason is found.
pub fn no_room(directory: &Path) -> Option<String> {
    let size = std::fs::metadata(directory.join("daily.json")).map_or(0, |meta| meta.len());
    judge(&statvfs(directory).ok()?, size)
}

fn judge(seen: &StatVfs, size: u64) -> Option<String> {
    // A commit writes the new file while the old one still exists.
    let needed = size.saturating_mul(2).saturating_add(SPARE);
    // `f_bavail` leaves out the space that only root may use.
    let free = seen.f_bavail.saturating_mul(seen.f_frsize);
    if seen.f_flag.contains(StatVfsMountFlags::RDONLY) {
        Some("its file system is mounted read-only".to_owned())
    } else if free < needed {
        let (free, needed) = (free >> 10, needed >> 10);
        Some(format!(
            "its file system has {free} KiB free for the service, which needs {needed} KiB"
        ))
    } else if seen.f_files > 0 && seen.f_favail == 0 {
        Some("its file system has no room for another file (`df -i`)".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_or_read_only_file_system_shows_before_anything_is_written() {
        let seen = |free: u64, files: u64, flags: StatVfsMountFlags| {
            let seen = StatVfs {
                f_bsize: 4096,
                f_frsize: 4096,
                f_blocks: 1000,
                f_bfree: 50,
                f_bavail: free,
                f_files: 100,
                f_ffree: files,
                f_favail: files,
                f_fsid: 0,
                f_flag: flags,
                f_namemax: 255,
            };
            judge(&seen, 4096).unwrap_or_default()
        };
        let none = StatVfsMountFlags::empty();
        assert_eq!(seen(18, 10, none), "");
        assert_eq!(
            seen(0, 10, none),
            "its file system has 0 KiB free for the service, which needs 72 KiB"
        );
        assert!(seen(18, 0, none).contains("another file"));
        assert!(seen(18, 10, StatVfsMountFlags::RDONLY).contains("read-only"));
    }
}
