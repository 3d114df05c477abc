//! The findings about the partners' files: root leaves them for the service.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::adapters::sshd_config::{
    self, ChrootDirectory, Effective, InForce, Missing, Sshds, expand,
};
use crate::adapters::userdb::{Known, Roster, SHADOW, expiry_dates};
use crate::domain::expiry::ExpiryDates;

/// The command that makes root look at the partners, now and after each change.
pub(crate) const ENABLE: &str =
    "sudo systemctl enable --now sftp-monitor-devlog.service sftp-monitor-devlog.path";

/// journald's socket. PID 1 holds it, so it survives restarts of journald, but not of its socket unit.
pub const SOCKET: &str = "/run/systemd/journal/dev-log";

/// The findings about every partner that can be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Sight {
    /// sshd's files, each with the time of its last change in nanoseconds since 1970; `None` for a missing file.
    pub files: BTreeMap<PathBuf, Option<i64>>,
    /// The reason why sshd's files cannot be read.
    pub unreadable: Option<String>,
    /// The time of the last change of the file of passwords, as in `files`; `None` if it could not be read.
    pub shadow: Option<i64>,
    /// The findings by account.
    pub partners: BTreeMap<String, PartnerSight>,
}

/// The findings about one partner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct PartnerSight {
    /// The partner's full name, if the user database has one.
    pub full_name: Option<String>,
    /// The directive because of which sshd logs none of the partner's files.
    pub missing: Option<BlockingLine>,
    /// The directive because of which sshd logs none of the partner's log-ins.
    pub quiet: Option<BlockingLine>,
    /// The reason why it is unknown whether the partner's files are logged.
    pub unknown: Option<String>,
    /// sshd forces the partner to an sftp-server that logs files.
    pub forced: bool,
    /// The partner's chroot in each sshd that lets it in, and the state of `/dev/log` there.
    pub chroots: BTreeMap<PathBuf, DevLog>,
    /// When the account and its password expire; `None` if the file of passwords could not be read, or does not name it.
    pub expires: Option<ExpiryDates>,
    /// One of the sshds uses a chroot for the partner whose path is unknown.
    pub somewhere: bool,
}

/// A directive of sshd's configuration that must be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct BlockingLine {
    /// The directive as it is written.
    pub found: String,
    /// The reason why it must be changed.
    pub why: String,
    /// The line to write in its place.
    pub line: String,
    /// The file, with the line number if it is known.
    pub file: String,
}

/// Where a partner's `/dev/log` leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DevLog {
    /// To the journal, or to a socket of another program; also if the partner has no chroot.
    #[default]
    Reaches,
    /// The chroot does not exist yet, so sshd lets nobody in.
    NoChroot,
    /// This user cannot find out.
    Unknown,
    /// Nowhere: the reason, and the command that fixes it.
    Nowhere(String),
}

impl Sight {
    /// Asks the sshds about these partners. After `until` it reads their files instead of asking.
    pub fn gather(roster: &Roster, sshds: &mut Sshds, until: Instant) -> Sight {
        let mut partners = BTreeMap::new();
        // Asked before reading: a later change is noticed.
        let (_, shadow) = changed(SHADOW.into());
        let dates = expiry_dates();
        let shadow = shadow.filter(|_| dates.is_some());
        let dates = dates.unwrap_or_default();
        for (name, partner) in &roster.partners {
            let account = match &partner.account {
                Known::Here(account) => account,
                Known::Nowhere => continue,
                Known::NoAnswer => {
                    let unknown = Some("the user database does not answer".to_owned());
                    let seen = PartnerSight {
                        full_name: partner.full_name.clone(),
                        unknown,
                        somewhere: true,
                        ..PartnerSight::default()
                    };
                    partners.insert(name.clone(), seen);
                    continue;
                }
            };
            if Instant::now() > until {
                sshds.stop_asking("it takes too long");
            }
            let groups = account.groups.as_deref();
            let effective = sshds.effective(&sshd_config::MatchAccount { name, groups });
            let all = effective
                .iter()
                .map(|(number, one)| (sshds.path(*number), one));
            let mut seen = PartnerSight::of(all, |template| expand(template, name, account));
            seen.full_name.clone_from(&partner.full_name);
            seen.expires = dates.get(name).copied();
            partners.insert(name.clone(), seen);
        }
        // If sshd is not installed, its missing configuration is no fault.
        let here = sshds
            .iter()
            .filter(|sshd| std::fs::symlink_metadata(sshd.started().path()).is_ok());
        Sight {
            files: sshds.files().into_iter().map(changed).collect(),
            unreadable: here
                .filter_map(|sshd| sshd.unreadable())
                .next()
                .map(str::to_owned),
            shadow,
            partners,
        }
    }

    /// The partners' chroots, each with the names of its partners.
    pub fn chroots(&self) -> BTreeMap<PathBuf, Vec<String>> {
        let mut chroots: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for (name, seen) in &self.partners {
            for chroot in seen.chroots.keys() {
                chroots
                    .entry(chroot.clone())
                    .or_default()
                    .push(name.clone());
            }
        }
        chroots
    }

    /// Records the state of `/dev/log` in a chroot.
    pub fn found(&mut self, chroot: &Path, dev_log: &DevLog) {
        let all = self.partners.values_mut();
        for seen in all.filter_map(|seen| seen.chroots.get_mut(chroot)) {
            *seen = dev_log.clone();
        }
    }
}

impl PartnerSight {
    /// Combines the answers of all sshds that let the partner in: one that logs nothing is enough for a report.
    fn of<'a>(
        sshds: impl Iterator<Item = (&'a Path, &'a Effective)>,
        chroot: impl Fn(&str) -> PathBuf,
    ) -> PartnerSight {
        let mut seen = PartnerSight {
            forced: true,
            ..PartnerSight::default()
        };
        for (file, effective) in sshds {
            seen.forced &= effective.forces_logging();
            seen.quiet = seen
                .quiet
                .or_else(|| Some(BlockingLine::of(effective.quiet.as_ref()?, file)));
            let unknown = match &effective.logging {
                InForce::Logged { .. } => None,
                InForce::Missing(missing) => {
                    seen.missing
                        .get_or_insert_with(|| BlockingLine::of(missing, file));
                    None
                }
                InForce::Partly(missing) => {
                    let (file, line) = (missing.file.display(), missing.number);
                    Some(format!("for some clients {file}:{line} holds"))
                }
                InForce::Unknown { why } => Some(why.clone()),
            };
            seen.unknown = seen.unknown.or(unknown);
            match &effective.chroot {
                ChrootDirectory::None => {}
                ChrootDirectory::Directory(template) => {
                    seen.chroots.insert(chroot(template), DevLog::default());
                }
                ChrootDirectory::Unknown => seen.somewhere = true,
            }
        }
        seen
    }

    /// The worst state of `/dev/log` in the partner's chroots.
    pub fn dev_log(&self) -> DevLog {
        let somewhere = self.somewhere.then_some(DevLog::Unknown);
        let all = self.chroots.values().cloned().chain(somewhere);
        all.max().unwrap_or_default()
    }
}

impl BlockingLine {
    /// Converts the directive, with its own file, or `file` if that is unknown.
    fn of(missing: &Missing, file: &Path) -> BlockingLine {
        let file = match missing.file.as_os_str().is_empty() {
            true => file.display().to_string(),
            false if missing.number == 0 => missing.file.display().to_string(),
            false => format!("{}:{}", missing.file.display(), missing.number),
        };
        BlockingLine {
            found: missing.found.clone(),
            why: missing.why.to_owned(),
            line: missing.line.clone(),
            file,
        }
    }
}

/// A file and the time of its last change.
pub(crate) fn changed(path: PathBuf) -> (PathBuf, Option<i64>) {
    let stat = rustix::fs::stat(&path).ok();
    let nanoseconds = |stat: Stat| {
        let seconds = stat.st_mtime.saturating_mul(1_000_000_000);
        seconds.saturating_add(i64::try_from(stat.st_mtime_nsec).unwrap_or(0))
    };
    (path, stat.map(nanoseconds))
}

/// The state of `/dev/log` in a chroot, as far as this process's user may see it.
pub fn look_at(chroot: &Path) -> DevLog {
    let log = chroot.join("dev/log");
    let nowhere = |what: &str| DevLog::Nowhere(format!("{} {what}: {}", log.display(), ENABLE));
    let is_socket = |stat: Stat| FileType::from_raw_mode(stat.st_mode) == FileType::Socket;
    let is_link = std::fs::symlink_metadata(&log).is_ok_and(|meta| meta.is_symlink());
    match (rustix::fs::stat(chroot), rustix::fs::stat(&log)) {
        (Err(Errno::NOENT), _) => DevLog::NoChroot,
        // From outside, the link's target inside the chroot cannot be seen.
        _ if is_link => DevLog::Unknown,
        (Ok(_), Ok(stat)) if is_socket(stat) => DevLog::Reaches,
        (Ok(_), Ok(_)) => nowhere("is no socket"),
        (Ok(_), Err(Errno::NOENT | Errno::NOTDIR)) => nowhere("is not there"),
        _ => DevLog::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_sshds_what_one_hides_is_hidden() {
        let sshd = |missing: bool, chroot: &str| Effective {
            logging: match missing {
                true => InForce::Missing(Missing {
                    found: "ForceCommand internal-sftp".to_owned(),
                    why: "it has no -l",
                    line: "ForceCommand internal-sftp -l INFO".to_owned(),
                    file: "/etc/ssh/sshd_sftp_config".into(),
                    number: 8,
                }),
                false => InForce::Logged {
                    level: "INFO".to_owned(),
                },
            },
            forced: true,
            chroot: ChrootDirectory::Directory(chroot.to_owned()),
            ..Effective::unknown(String::new())
        };
        let of_file = |one| (Path::new("/etc/ssh/sshd_config"), one);
        let all = [sshd(false, "/srv/one"), sshd(true, "/srv/two")];
        let mut seen = PartnerSight::of(all.iter().map(of_file), |path| PathBuf::from(path));
        let missing = seen.missing.as_ref().map(|gap| gap.file.as_str());
        assert_eq!(missing, Some("/etc/ssh/sshd_sftp_config:8"));
        assert!(!seen.forced);
        assert_eq!(seen.dev_log(), DevLog::Reaches);
        let nowhere = DevLog::Nowhere("/srv/two/dev/log is not there".to_owned());
        seen.chroots.insert("/srv/two".into(), nowhere.clone());
        assert_eq!(seen.dev_log(), nowhere);
        let alone = PartnerSight::of(all[..1].iter().map(of_file), |path| PathBuf::from(path));
        assert!(alone.forced && alone.missing.is_none());
    }
}
