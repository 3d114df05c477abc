//! Checks whether sshd accepts the partners' chroots.
//!
//! sshd ends the session if others than root own or may write a part of the path (session.c, safely_chroot). For a link, its
//! target counts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::finding::{CheckReport, Finding};
use super::machine::{MachineFacts, ServingSshd};
use super::words;
use crate::adapters::sshd_config::{self, PATH, expand};
use crate::domain::base::names::names;

/// The name of the matter.
pub(super) const NAME: &str = "chroot";

/// The most paths in one command; the next run names the rest.
pub(super) const PATHS: usize = 20;

/// The permission bits that let users other than the owner write.
pub(super) const OTHERS_WRITE: u32 = 0o022;

/// All chroots, and the partners without one.
#[derive(Debug, Default)]
pub(super) struct Chroots<'a> {
    pub(super) all: Vec<Chroot<'a>>,
    /// The partners without a chroot.
    pub(super) free: Vec<&'a str>,
    /// The partners whose chroot is unknown.
    unknown: Vec<&'a str>,
}

/// A chroot, and its partners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chroot<'a> {
    pub(super) path: PathBuf,
    pub(super) partners: Vec<&'a str>,
    /// The fault that sshd would not accept, with the topmost faulty part of the path.
    pub(super) fault: Option<(ChrootFault, PathBuf)>,
}

/// A fault that sshd does not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ChrootFault {
    /// The path is not absolute.
    Relative,
    /// It does not exist.
    Missing,
    /// It is not a directory.
    NoDirectory,
    /// Its owner is not root, or others may write there.
    NotRoots,
    /// This user cannot look at it.
    NotSeen,
}

/// Whether it is a directory, its owner's uid, and its mode.
type Inode = (bool, u32, u32);

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    report.findings.extend(judge(&gather(&machine.serving)));
}

/// Gathers the chroots of all sshds.
pub(super) fn gather<'a>(serving: &[ServingSshd<'a>]) -> Chroots<'a> {
    let mut paths: BTreeMap<PathBuf, BTreeSet<&str>> = BTreeMap::new();
    let (mut free, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    for one in serving.iter().flat_map(|sshd| &sshd.partners) {
        let partners = match &one.effective.chroot {
            sshd_config::ChrootDirectory::Directory(template) => {
                let path = expand(template, one.name, one.account);
                paths.entry(path).or_default()
            }
            sshd_config::ChrootDirectory::None => &mut free,
            sshd_config::ChrootDirectory::Unknown => &mut unknown,
        };
        partners.insert(one.name);
    }
    let all = paths.into_iter().map(|(path, partners)| Chroot {
        fault: fault(&path, &|part| {
            std::fs::metadata(part).map(|meta| (meta.is_dir(), meta.uid(), meta.mode()))
        }),
        path,
        partners: partners.into_iter().collect(),
    });
    Chroots {
        all: all.collect(),
        free: free.into_iter().collect(),
        unknown: unknown.into_iter().collect(),
    }
}

/// The first part of the path that sshd does not accept.
fn fault(
    path: &Path,
    look: &dyn Fn(&Path) -> std::io::Result<Inode>,
) -> Option<(ChrootFault, PathBuf)> {
    if !path.is_absolute() {
        return Some((ChrootFault::Relative, path.to_owned()));
    }
    let mut parts: Vec<&Path> = path.ancestors().collect();
    parts.reverse();
    parts.into_iter().find_map(|part| {
        let fault = match look(part) {
            Err(error) if error.kind() == ErrorKind::NotFound => ChrootFault::Missing,
            Err(_) => ChrootFault::NotSeen,
            Ok((false, ..)) => ChrootFault::NoDirectory,
            Ok((true, uid, mode)) if uid != 0 || mode & OTHERS_WRITE != 0 => ChrootFault::NotRoots,
            Ok((true, ..)) => return None,
        };
        Some((fault, part.to_owned()))
    })
}

/// Judges the chroots, and reports the partners without one.
fn judge(chroots: &Chroots<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let sound = chroots.all.iter().filter(|chroot| chroot.fault.is_none());
    let sound: Vec<String> = sound.map(|one| one.path.display().to_string()).collect();
    if !sound.is_empty() {
        let said = format!(
            "only root can write to it, as sshd requires: {}",
            names(&sound)
        );
        found.push(Finding::ok(NAME, said));
    }
    if !chroots.free.is_empty() {
        found.push(Finding::ok(
            NAME,
            format!("no chroot for {}", names(&chroots.free)),
        ));
    }
    if !chroots.unknown.is_empty() {
        let said = format!(
            "whether {} have a chroot is unknown",
            names(&chroots.unknown)
        );
        found.push(Finding::warning(NAME, said).fixed_by("sudo sftp-monitor check"));
    }
    // Faults of the same kind become one finding.
    let faults = chroots.all.iter().filter_map(|chroot| {
        let (fault, path) = chroot.fault.as_ref()?;
        Some((*fault, (path.as_path(), &chroot.partners)))
    });
    let faults = words::grouped(faults).into_iter();
    found.extend(faults.filter_map(|(fault, at)| of_fault(fault, &at)));
    found
}

fn of_fault(fault: ChrootFault, at: &[(&Path, &Vec<&str>)]) -> Option<Finding> {
    let mut paths: Vec<&Path> = at.iter().map(|(path, _)| *path).collect();
    paths.dedup();
    let arguments = arguments(&paths);
    let (is, fix) = match fault {
        ChrootFault::Relative => ("does not begin with /", words::edit(Path::new(PATH))),
        ChrootFault::Missing => (
            "does not exist",
            format!("sudo install -d -o root -g root -m 0755 {arguments}"),
        ),
        ChrootFault::NoDirectory => ("is not a directory", words::edit(Path::new(PATH))),
        ChrootFault::NotRoots => (
            "can be written by others than root",
            format!("sudo chown root:root {arguments} && sudo chmod go-w {arguments}"),
        ),
        ChrootFault::NotSeen => return None,
    };
    let shown = names(paths.iter().map(|path| path.display().to_string()));
    let partners = names(at.iter().flat_map(|(_, who)| *who));
    let by_path = matches!(fault, ChrootFault::Missing | ChrootFault::NotRoots);
    let rest = match by_path && paths.len() > PATHS {
        true => format!("; the command is for the first {PATHS}, the next check names the others"),
        false => String::new(),
    };
    let said = format!("{shown} {is}: sshd ends the session of {partners}{rest}");
    Some(Finding::problem(NAME, said).fixed_by(fix))
}

/// Paths as arguments of a command.
pub(super) fn arguments(paths: &[impl AsRef<Path>]) -> String {
    let some = paths.iter().take(PATHS);
    let words: Vec<String> = some.map(|path| words::path(path.as_ref())).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::super::finding;
    use super::*;

    /// A disk of directories, each with its owner and mode.
    fn disk(part: &Path) -> io::Result<(bool, u32, u32)> {
        match part.to_str() {
            Some("/" | "/srv" | "/srv/sftp" | "/srv/sftp/alice") => Ok((true, 0, 0o755)),
            Some("/srv/shared") => Ok((true, 0, 0o775)),
            Some("/srv/sftp/bob") => Ok((true, 1002, 0o755)),
            Some("/srv/file") => Ok((false, 0, 0o644)),
            Some("/root/deep") => Err(io::ErrorKind::PermissionDenied.into()),
            Some("/root") => Ok((true, 0, 0o700)),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn chroot(path: &str, partner: &'static str) -> Chroot<'static> {
        Chroot {
            path: path.into(),
            partners: vec![partner],
            fault: fault(Path::new(path), &disk),
        }
    }

    #[test]
    fn the_topmost_fault_of_a_path_counts() {
        let at = |path: &str| fault(Path::new(path), &disk);
        assert_eq!(at("/srv/sftp/alice"), None);
        assert_eq!(
            at("/srv/shared/x/y"),
            Some((ChrootFault::NotRoots, "/srv/shared".into()))
        );
        assert_eq!(
            at("/srv/sftp/bob"),
            Some((ChrootFault::NotRoots, "/srv/sftp/bob".into()))
        );
        assert_eq!(
            at("/srv/sftp/zoe"),
            Some((ChrootFault::Missing, "/srv/sftp/zoe".into()))
        );
        assert_eq!(
            at("/srv/file/x"),
            Some((ChrootFault::NoDirectory, "/srv/file".into()))
        );
        assert_eq!(
            at("/root/deep"),
            Some((ChrootFault::NotSeen, "/root/deep".into()))
        );
        assert_eq!(at("srv"), Some((ChrootFault::Relative, "srv".into())));
    }

    #[test]
    fn faults_of_one_kind_are_mended_by_one_command() {
        let all = vec![
            chroot("/srv/sftp/alice", "alice"),
            chroot("/srv/shared/x", "carl"),
            chroot("/srv/shared/y", "dora"),
            chroot("/srv/sftp/bob", "bob"),
            chroot("/srv/sftp/zoe", "zoe"),
        ];
        let chroots = Chroots {
            all,
            free: vec!["free"],
            unknown: vec!["odd"],
        };
        assert_eq!(
            finding::told(&judge(&chroots)),
            "ok chroot: only root can write to it, as sshd requires: /srv/sftp/alice\n\
             ok chroot: no chroot for free\n\
             warning chroot: whether odd have a chroot is unknown\n  > sudo sftp-monitor check\n\
             problem chroot: /srv/sftp/zoe does not exist: sshd ends the session of zoe\n  \
             > sudo install -d -o root -g root -m 0755 /srv/sftp/zoe\n\
             problem chroot: /srv/shared, /srv/sftp/bob can be written by others than root: sshd ends the session of carl, dora, bob\n  \
             > sudo chown root:root /srv/shared /srv/sftp/bob && sudo chmod go-w /srv/shared /srv/sftp/bob\n"
        );
    }

    #[test]
    fn a_command_that_is_not_for_all_chroots_says_so() {
        let names: Vec<String> = (10..31).map(|n| format!("/srv/sftp/p{n}")).collect();
        let all = names.iter().map(|path| chroot(path, "alice")).collect();
        let chroots = Chroots {
            all,
            ..Chroots::default()
        };
        let told = finding::told(&judge(&chroots));
        assert!(
            told.contains("; the command is for the first 20, the next check names the others\n"),
            "{told}"
        );
        assert!(!told.contains("/srv/sftp/p30"), "{told}");
    }
}
