//! Watches the files on which the partners' `/dev/log` depends: accounts, the sshds and their configuration, chroots.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::adapters::sight::{DevLog, SOCKET, Sight, left};
use crate::adapters::userdb::SHADOW;

/// The files of accounts, and files that change when an sshd starts or its unit is enabled.
const WATCHED: [&str; 5] = [
    "/etc/passwd",
    "/etc/group",
    SHADOW,
    "/etc/systemd/system/multi-user.target.wants",
    "/run/sshd.pid",
];

/// The name of a file; while it exists, the path unit starts the service again.
const WAITS: &str = "waits";

/// The pause between two looks at the files.
const TURN: Duration = Duration::from_secs(1);

/// How old the last change must be before no further change is expected: making an account takes several changes.
const OLD: Duration = Duration::from_secs(5);

/// How long to wait for a change if work is left: the needed change may happen elsewhere, such as in LDAP.
const PATIENCE: Duration = Duration::from_secs(60);

/// The watched paths, each with the stamp of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WatchedPaths {
    files: Vec<(PathBuf, Option<FileStamp>)>,
}

/// A file's stamp: device, inode, and the time of the last change of any kind (ctime), in seconds and nanoseconds.
type FileStamp = (u64, u64, i64, i64);

/// The result of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// There was no change for long enough.
    None,
    /// There was a change, or it is time to look again.
    Some,
}

impl WatchedPaths {
    /// The watched paths as they are now.
    pub(super) fn now(sight: Option<&Sight>) -> WatchedPaths {
        let mut paths: BTreeSet<PathBuf> = WATCHED.iter().map(PathBuf::from).collect();
        paths.insert(SOCKET.into());
        if let Some(sight) = sight {
            paths.extend(sight.files.keys().cloned());
            let chroots = sight.partners.values().flat_map(|seen| &seen.chroots);
            for (chroot, _) in chroots.filter(|(_, dev_log)| **dev_log != DevLog::Reaches) {
                paths.extend(chroot.ancestors().map(Path::to_owned));
                paths.insert(chroot.join("dev"));
                paths.insert(chroot.join("dev/log"));
            }
        }
        WatchedPaths::of(paths)
    }

    fn of(paths: impl IntoIterator<Item = PathBuf>) -> WatchedPaths {
        let files = paths.into_iter().map(|path| {
            let file = look(&path);
            (path, file)
        });
        WatchedPaths {
            files: files.collect(),
        }
    }

    /// Are the same paths watched?
    pub(super) fn is_of_same(&self, other: &WatchedPaths) -> bool {
        let paths = |still: &WatchedPaths| -> Vec<PathBuf> {
            still.files.iter().map(|(path, _)| path.clone()).collect()
        };
        paths(self) == paths(other)
    }

    /// Was the last change long enough ago?
    pub(super) fn is_old(&self) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let latest = self
            .files
            .iter()
            .filter_map(|(_, file)| *file)
            .map(|file| file.2);
        let latest = Duration::from_secs(latest.max().unwrap_or(0).unsigned_abs());
        // If the clock was set back, this does not wait longer.
        latest > now || now.saturating_sub(latest) > OLD
    }

    /// Waits until a file changes, and a moment more, since several changes come together. If all is `done`, it returns as soon
    /// as the last change is old enough.
    pub(super) fn wait_for_change(&self, done: bool) -> Waited {
        let begun = Instant::now();
        loop {
            if WatchedPaths::of(self.files.iter().map(|(path, _)| path.clone())) != *self {
                std::thread::sleep(TURN);
                return Waited::Some;
            }
            if done && self.is_old() {
                return Waited::None;
            }
            if begun.elapsed() > PATIENCE {
                return Waited::Some;
            }
            std::thread::sleep(TURN);
        }
    }
}

fn look(path: &Path) -> Option<FileStamp> {
    let stat = fs::symlink_metadata(path).ok()?;
    Some((stat.dev(), stat.ino(), stat.ctime(), stat.ctime_nsec()))
}

/// Creates or removes the mark that work is left.
pub(super) fn waits(waits: bool) {
    let path = Path::new(left::DIRECTORY).join(WAITS);
    // If the directory is missing, no path unit looks for the mark.
    let _ = match waits {
        true => fs::write(path, ""),
        false => fs::remove_file(path),
    };
}
