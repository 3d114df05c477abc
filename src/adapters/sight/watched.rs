//! Watches the files on which the partners' `/dev/log` depends: accounts, the sshds and their configuration, chroots.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::seen::{DevLog, SOCKET, Sight};
use crate::adapters::userdb::SHADOW;

/// The paths of the path unit: the files of accounts, and paths that change when an sshd gets another configuration, starts, or
/// its unit is enabled.
const WATCHED: [&str; 8] = [
    "/etc/passwd",
    "/etc/group",
    SHADOW,
    "/etc/ssh",
    "/etc/ssh/sshd_config.d",
    "/etc/systemd/system/multi-user.target.wants",
    "/run/sshd.pid",
    SOCKET,
];

/// The pause between two looks at the files.
const TURN: Duration = Duration::from_secs(1);

/// How old the last change must be before no further change is expected: making an account takes several changes.
const OLD: Duration = Duration::from_secs(5);

/// How long to wait for a change if work is left: the needed change may happen elsewhere, such as in LDAP.
const PATIENCE: Duration = Duration::from_secs(60);

/// The watched paths, each with the stamp of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WatchedPaths {
    files: Vec<(PathBuf, Option<FileStamp>)>,
}

/// A file's stamp: device, inode, and the time of the last change of any kind (ctime), in seconds and nanoseconds.
type FileStamp = (u64, u64, i64, i64);

impl WatchedPaths {
    /// The watched paths as they are now.
    pub(crate) fn now(sight: Option<&Sight>) -> WatchedPaths {
        let mut paths: BTreeSet<PathBuf> = WATCHED.iter().map(PathBuf::from).collect();
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
    pub(crate) fn is_of_same(&self, other: &WatchedPaths) -> bool {
        let paths = |still: &WatchedPaths| -> Vec<PathBuf> {
            still.files.iter().map(|(path, _)| path.clone()).collect()
        };
        paths(self) == paths(other)
    }

    /// Was the last change long enough ago?
    pub(crate) fn is_old(&self) -> bool {
        let latest = self.changes().map(|(_, at)| at).max();
        // If the clock was set back, this does not wait longer.
        latest.is_none_or(|at| !at.elapsed().is_ok_and(|age| age <= OLD))
    }

    /// The path that changed first of those that changed then or later, and how long ago it did.
    pub(super) fn changed_since(&self, then: SystemTime) -> Option<(&Path, Duration)> {
        let later = self.changes().filter(|(_, at)| *at >= then);
        let ages = later.filter_map(|(path, at)| Some((path, at.elapsed().ok()?)));
        ages.max_by_key(|(_, age)| *age)
    }

    /// The times of the last change of the paths that exist.
    fn changes(&self) -> impl Iterator<Item = (&Path, SystemTime)> {
        self.files.iter().filter_map(|(path, file)| {
            let (.., seconds, nanoseconds) = (*file)?;
            let seconds = Duration::from_secs(u64::try_from(seconds).ok()?);
            let nanoseconds = Duration::from_nanos(u64::try_from(nanoseconds).ok()?);
            Some((
                path.as_path(),
                SystemTime::UNIX_EPOCH + seconds + nanoseconds,
            ))
        })
    }

    /// Waits until a file changes, and a moment more, since several changes come together, or until it is time to look again. If
    /// all is `done`, it returns as soon as the last change is old enough: false, because nothing has changed.
    pub(crate) fn wait_for_change(&self, done: bool) -> bool {
        let begun = Instant::now();
        loop {
            if WatchedPaths::of(self.files.iter().map(|(path, _)| path.clone())) != *self {
                std::thread::sleep(TURN);
                return true;
            }
            if done && self.is_old() {
                return false;
            }
            if begun.elapsed() > PATIENCE {
                return true;
            }
            std::thread::sleep(TURN);
        }
    }
}

fn look(path: &Path) -> Option<FileStamp> {
    let stat = fs::symlink_metadata(path).ok()?;
    Some((stat.dev(), stat.ino(), stat.ctime(), stat.ctime_nsec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_the_service_is_watched_while_it_runs() {
        let unit = include_str!("../../../units/sftp-monitor-devlog.path");
        let paths = unit
            .lines()
            .filter_map(|line| line.strip_prefix("PathChanged="));
        let mut paths: Vec<&str> = paths.collect();
        // The monitor writes it until the service begins to look.
        paths.retain(|path| *path != "/run/sftp-monitor/changed");
        let mut watched = WATCHED.to_vec();
        paths.sort_unstable();
        watched.sort_unstable();
        assert_eq!(paths, watched);
    }

    #[test]
    fn of_the_changes_since_a_time_the_first_counts() {
        let at = |seconds: i64| Some((1, 1, seconds, 0));
        let files = [
            ("/a", at(100)),
            ("/b", at(300)),
            ("/c", at(200)),
            ("/d", None),
        ];
        let watched = WatchedPaths {
            files: files.map(|(path, file)| (path.into(), file)).into(),
        };
        let since = |seconds| {
            let then = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            watched.changed_since(then).map(|(path, _)| path.to_owned())
        };
        assert_eq!(since(101), Some("/c".into()));
        assert_eq!(since(300), Some("/b".into()));
        assert_eq!(since(301), None);
    }
}
