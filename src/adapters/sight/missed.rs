//! Asks root's units to look again if they missed a change. systemd's path units lose changes: those that fall between the last
//! look of the service and its end, and those during a `systemctl daemon-reload`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::watched::WatchedPaths;
use super::{Sight, left};
use crate::adapters::log::{Priority, line};

/// How long after a change root's units may take to begin to look.
const BEGINS: Duration = Duration::from_secs(3);

/// The pause before root's units are asked again: a change of the file can be lost as well.
const AGAIN: Duration = Duration::from_secs(10);

/// The name of the file in the service's runtime directory that the path unit watches.
const NAME: &str = "changed";

/// Asks root's units to look, through a file.
#[derive(Default)]
pub(super) struct MissedChanges {
    asked: Option<SystemTime>,
    /// Root's last look at the time of the last log line.
    logged: Option<SystemTime>,
}

impl MissedChanges {
    /// Asks if a file has changed and root has not begun to look since. Root's findings say which files count.
    pub(super) fn look(&mut self, by_root: Option<&Sight>) {
        let (Some(file), Some(looked)) = (file(), left::looked()) else {
            return;
        };
        let asked = self.asked.filter(|asked| *asked > looked);
        if asked.is_some_and(|at| at.elapsed().is_ok_and(|age| age < AGAIN)) {
            return;
        }
        let watched = WatchedPaths::now(by_root);
        let Some((path, age)) = watched.changed_since(looked) else {
            return;
        };
        if age < BEGINS {
            return;
        }
        self.asked = Some(SystemTime::now());
        let written = fs::write(&file, "");
        if self.logged.replace(looked) == Some(looked) {
            return;
        }
        let (path, file) = (path.display(), file.display());
        let how = match written {
            Ok(()) => format!("it is asked through {file}"),
            Err(error) => format!("writing {file}: {error}"),
        };
        let told =
            format!("{path} has changed, and sftp-monitor-devlog has not looked since: {how}");
        line(Priority::Info, &told);
    }
}

/// The file that the path unit watches; `None` if systemd has made no directory for it.
fn file() -> Option<PathBuf> {
    let directories = std::env::var("RUNTIME_DIRECTORY").ok()?;
    // A drop-in may add directories to the unit's own.
    let own = directories.split(':').next()?;
    Some(PathBuf::from(own).join(NAME))
}
