//! Checks for a `/dev/log` that is bound now, but will not be after the next boot.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::arrived::Reached;
use super::dev_log_fault::{NAME, TriedChroot};
use super::finding::Finding;
use super::units::{DEVLOG, DEVLOG_PATH, Units};
use crate::adapters::service::property;
use crate::adapters::sight::SOCKET;
use crate::domain::base::names::names;

/// The partners whose `/dev/log` was bound by hand, by `sftp-monitor devlog`, or by a unit that does not start at boot.
pub(super) fn gather<'a>(chroots: &[TriedChroot<'a>], units: &Units) -> Vec<&'a str> {
    if units.keeps_devlog() || !units.is_loaded(DEVLOG) {
        return Vec::new();
    }
    let works = chroots.iter().filter(|tried| tried.reached == Reached::Log);
    let bound = works.filter(|tried| {
        let log = tried.path.join("dev/log");
        is_journalds(&log) && !is_of_a_file(&log)
    });
    bound.flat_map(|tried| tried.partners.clone()).collect()
}

/// A warning for these partners; `None` if there are none.
pub(super) fn judge(partners: &[&str], units: &Units) -> Option<Finding> {
    if partners.is_empty() {
        return None;
    }
    let said = format!(
        "works now, but not after a reboot, for {}: {DEVLOG} and {DEVLOG_PATH} are not both enabled",
        names(partners)
    );
    Some(Finding::warning(NAME, said).fixed_by(units.devlog()))
}

/// Is it journald's own socket? Other programs maintain their own.
fn is_journalds(log: &Path) -> bool {
    let of = |path: &Path| std::fs::metadata(path).map(|meta| (meta.dev(), meta.ino()));
    match (of(log), of(Path::new(SOCKET))) {
        (Ok(log), Ok(socket)) => log == socket,
        _ => false,
    }
}

/// Does a unit file or a line in /etc/fstab mount it? For a manual mount systemd knows no file.
fn is_of_a_file(log: &Path) -> bool {
    !property(log, "FragmentPath").is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::finding::told;
    use super::*;

    #[test]
    fn what_ends_with_the_machine_is_a_warning_with_what_to_enable() {
        let show = |unit: &str| {
            format!(
                "Id={unit}\nNames={unit}\nLoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n"
            )
        };
        let units = Units::of(&[show(DEVLOG), show(DEVLOG_PATH)].join("\n"));
        let partners = ["alice", "bob"];
        let found: Vec<_> = judge(&partners, &units).into_iter().collect();
        assert_eq!(
            told(&found),
            "warning dev-log: works now, but not after a reboot, for alice, bob: sftp-monitor-devlog.service and \
             sftp-monitor-devlog.path are not both enabled\n  \
             > sudo systemctl enable --now sftp-monitor-devlog.service sftp-monitor-devlog.path\n"
        );
        assert!(judge(&[], &units).is_none());
    }
}
