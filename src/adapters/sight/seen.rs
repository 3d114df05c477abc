//! Whose files can be seen, and whose not: what root leaves for the service.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::adapters::sshd_config::{self, Chroot, Effective, InForce, Missing, Sshd, expand};
use crate::adapters::userdb::{Known, Roster};

/// What a person types so that root looks, now and from now on.
pub(crate) const ENABLE: &str =
    "sudo systemctl enable --now sftp-monitor-devlog.service sftp-monitor-devlog.path";

/// journald's socket. PID 1 holds it, so it survives journald's restarts, though not its own socket unit's.
pub const SOCKET: &str = "/run/systemd/journal/dev-log";

/// What is known of every partner that can be named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Sight {
    /// sshd's files, and when each was changed last, in nanoseconds since 1970; none for one that is not there.
    pub files: BTreeMap<PathBuf, Option<i64>>,
    /// Why sshd's files cannot be read.
    pub unreadable: Option<String>,
    /// By account.
    pub partners: BTreeMap<String, Seen>,
}

/// What is known of a partner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Seen {
    /// What keeps its files from being logged.
    pub missing: Option<Directive>,
    /// What keeps its log-ins from being logged.
    pub quiet: Option<Directive>,
    /// Why it cannot be known whether its files are logged.
    pub unknown: Option<String>,
    /// sshd leaves it nothing but an sftp-server that logs.
    pub forced: bool,
    /// Where it is locked in.
    pub chroot: Option<PathBuf>,
    /// `/dev/log`, as its sftp-server finds it.
    pub dev_log: DevLog,
}

/// A directive that is in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Directive {
    /// As it stands.
    pub found: String,
    /// What is wrong with it.
    pub why: String,
    /// What is to be written in its place.
    pub line: String,
    /// The file, with the line's number where it is known.
    pub file: String,
}

/// Where a partner's `/dev/log` leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DevLog {
    /// To the journal, or to a socket of another program; also where the partner is not locked in.
    #[default]
    Reaches,
    /// There is no chroot yet: sshd lets nobody in.
    NoChroot,
    /// Nowhere: why, and what mends it.
    Nowhere(String),
    /// Nobody knows.
    Unknown,
}

impl Sight {
    /// What sshd says of these partners, or its files. Whom it takes too long to ask about is left out.
    pub fn gather(roster: &Roster, sshd: &mut Sshd, until: Instant) -> Sight {
        let mut partners = BTreeMap::new();
        for (name, partner) in &roster.partners {
            let account = match &partner.account {
                Known::Here(account) => account,
                Known::Nowhere => continue,
                Known::NoAnswer => {
                    let unknown = Some("the user database does not answer".to_owned());
                    let seen = Seen {
                        unknown,
                        dev_log: DevLog::Unknown,
                        ..Seen::default()
                    };
                    partners.insert(name.clone(), seen);
                    continue;
                }
            };
            if Instant::now() > until {
                sshd.stop_asking("it takes too long");
            }
            let groups = account.groups.as_deref();
            let effective = sshd.effective(&sshd_config::Partner { name, groups });
            let mut seen = Seen::of(&effective);
            match &effective.chroot {
                Chroot::None => {}
                Chroot::Directory(template) => seen.chroot = Some(expand(template, name, account)),
                Chroot::Unknown => seen.dev_log = DevLog::Unknown,
            }
            partners.insert(name.clone(), seen);
        }
        Sight {
            files: sshd.files().into_iter().map(changed).collect(),
            // Where there is no sshd nobody is kept from being seen.
            unreadable: sshd
                .unreadable()
                .filter(|_| std::fs::symlink_metadata(sshd_config::PATH).is_ok())
                .map(str::to_owned),
            partners,
        }
    }

    /// Where partners are locked in, each with whom.
    pub fn chroots(&self) -> BTreeMap<PathBuf, Vec<String>> {
        let mut chroots: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for (name, seen) in &self.partners {
            if let Some(chroot) = &seen.chroot {
                chroots
                    .entry(chroot.clone())
                    .or_default()
                    .push(name.clone());
            }
        }
        chroots
    }

    /// This is what `/dev/log` in a chroot is.
    pub fn found(&mut self, chroot: &Path, dev_log: &DevLog) {
        let all = self.partners.values_mut();
        for seen in all.filter(|seen| seen.chroot.as_deref() == Some(chroot)) {
            seen.dev_log = dev_log.clone();
        }
    }
}

impl Seen {
    fn of(effective: &Effective) -> Seen {
        let mut seen = Seen {
            quiet: effective.quiet.as_ref().map(Directive::of),
            forced: effective.forces_logging(),
            ..Seen::default()
        };
        match &effective.logging {
            InForce::Logged { .. } => {}
            InForce::Missing(missing) => seen.missing = Some(Directive::of(missing)),
            InForce::Partly(missing) => {
                let (file, line) = (missing.file.display(), missing.number);
                seen.unknown = Some(format!("for some clients {file}:{line} holds"));
            }
            InForce::Unknown { why } => seen.unknown = Some(why.clone()),
        }
        seen
    }
}

impl Directive {
    fn of(missing: &Missing) -> Directive {
        let file = match missing.file.as_os_str().is_empty() {
            true => sshd_config::PATH.to_owned(),
            false => format!("{}:{}", missing.file.display(), missing.number),
        };
        Directive {
            found: missing.found.clone(),
            why: missing.why.to_owned(),
            line: missing.line.clone(),
            file,
        }
    }
}

/// A file, and when it was changed last.
pub(crate) fn changed(path: PathBuf) -> (PathBuf, Option<i64>) {
    let stat = rustix::fs::stat(&path).ok();
    let nanoseconds = |stat: Stat| {
        let seconds = stat.st_mtime.saturating_mul(1_000_000_000);
        seconds.saturating_add(i64::try_from(stat.st_mtime_nsec).unwrap_or(0))
    };
    (path, stat.map(nanoseconds))
}

/// `/dev/log` in a chroot, as far as this process's user may see it.
pub fn look_at(chroot: &Path) -> DevLog {
    let log = chroot.join("dev/log");
    let nowhere = |what: &str| DevLog::Nowhere(format!("{} {what}: {}", log.display(), ENABLE));
    let is_socket = |stat: Stat| FileType::from_raw_mode(stat.st_mode) == FileType::Socket;
    let is_link = std::fs::symlink_metadata(&log).is_ok_and(|meta| meta.is_symlink());
    match (rustix::fs::stat(chroot), rustix::fs::stat(&log)) {
        (Err(Errno::NOENT), _) => DevLog::NoChroot,
        // Where it leads inside the chroot is not to be seen from outside.
        _ if is_link => DevLog::Unknown,
        (Ok(_), Ok(stat)) if is_socket(stat) => DevLog::Reaches,
        (Ok(_), Ok(_)) => nowhere("is no socket"),
        (Ok(_), Err(Errno::NOENT | Errno::NOTDIR)) => nowhere("is not there"),
        _ => DevLog::Unknown,
    }
}
