//! What stands in the way of `devlog` in a chroot, and what puts it aside.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::chroot::{OTHERS_WRITE, PATHS};
use super::edit::reload;
use super::units::Ssh;
use super::words;
use crate::commands::check::arrived::Reached;

/// What stands in its way: it walks as root, and only where root alone can have put something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// Nothing.
    None,
    /// `/dev` in the chroot is not root's alone.
    DevOfOthers,
    /// `/dev` in the chroot is a link.
    DevIsLink,
    /// `/dev` in the chroot is the machine's own: what is done there is done to all.
    MachinesDev,
    /// A part of the chroot's path is a link, which leads there.
    Link(PathBuf, PathBuf),
}

/// What mends are made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Means<'a> {
    /// The command that binds journald's socket into the chroots.
    pub(super) devlog: &'a str,
    /// The files of sshd's configuration that hold a `ChrootDirectory`.
    pub(super) files: &'a [PathBuf],
    /// What sshd's unit is called.
    pub(super) ssh: Ssh<'a>,
}

impl Obstacle {
    pub(super) fn of(chroot: &Path) -> Obstacle {
        let is_link =
            |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
        let mut parts: Vec<&Path> = chroot.ancestors().collect();
        parts.reverse();
        if let Some(link) = parts.into_iter().find(|part| is_link(part)) {
            let target = std::fs::canonicalize(link).unwrap_or_default();
            return Obstacle::Link(link.to_owned(), target);
        }
        let dev = chroot.join("dev");
        if is_link(&dev) {
            return Obstacle::DevIsLink;
        }
        let Ok(meta) = std::fs::metadata(&dev) else {
            return Obstacle::None;
        };
        let own = std::fs::metadata("/dev").map(|own| (own.dev(), own.ino()));
        match own.is_ok_and(|own| own == (meta.dev(), meta.ino())) {
            true => Obstacle::MachinesDev,
            false if meta.uid() != 0 || meta.mode() & OTHERS_WRITE != 0 => Obstacle::DevOfOthers,
            false => Obstacle::None,
        }
    }

    /// The command that has the `/dev/log` of these chroots reach the journal.
    pub(super) fn mend(&self, reached: &Reached, chroots: &[&Path], means: &Means<'_>) -> String {
        let at = |name: &str| {
            let paths = chroots.iter().take(PATHS);
            let words: Vec<String> = paths.map(|path| words::path(&path.join(name))).collect();
            words.join(" ")
        };
        let mut steps = Vec::new();
        match self {
            Obstacle::None => {}
            Obstacle::DevOfOthers => {
                let dev = at("dev");
                steps.push(format!(
                    "sudo chown root:root {dev} && sudo chmod 0755 {dev}"
                ));
            }
            Obstacle::DevIsLink => steps.push(format!("sudo rm {}", at("dev"))),
            Obstacle::MachinesDev => {
                // Its /dev/log is a link to a socket that the chroot does not have.
                let each = chroots.iter().take(PATHS).map(|path| {
                    let inside = words::path(&path.join("run/systemd/journal"));
                    format!(
                        "sudo mkdir -p {inside} && sudo mount --bind /run/systemd/journal {inside}"
                    )
                });
                return each.collect::<Vec<_>>().join(" && ");
            }
            Obstacle::Link(link, target) => match rewritten(link, target, means) {
                Some(step) => steps.push(step),
                None => return format!("sudoedit {}", crate::adapters::sshd_config::PATH),
            },
        }
        match reached {
            Reached::Link if *self != Obstacle::DevIsLink => {
                steps.push(format!("sudo rm {}", at("dev/log")));
            }
            Reached::Closed => steps.push(format!("sudo chmod 0666 {}", at("dev/log"))),
            Reached::ClosedDirectory if *self != Obstacle::DevOfOthers => {
                steps.push(format!("sudo chmod 0755 {}", at("dev")));
            }
            _ => {}
        }
        steps.push(means.devlog.to_owned());
        steps.join(" && ")
    }
}

/// Writes what the link leads to in its place.
fn rewritten(link: &Path, target: &Path, means: &Means<'_>) -> Option<String> {
    let (link, target) = (plain(link)?, plain(target)?);
    let files: Vec<String> = means.files.iter().map(|file| words::path(file)).collect();
    (!files.is_empty()).then(|| {
        let script = format!("/^[[:blank:]]*chrootdirectory/Is|{link}|{target}|");
        format!(
            "sudo sed -i '{script}' {} && {}",
            files.join(" "),
            reload(means.ssh)
        )
    })
}

/// A path to which neither a shell nor sed gives a meaning.
fn plain(path: &Path) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_-".contains(c);
    path.to_str().filter(|text| text.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mend(obstacle: &Obstacle, reached: &Reached) -> String {
        let files = [PathBuf::from("/etc/ssh/sshd_config")];
        let means = Means {
            devlog: "DEVLOG",
            files: &files,
            ssh: Ssh::default(),
        };
        obstacle.mend(reached, &[Path::new("/srv/a"), Path::new("/srv/b")], &means)
    }

    #[test]
    fn what_stands_in_the_way_is_put_aside_first() {
        let link = Obstacle::Link("/srv".into(), "/data/srv".into());
        for (obstacle, reached, expected) in [
            (&Obstacle::None, Reached::Missing, "DEVLOG"),
            (
                &Obstacle::None,
                Reached::Link,
                "sudo rm /srv/a/dev/log /srv/b/dev/log && DEVLOG",
            ),
            (
                &Obstacle::None,
                Reached::Closed,
                "sudo chmod 0666 /srv/a/dev/log /srv/b/dev/log && DEVLOG",
            ),
            (
                &Obstacle::None,
                Reached::ClosedDirectory,
                "sudo chmod 0755 /srv/a/dev /srv/b/dev && DEVLOG",
            ),
            (
                &Obstacle::DevOfOthers,
                Reached::Missing,
                "sudo chown root:root /srv/a/dev /srv/b/dev && sudo chmod 0755 /srv/a/dev /srv/b/dev && DEVLOG",
            ),
            (
                &Obstacle::DevIsLink,
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
            assert_eq!(mend(obstacle, &reached), expected);
        }
    }

    #[test]
    fn nothing_is_removed_from_the_machines_own_dev() {
        let said = mend(&Obstacle::MachinesDev, &Reached::Link);
        assert!(!said.contains("rm "), "{said}");
        assert!(
            said.starts_with(
                "sudo mkdir -p /srv/a/run/systemd/journal && sudo mount --bind /run/systemd/journal"
            ),
            "{said}"
        );
    }
}
