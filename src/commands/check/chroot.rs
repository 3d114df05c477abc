//! The directories that partners are locked into: whether sshd accepts them.
//!
//! sshd ends the session where a part of the path is not root's alone (session.c, safely_chroot); links count as what they
//! lead to.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::words;
use crate::domain::base::names::names;

/// The name of the matter.
pub(super) const NAME: &str = "chroot";

/// How many paths a mend takes at once; the next run names those that are left.
pub(super) const PATHS: usize = 20;

/// The bits of a mode that let others than the owner write.
pub(super) const OTHERS_WRITE: u32 = 0o022;

/// A chroot, and who is locked into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chroot {
    pub(super) path: PathBuf,
    pub(super) partners: Vec<String>,
    /// What sshd would not accept of its path, the topmost part first.
    pub(super) fault: Option<Fault>,
}

/// What sshd does not accept, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// The path does not begin at the root.
    Relative,
    /// It is not there.
    Missing(PathBuf),
    /// It is no directory.
    NoDirectory(PathBuf),
    /// It is somebody else's than root's, or others may write there.
    NotRoots(PathBuf),
    /// It cannot be looked at by this user.
    NotSeen(PathBuf),
}

impl Chroot {
    pub(super) fn gather(path: PathBuf, partners: Vec<String>) -> Chroot {
        let fault = fault(&path, &|part| {
            std::fs::metadata(part).map(|meta| (meta.is_dir(), meta.uid(), meta.mode()))
        });
        Chroot {
            path,
            partners,
            fault,
        }
    }
}

/// Whether something is a directory, its owner and its mode.
type Look = (bool, u32, u32);

/// The first part of the path that sshd does not accept.
fn fault(path: &Path, look: &dyn Fn(&Path) -> std::io::Result<Look>) -> Option<Fault> {
    if !path.is_absolute() {
        return Some(Fault::Relative);
    }
    let mut parts: Vec<&Path> = path.ancestors().collect();
    parts.reverse();
    parts.into_iter().find_map(|part| {
        let at = part.to_owned();
        match look(part) {
            Err(error) if error.kind() == ErrorKind::NotFound => Some(Fault::Missing(at)),
            Err(_) => Some(Fault::NotSeen(at)),
            Ok((false, ..)) => Some(Fault::NoDirectory(at)),
            Ok((true, uid, mode)) if uid != 0 || mode & OTHERS_WRITE != 0 => {
                Some(Fault::NotRoots(at))
            }
            Ok(_) => None,
        }
    })
}

/// What is said of the chroots, and of those who have none.
pub(super) fn judge(chroots: &[Chroot], free: &[&str], unknown: &[&str]) -> Vec<Finding> {
    let mut found = Vec::new();
    let sound: Vec<&Chroot> = chroots
        .iter()
        .filter(|chroot| chroot.fault.is_none())
        .collect();
    if !sound.is_empty() {
        let paths: Vec<String> = sound
            .iter()
            .map(|chroot| chroot.path.display().to_string())
            .collect();
        found.push(Finding::ok(
            NAME,
            format!("root's alone, as sshd demands: {}", names(&paths)),
        ));
    }
    if !free.is_empty() {
        found.push(Finding::ok(NAME, format!("none for {}", names(free))));
    }
    if !unknown.is_empty() {
        let said = format!("whether {} have one is unknown", names(unknown));
        found.push(Finding::warning(NAME, said).mended_by("sudo sftp-monitor check"));
    }
    for (kind, (paths, partners)) in faults(chroots) {
        found.extend(told(kind, &paths, &partners));
    }
    found
}

/// Faults of one kind together: their paths, and whom they shut out.
fn faults(chroots: &[Chroot]) -> BTreeMap<u8, (Vec<&Path>, Vec<&str>)> {
    let mut faults: BTreeMap<u8, (Vec<&Path>, Vec<&str>)> = BTreeMap::new();
    for chroot in chroots {
        let Some(fault) = &chroot.fault else { continue };
        let (kind, path) = match fault {
            Fault::Relative => (0, &chroot.path),
            Fault::Missing(path) => (1, path),
            Fault::NoDirectory(path) => (2, path),
            Fault::NotRoots(path) => (3, path),
            Fault::NotSeen(_) => continue,
        };
        let (paths, partners) = faults.entry(kind).or_default();
        if !paths.contains(&path.as_path()) {
            paths.push(path);
        }
        partners.extend(chroot.partners.iter().map(String::as_str));
    }
    faults
}

fn told(kind: u8, paths: &[&Path], partners: &[&str]) -> Option<Finding> {
    let shown: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let (shown, partners) = (names(&shown), names(partners));
    let arguments: Vec<String> = paths
        .iter()
        .take(PATHS)
        .map(|path| words::path(path))
        .collect();
    let arguments = arguments.join(" ");
    let ends = format!("sshd ends the session of {partners}");
    let (said, mend) = match kind {
        0 => (
            format!("{shown} does not begin with /: {ends}"),
            format!("sudoedit {}", crate::adapters::sshd_config::PATH),
        ),
        1 => (
            format!("{shown} is not there: {ends}"),
            format!("sudo install -d -o root -g root -m 0755 {arguments}"),
        ),
        2 => (
            format!("{shown} is no directory: {ends}"),
            format!("sudoedit {}", crate::adapters::sshd_config::PATH),
        ),
        _ => (
            format!("{shown} is not root's alone: {ends}"),
            format!("sudo chown root:root {arguments} && sudo chmod go-w {arguments}"),
        ),
    };
    Some(Finding::problem(NAME, said).mended_by(mend))
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

    fn chroot(path: &str, partner: &str) -> Chroot {
        Chroot {
            path: path.into(),
            partners: vec![partner.to_owned()],
            fault: fault(Path::new(path), &disk),
        }
    }

    #[test]
    fn the_topmost_fault_of_a_path_counts() {
        let at = |path: &str| fault(Path::new(path), &disk);
        assert_eq!(at("/srv/sftp/alice"), None);
        assert_eq!(
            at("/srv/shared/x/y"),
            Some(Fault::NotRoots("/srv/shared".into()))
        );
        assert_eq!(
            at("/srv/sftp/bob"),
            Some(Fault::NotRoots("/srv/sftp/bob".into()))
        );
        assert_eq!(
            at("/srv/sftp/zoe"),
            Some(Fault::Missing("/srv/sftp/zoe".into()))
        );
        assert_eq!(
            at("/srv/file/x"),
            Some(Fault::NoDirectory("/srv/file".into()))
        );
        assert_eq!(at("/root/deep"), Some(Fault::NotSeen("/root/deep".into())));
        assert_eq!(at("srv"), Some(Fault::Relative));
    }

    #[test]
    fn faults_of_one_kind_are_mended_by_one_command() {
        let chroots = [
            chroot("/srv/sftp/alice", "alice"),
            chroot("/srv/shared/x", "carl"),
            chroot("/srv/shared/y", "dora"),
            chroot("/srv/sftp/bob", "bob"),
            chroot("/srv/sftp/zoe", "zoe"),
        ];
        assert_eq!(
            finding::told(&judge(&chroots, &["free"], &["odd"])),
            "ok chroot: root's alone, as sshd demands: /srv/sftp/alice\n\
             ok chroot: none for free\n\
             warning chroot: whether odd have one is unknown\n  > sudo sftp-monitor check\n\
             problem chroot: /srv/sftp/zoe is not there: sshd ends the session of zoe\n  \
             > sudo install -d -o root -g root -m 0755 /srv/sftp/zoe\n\
             problem chroot: /srv/shared, /srv/sftp/bob is not root's alone: sshd ends the session of carl, dora, bob\n  \
             > sudo chown root:root /srv/shared /srv/sftp/bob && sudo chmod go-w /srv/shared /srv/sftp/bob\n"
        );
    }
}
