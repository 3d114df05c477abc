//! Faults of a chroot that prevent `devlog` from working there, and the commands that fix them.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::arrived::Reached;
use super::chroot::{OTHERS_WRITE, PATHS, arguments};
use super::edit::reload;
use super::units::Ssh;
use super::words;
use crate::adapters::sshd_config::PATH;

/// The name of the matter.
pub(super) const NAME: &str = "dev-log";

/// A chroot, and the result for its `/dev/log`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TriedChroot<'a> {
    pub(super) path: PathBuf,
    pub(super) partners: Vec<&'a str>,
    pub(super) reached: Reached,
    /// The fault that prevents `devlog` from working there.
    pub(super) fault: DevLogFault,
}

/// A fault of a chroot. `devlog` runs as root, so it works only if no user but root can have put files there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DevLogFault {
    /// No fault.
    None,
    /// Others than root own `/dev` in the chroot, or may write there.
    DevOfOthers,
    /// `/dev` in the chroot is a link.
    DevIsLink,
    /// `/dev` in the chroot is the machine's own, so a change there affects the whole machine.
    MachinesDev,
    /// A part of the chroot's path is a link: the link, and its target.
    Link(PathBuf, PathBuf),
}

/// The parts of the commands that fix the faults.
#[derive(Clone, Copy, Debug)]
pub(super) struct DevLogFixes<'a> {
    /// The command that binds journald's socket into the chroots.
    pub(super) devlog: &'a str,
    /// sshd's configuration files that contain a `ChrootDirectory`.
    pub(super) files: &'a [PathBuf],
    pub(super) ssh: Ssh<'a>,
}

impl DevLogFault {
    pub(super) fn of(chroot: &Path) -> DevLogFault {
        let mut parts: Vec<&Path> = chroot.ancestors().collect();
        parts.reverse();
        if let Some(link) = parts.into_iter().find(|part| part.is_symlink()) {
            let target = std::fs::canonicalize(link).unwrap_or_default();
            return DevLogFault::Link(link.to_owned(), target);
        }
        let dev = chroot.join("dev");
        if dev.is_symlink() {
            return DevLogFault::DevIsLink;
        }
        match (std::fs::metadata(&dev), std::fs::metadata("/dev")) {
            (Ok(dev), Ok(own)) if (dev.dev(), dev.ino()) == (own.dev(), own.ino()) => {
                DevLogFault::MachinesDev
            }
            (Ok(dev), _) if dev.uid() != 0 || dev.mode() & OTHERS_WRITE != 0 => {
                DevLogFault::DevOfOthers
            }
            _ => DevLogFault::None,
        }
    }

    /// The command after which the `/dev/log` of these chroots reaches the journal.
    pub(super) fn fix(
        &self,
        reached: &Reached,
        chroots: &[&Path],
        fixes: &DevLogFixes<'_>,
    ) -> String {
        let at = |name: &str| -> Vec<PathBuf> { chroots.iter().map(|at| at.join(name)).collect() };
        let (dev, log) = (arguments(&at("dev")), arguments(&at("dev/log")));
        let way = match self {
            DevLogFault::None => None,
            DevLogFault::DevOfOthers => Some(format!(
                "sudo chown root:root {dev} && sudo chmod 0755 {dev}"
            )),
            DevLogFault::DevIsLink => Some(format!("sudo rm {dev}")),
            DevLogFault::MachinesDev => {
                // Its /dev/log is a link to a socket that does not exist in the chroot.
                let each = at("run/systemd/journal").into_iter().take(PATHS);
                let each = each.map(|inside| words::path(&inside)).map(|inside| {
                    format!(
                        "sudo mkdir -p {inside} && sudo mount --bind /run/systemd/journal {inside}"
                    )
                });
                return each.collect::<Vec<_>>().join(" && ");
            }
            DevLogFault::Link(link, target) => match rewritten(link, target, fixes) {
                Some(step) => Some(step),
                None => return words::edit(Path::new(PATH)),
            },
        };
        let log = match reached {
            Reached::Link if *self != DevLogFault::DevIsLink => Some(format!("sudo rm {log}")),
            Reached::Closed => Some(format!("sudo chmod 0666 {log}")),
            Reached::ClosedDirectory if *self != DevLogFault::DevOfOthers => {
                Some(format!("sudo chmod 0755 {dev}"))
            }
            Reached::Link
            | Reached::ClosedDirectory
            | Reached::Log
            | Reached::Unreadable(_)
            | Reached::Missing
            | Reached::NoSocket
            | Reached::Dead
            | Reached::Elsewhere
            | Reached::NotSeen => None,
        };
        let steps = way.into_iter().chain(log).chain([fixes.devlog.to_owned()]);
        steps.collect::<Vec<_>>().join(" && ")
    }
}

/// The command that writes the target of the link in place of the link.
fn rewritten(link: &Path, target: &Path, fixes: &DevLogFixes<'_>) -> Option<String> {
    // Only characters without a special meaning for a shell or sed.
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_-".contains(c);
    let plain = |path: &Path| path.to_str().is_some_and(|text| text.chars().all(plain));
    let files = arguments(fixes.files);
    (plain(link) && plain(target) && !files.is_empty()).then(|| {
        let (link, target, reload) = (link.display(), target.display(), reload(fixes.ssh));
        format!(
            "sudo sed -i '/^[[:blank:]]*chrootdirectory/Is|{link}|{target}|' {files} && {reload}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(fault: &DevLogFault, reached: &Reached) -> String {
        let files = [PathBuf::from("/etc/ssh/sshd_config")];
        let fixes = DevLogFixes {
            devlog: "DEVLOG",
            files: &files,
            ssh: Ssh::default(),
        };
        fault.fix(reached, &[Path::new("/srv/a"), Path::new("/srv/b")], &fixes)
    }

    #[test]
    fn what_stands_in_the_way_is_put_aside_first() {
        let link = DevLogFault::Link("/srv".into(), "/data/srv".into());
        for (fault, reached, expected) in [
            (&DevLogFault::None, Reached::Missing, "DEVLOG"),
            (
                &DevLogFault::None,
                Reached::Link,
                "sudo rm /srv/a/dev/log /srv/b/dev/log && DEVLOG",
            ),
            (
                &DevLogFault::None,
                Reached::Closed,
                "sudo chmod 0666 /srv/a/dev/log /srv/b/dev/log && DEVLOG",
            ),
            (
                &DevLogFault::None,
                Reached::ClosedDirectory,
                "sudo chmod 0755 /srv/a/dev /srv/b/dev && DEVLOG",
            ),
            (
                &DevLogFault::DevOfOthers,
                Reached::Missing,
                "sudo chown root:root /srv/a/dev /srv/b/dev && sudo chmod 0755 /srv/a/dev /srv/b/dev && DEVLOG",
            ),
            (
                &DevLogFault::DevIsLink,
                Reached::Link,
                "sudo rm /srv/a/dev /srv/b/dev && DEVLOG",
            ),
            (
                &link,
                Reached::Missing,
                "sudo sed -i '/^[[:blank:]]*chrootdirectory/Is|/srv|/data/srv|' /etc/ssh/sshd_config && sudo sshd -t \
                 && sudo systemctl try-reload-or-restart ssh && DEVLOG",
            ),
        ] {
            assert_eq!(fixed(fault, &reached), expected);
        }
    }

    #[test]
    fn nothing_is_removed_from_the_machines_own_dev() {
        let said = fixed(&DevLogFault::MachinesDev, &Reached::Link);
        assert!(!said.contains("rm "), "{said}");
        assert!(
            said.starts_with(
                "sudo mkdir -p /srv/a/run/systemd/journal && sudo mount --bind /run/systemd/journal"
            ),
            "{said}"
        );
    }
}
