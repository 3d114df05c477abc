//! Checks the state directory: its owner, and whether `daily.json` can be read.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::finding::{CheckReport, Finding};
use super::units::{SERVICE, USER, Units};
use super::{muted, waiting, webhook, words};
use crate::adapters::service;
use crate::adapters::store::{StateError, Store, no_room};
use crate::adapters::userdb::nss::{self, NoAnswer};
use crate::domain::base::clean::{PATH, clean};
use crate::domain::base::time::{Time, Zone};
use crate::domain::state::Daily;

/// The name of the matter.
const NAME: &str = "state";

/// The facts about the state directory.
#[derive(Debug)]
struct StateDirectory {
    path: PathBuf,
    /// The directory or `daily.json`, with its owner, if that is not the service's user, as after a copy. Also `None` if
    /// the service has no user.
    foreign: Option<(PathBuf, String)>,
    mode: u32,
    /// The reason why its file system accepts no data.
    no_room: Option<String>,
    /// The state in it.
    daily: Result<Option<Daily>, StateError>,
}

/// Checks the state, and the messages in it that wait for Slack.
pub(super) fn look(
    path: &Path,
    units: &Units,
    (zone, now): (Zone, Time),
    root: bool,
    report: &mut CheckReport,
) {
    let trouble = service::trouble().map(|why| {
        let said = format!("it reports: {}", clean(&why, PATH));
        Finding::problem("service", said).fixed_by(format!("journalctl -u {SERVICE} -n 20"))
    });
    report.findings.extend(trouble);
    let found = gather(path, zone, now);
    match &found {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let said = format!(
                "{} does not exist yet: the service creates it",
                path.display()
            );
            report.findings.push(Finding::ok(NAME, said));
        }
        Err(_) if !root => report.unseen.push("the state"),
        Err(_) => {
            let said = format!("{} cannot be read, not even by root", path.display());
            let fix = format!("ls -ld {}", words::path(path));
            report
                .findings
                .push(Finding::problem(NAME, said).fixed_by(fix));
        }
        Ok(seen) => report.findings.push(judge(seen)),
    }
    if let Ok(StateDirectory {
        daily: Ok(Some(daily)),
        ..
    }) = &found
    {
        // A refusal from before a posted test line is over.
        let refusal = daily.resume.slack_trouble.as_ref();
        let waiting = waiting::WaitingFacts {
            resume: &daily.resume,
            refusal: refusal.filter(|_| !report.posted),
            fixes: report.fixes.as_ref(),
            units,
        };
        report.findings.extend(waiting::judge(&waiting, now));
        let muted = muted::judge(&daily.resume, zone);
        report.findings.extend(muted);
        let events = &daily.resume.alerts.events;
        report.findings.extend(webhook::waiting(events, now));
    }
}

fn gather(path: &Path, zone: Zone, now: Time) -> io::Result<StateDirectory> {
    let meta = std::fs::metadata(path)?;
    let daily = Store::open(path).and_then(|mut store| store.load(zone.local(now)));
    if let Err(StateError::Disk { cause, .. }) = &daily {
        if cause.kind() == ErrorKind::PermissionDenied {
            return Err(ErrorKind::PermissionDenied.into());
        }
    }
    // If the user database does not answer, the owners cannot be judged.
    let user = nss::by_name(USER.as_bytes()).ok().flatten();
    let foreign = |path: PathBuf| {
        let uid = std::fs::metadata(&path).ok()?.uid();
        let owner = || match nss::by_uid(uid) {
            Ok(Some(account)) => String::from_utf8_lossy(&account.name).into_owned(),
            Ok(None) | Err(NoAnswer) => format!("uid {uid}"),
        };
        (user.as_ref()?.uid != uid).then(|| (path, owner()))
    };
    Ok(StateDirectory {
        path: path.to_owned(),
        foreign: foreign(path.to_owned()).or_else(|| foreign(path.join("daily.json"))),
        mode: meta.mode() & 0o7777,
        no_room: no_room(path),
        daily,
    })
}

fn judge(seen: &StateDirectory) -> Finding {
    let (shown, word, mode) = (seen.path.display(), words::path(&seen.path), seen.mode);
    let restart = format!("sudo systemctl try-restart {SERVICE}");
    if let Some((what, owner)) = &seen.foreign {
        let what = what.display();
        let said = format!("{what} belongs to {owner}: the service cannot read or write it");
        let fix = format!("sudo chown -R {USER}:{USER} {word} && {restart}");
        return Finding::problem(NAME, said).fixed_by(fix);
    }
    if mode & 0o022 != 0 {
        let said =
            format!("{shown} is writable by others (mode {mode:04o}): the service refuses it");
        let fix = format!("sudo chmod go-w {word} && {restart}");
        return Finding::problem(NAME, said).fixed_by(fix);
    }
    if let Some(why) = &seen.no_room {
        let said = format!("{shown} cannot be written: {why}");
        return Finding::problem(NAME, said).fixed_by(format!("df -h {word}"));
    }
    match &seen.daily {
        Ok(Some(daily)) => {
            let said = format!(
                "{shown}/daily.json is valid; the open day is {}",
                daily.date
            );
            Finding::ok(NAME, said)
        }
        Ok(None) => Finding::ok(NAME, format!("{shown} holds no daily.json yet")),
        Err(error @ StateError::Damaged { .. }) => {
            Finding::warning(NAME, error.to_string()).fixed_by(restart)
        }
        Err(error) => Finding::problem(NAME, error.to_string()).fixed_by(format!("ls -la {word}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(
        foreign: Option<(&str, &str)>,
        mode: u32,
        daily: Result<Option<Daily>, StateError>,
    ) -> String {
        judge(&StateDirectory {
            path: "/var/lib/sftp-monitor".into(),
            foreign: foreign.map(|(path, owner)| (path.into(), owner.to_owned())),
            mode,
            no_room: None,
            daily,
        })
        .told()
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
            sound.starts_with("ok state: /var/lib/sftp-monitor/daily.json is valid"),
            "{sound}"
        );
    }

    #[test]
    fn a_full_disk_is_a_problem_though_the_file_is_sound() {
        let seen = StateDirectory {
            path: "/var/lib/sftp-monitor".into(),
            foreign: None,
            mode: 0o750,
            no_room: Some("its file system is mounted read-only".to_owned()),
            daily: Ok(Some(Daily::default())),
        };
        assert_eq!(
            judge(&seen).told(),
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
}
