//! The state directory: whose it is, and whether `daily.json` can be read.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::units::{SERVICE, USER};
use super::words::path;
use crate::adapters::store::{StateError, Store, no_room};
use crate::adapters::userdb::nss::{self, NoAnswer};
use crate::domain::base::clean::{PATH, clean};
use crate::domain::base::time::{Time, Zone};
use crate::domain::state::Daily;

/// The name of the matter.
const NAME: &str = "state";

/// What was seen of the directory.
#[derive(Debug)]
pub(super) enum Seen {
    /// It is not there yet.
    Nothing,
    /// This user may not look into it.
    Closed,
    /// It is there.
    There {
        /// What of it is somebody else's, and whose: the directory, or `daily.json`, as one that was copied there is. None
        /// where all is the service's, or the service has no user.
        foreign: Option<(PathBuf, String)>,
        /// Its mode.
        mode: u32,
        /// Why its file system takes nothing.
        no_room: Option<String>,
        /// What is in it.
        daily: Box<Result<Option<Daily>, StateError>>,
    },
}

impl Seen {
    /// The state, where it is there and sound.
    pub(super) fn daily(&self) -> Option<&Daily> {
        match self {
            Seen::There { daily, .. } => daily.as_ref().as_ref().ok()?.as_ref(),
            Seen::Nothing | Seen::Closed => None,
        }
    }
}

pub(super) fn gather(directory: &Path, zone: Zone, now: Time) -> Seen {
    let meta = match std::fs::metadata(directory) {
        Ok(meta) => meta,
        Err(error) if error.kind() == ErrorKind::NotFound => return Seen::Nothing,
        Err(_) => return Seen::Closed,
    };
    let daily = Store::open(directory).and_then(|mut store| store.load(zone.local(now)));
    if let Err(StateError::Disk { cause, .. }) = &daily {
        if cause.kind() == ErrorKind::PermissionDenied {
            return Seen::Closed;
        }
    }
    // Where there is no answer it is not known whether they are foreign.
    let user = nss::by_name(USER.as_bytes()).ok().flatten();
    let owner = |uid: u32| match nss::by_uid(uid) {
        Ok(Some(account)) => String::from_utf8_lossy(&account.name).into_owned(),
        Ok(None) | Err(NoAnswer) => format!("uid {uid}"),
    };
    let foreign = |path: PathBuf| {
        let uid = std::fs::metadata(&path).ok()?.uid();
        let foreign = user.as_ref()?.uid != uid;
        foreign.then(|| (path, owner(uid)))
    };
    let foreign = foreign(directory.to_owned()).or_else(|| foreign(directory.join("daily.json")));
    Seen::There {
        foreign,
        mode: meta.mode() & 0o7777,
        no_room: no_room(directory),
        daily: Box::new(daily),
    }
}

/// What is said of it; nothing where this user may not look.
pub(super) fn judge(seen: &Seen, directory: &Path, root: bool) -> Option<Finding> {
    let (shown, word) = (directory.display(), path(directory));
    let restart = format!("sudo systemctl try-restart {SERVICE}");
    let (foreign, mode, no_room, daily) = match seen {
        Seen::Nothing => {
            let said = format!("{shown} is not there yet: the service makes it");
            return Some(Finding::ok(NAME, said));
        }
        Seen::Closed if root => {
            let said = format!("{shown} cannot be read, not even by root");
            return Some(Finding::problem(NAME, said).mended_by(format!("ls -ld {word}")));
        }
        Seen::Closed => return None,
        Seen::There {
            foreign,
            mode,
            no_room,
            daily,
        } => (foreign, *mode, no_room, daily),
    };
    if let Some((what, owner)) = foreign {
        let what = what.display();
        let said = format!("{what} belongs to {owner}: the service cannot read or write it");
        let mend = format!("sudo chown -R {USER}:{USER} {word} && {restart}");
        return Some(Finding::problem(NAME, said).mended_by(mend));
    }
    if mode & 0o022 != 0 {
        let said =
            format!("{shown} is writable by others (mode {mode:04o}): the service refuses it");
        let mend = format!("sudo chmod go-w {word} && {restart}");
        return Some(Finding::problem(NAME, said).mended_by(mend));
    }
    if let Some(why) = no_room {
        let said = format!("{shown} cannot be written: {why}");
        return Some(Finding::problem(NAME, said).mended_by(format!("df -h {word}")));
    }
    Some(match daily.as_ref() {
        Ok(Some(daily)) => Finding::ok(
            NAME,
            format!("{shown}/daily.json is sound, of {}", daily.date),
        ),
        Ok(None) => Finding::ok(NAME, format!("{shown} holds no daily.json yet")),
        Err(error @ StateError::Damaged { .. }) => {
            Finding::warning(NAME, error.to_string()).mended_by(restart)
        }
        Err(error) => Finding::problem(NAME, error.to_string()).mended_by(format!("ls -la {word}")),
    })
}

/// The running service says that it has trouble.
pub(super) fn troubled(why: &str) -> Finding {
    Finding::problem("service", format!("it says: {}", clean(why, PATH)))
        .mended_by(format!("journalctl -u {SERVICE} -n 20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(
        foreign: Option<(&str, &str)>,
        mode: u32,
        daily: Result<Option<Daily>, StateError>,
    ) -> String {
        let seen = Seen::There {
            foreign: foreign.map(|(path, owner)| (path.into(), owner.to_owned())),
            mode,
            no_room: None,
            daily: Box::new(daily),
        };
        let said = judge(&seen, Path::new("/var/lib/sftp-monitor"), true);
        said.map(|found| found.told()).unwrap_or_default()
    }

    #[test]
    fn a_directory_that_the_service_cannot_use_has_its_mend() {
        // A daily.json that root copied there is as bad as a directory of root's.
        for what in ["/var/lib/sftp-monitor", "/var/lib/sftp-monitor/daily.json"] {
            assert_eq!(
                judged(Some((what, "root")), 0o750, Ok(None)),
                format!(
                    "problem state: {what} belongs to root: the service cannot read or write it\n  \
                     > sudo chown -R sftp-monitor:sftp-monitor /var/lib/sftp-monitor && sudo systemctl try-restart sftp-monitor.service\n"
                )
            );
        }
        assert!(
            judged(None, 0o777, Ok(None)).starts_with(
                "problem state: /var/lib/sftp-monitor is writable by others (mode 0777)"
            )
        );
        assert_eq!(
            judged(None, 0o750, Ok(None)),
            "ok state: /var/lib/sftp-monitor holds no daily.json yet\n"
        );
        let daily = Daily::default();
        let sound = judged(None, 0o750, Ok(Some(daily)));
        assert!(
            sound.starts_with("ok state: /var/lib/sftp-monitor/daily.json is sound"),
            "{sound}"
        );
    }

    #[test]
    fn a_full_disk_is_a_problem_though_the_file_is_sound() {
        let seen = Seen::There {
            foreign: None,
            mode: 0o750,
            no_room: Some("its file system is mounted read-only".to_owned()),
            daily: Box::new(Ok(Some(Daily::default()))),
        };
        let said = judge(&seen, Path::new("/var/lib/sftp-monitor"), true);
        assert_eq!(
            said.map(|found| found.told()).unwrap_or_default(),
            "problem state: /var/lib/sftp-monitor cannot be written: its file system is mounted read-only\n  \
             > df -h /var/lib/sftp-monitor\n"
        );
    }

    #[test]
    fn a_damaged_file_is_set_aside_at_the_next_start() {
        let error = StateError::Damaged {
            path: "/var/lib/sftp-monitor/daily.json".into(),
            why: "it ends in the middle".to_owned(),
        };
        let said = judged(None, 0o750, Err(error));
        assert!(
            said.starts_with("warning state: /var/lib/sftp-monitor/daily.json is damaged"),
            "{said}"
        );
        assert!(
            said.ends_with("> sudo systemctl try-restart sftp-monitor.service\n"),
            "{said}"
        );
    }

    #[test]
    fn what_this_user_may_not_see_is_not_judged() {
        assert!(judge(&Seen::Closed, Path::new("/var/lib/sftp-monitor"), false).is_none());
    }
}
