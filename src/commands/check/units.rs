//! The properties of the units, as systemd shows them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::adapters::program;
use crate::adapters::service;
use crate::adapters::sshd_config::{PATH, Started};
use crate::domain::base::time::Time;

/// The daemon.
pub(super) const SERVICE: &str = "sftp-monitor.service";

/// The timer that starts the digest every evening.
pub(super) const TIMER: &str = "sftp-monitor-digest.timer";

/// The digest.
pub(super) const DIGEST: &str = "sftp-monitor-digest.service";

/// The service that binds journald's socket into the chroots at boot.
pub(super) const DEVLOG: &str = "sftp-monitor-devlog.service";

/// The path unit that starts that service again when accounts change.
pub(super) const DEVLOG_PATH: &str = "sftp-monitor-devlog.path";

/// The default user of the service, if its unit does not set one.
pub(super) const USER: &str = "sftp-monitor";

/// sshd's unit: Debian's name, and that of other distributions.
const SSH: [&str; 2] = ["ssh.service", "sshd.service"];

/// The sockets that start sshd, for the first or for each connection.
const SSH_SOCKETS: [&str; 2] = ["ssh.socket", "sshd.socket"];

/// The time limit for systemctl.
const DEADLINE: Duration = Duration::from_secs(10);

/// The properties that are read for each unit (systemctl(1), show).
const PROPERTIES: &str = "--property=Id,Names,LoadState,ActiveState,SubState,UnitFileState,Result,ExecMainStatus,\
    NeedDaemonReload,User,SupplementaryGroups,Environment,MainPID,LogRateLimitBurst,LogRateLimitIntervalUSec,LogNamespace";

/// The arguments of busctl for the timer's next run, in microseconds: systemctl prints it only in a form for people.
const NEXT: [&str; 6] = [
    "--system",
    "get-property",
    "org.freedesktop.systemd1",
    "/org/freedesktop/systemd1/unit/sftp_2dmonitor_2ddigest_2etimer",
    "org.freedesktop.systemd1.Timer",
    "NextElapseUSecRealtime",
];

/// The properties of the units, by unit name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Units {
    pub(super) properties: BTreeMap<String, BTreeMap<String, String>>,
    /// When the timer fires next.
    pub(super) next: Option<Time>,
    /// The reason why nothing is known about the units.
    pub(super) unknown: Option<String>,
}

/// An sshd, for the commands that fix its settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ssh<'a> {
    /// Its unit's name, without `.service`.
    pub(super) unit: &'a str,
    /// Does a socket start it?
    pub(super) of_socket: bool,
    /// Its process id, if it has no unit.
    pub(super) pid: Option<&'a str>,
    /// The file that it reads instead of sshd_config.
    pub(super) file: Option<&'a Path>,
}

impl<'a> Ssh<'a> {
    /// The sshd with these start options; unknown facts are those of the usual sshd.
    pub(super) fn of(self, started: &'a Started) -> Ssh<'a> {
        let unit = started.unit.as_deref();
        Ssh {
            unit: unit.unwrap_or(self.unit),
            of_socket: self.of_socket && unit.is_none_or(|unit| unit == self.unit),
            pid: started.pid.as_deref().filter(|_| unit.is_none()),
            file: started.file.as_deref(),
        }
    }

    /// The file that it reads.
    pub(super) fn path(&self) -> &'a Path {
        self.file.unwrap_or(Path::new(PATH))
    }
}

impl Units {
    pub(super) fn gather() -> Units {
        let unknown = |why: String| Units {
            unknown: Some(why),
            ..Units::default()
        };
        if !Path::new("/run/systemd/system").exists() {
            return unknown("systemd is not this machine's service manager".to_owned());
        }
        let mut systemctl = Command::new("systemctl");
        systemctl.args(["show", PROPERTIES]);
        systemctl.args([SERVICE, TIMER, DIGEST, DEVLOG, DEVLOG_PATH]);
        match program::text(systemctl.args(SSH).args(SSH_SOCKETS), DEADLINE) {
            Ok(printed) => Units {
                next: program::text(Command::new("busctl").args(NEXT), DEADLINE)
                    .ok()
                    .and_then(|printed| next_run(&printed)),
                ..Units::of(&printed)
            },
            Err(why) => unknown(why.to_string()),
        }
    }

    /// Reads the output of `systemctl show` for several units.
    pub(super) fn of(printed: &str) -> Units {
        let mut properties = BTreeMap::new();
        for unit in service::properties(printed) {
            let owned = |(key, value): (&&str, &&str)| (key.to_string(), value.to_string());
            for name in unit
                .get("Names")
                .copied()
                .unwrap_or_default()
                .split_whitespace()
            {
                properties.insert(name.to_owned(), unit.iter().map(owned).collect());
            }
        }
        Units {
            properties,
            ..Units::default()
        }
    }

    pub(super) fn get(&self, unit: &str, property: &str) -> &str {
        let value = self
            .properties
            .get(unit)
            .and_then(|unit| unit.get(property));
        value.map_or("", String::as_str)
    }

    pub(super) fn is_loaded(&self, unit: &str) -> bool {
        self.get(unit, "LoadState") == "loaded"
    }

    /// sshd's unit on this machine.
    pub(super) fn ssh(&self) -> Ssh<'static> {
        let loaded = SSH.into_iter().find(|unit| self.is_loaded(unit));
        let active = |socket: &&str| self.get(socket, "ActiveState") == "active";
        Ssh {
            unit: loaded.unwrap_or(SSH[0]).trim_end_matches(".service"),
            of_socket: SSH_SOCKETS.iter().any(active),
            pid: None,
            file: None,
        }
    }

    /// Does sshd run, or does a socket start it?
    pub(super) fn ssh_is_active(&self) -> bool {
        let mut units = SSH.into_iter().chain(SSH_SOCKETS);
        units.any(|unit| matches!(self.get(unit, "ActiveState"), "active" | "reloading"))
    }

    /// The command that starts a unit, or restarts a running one.
    pub(super) fn again(&self, unit: &str) -> String {
        match self.get(unit, "ActiveState") {
            "active" | "reloading" => format!("sudo systemctl restart {unit}"),
            _ => format!("sudo systemctl start {unit}"),
        }
    }

    /// Does the unit start at boot?
    pub(super) fn is_enabled(&self, unit: &str) -> bool {
        self.get(unit, "UnitFileState").starts_with("enabled")
    }

    /// Is journald's socket bound into the chroots at each boot, and for each new partner?
    pub(super) fn keeps_devlog(&self) -> bool {
        self.is_enabled(DEVLOG) && self.is_enabled(DEVLOG_PATH)
    }

    /// The command that binds journald's socket into every chroot, now and from now on.
    pub(super) fn devlog(&self) -> String {
        let active = |unit| self.get(unit, "ActiveState") == "active";
        if !self.is_loaded(DEVLOG) {
            return "sudo sftp-monitor devlog".to_owned();
        }
        // An enabled unit counts as started; only a restart runs it again.
        let restart = format!("sudo systemctl restart {DEVLOG}");
        match (
            self.is_enabled(DEVLOG) && active(DEVLOG_PATH),
            active(DEVLOG),
        ) {
            (true, _) => restart,
            (false, true) => format!("sudo systemctl enable --now {DEVLOG_PATH} && {restart}"),
            (false, false) => format!("sudo systemctl enable --now {DEVLOG} {DEVLOG_PATH}"),
        }
    }
}

/// Reads busctl's `t 1774907940000000`; 0 or the largest number means that the timer does not fire by the calendar.
pub(super) fn next_run(printed: &str) -> Option<Time> {
    let micros: i64 = printed.trim().strip_prefix("t ")?.parse().ok()?;
    (micros > 0).then(|| Time::from_seconds(micros / 1_000_000))
}

#[cfg(test)]
impl Default for Ssh<'_> {
    fn default() -> Self {
        Units::default().ssh()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(unit: &str, load: &str, active: &str, enabled: &str, more: &str) -> String {
        format!(
            "Id={unit}\nNames={unit}\nLoadState={load}\nActiveState={active}\nUnitFileState={enabled}\n{more}\n"
        )
    }

    #[test]
    fn the_mend_of_a_chroot_depends_on_what_is_installed() {
        let of = |active: &str, enabled: &str, path: &str| {
            let units = [
                show(DEVLOG, "loaded", active, enabled, ""),
                show(DEVLOG_PATH, "loaded", path, enabled, ""),
            ];
            Units::of(&units.join("\n")).devlog()
        };
        assert_eq!(Units::default().devlog(), "sudo sftp-monitor devlog");
        assert_eq!(
            of("inactive", "disabled", "inactive"),
            "sudo systemctl enable --now sftp-monitor-devlog.service sftp-monitor-devlog.path"
        );
        assert_eq!(
            of("active", "enabled", "active"),
            "sudo systemctl restart sftp-monitor-devlog.service"
        );
    }
}
