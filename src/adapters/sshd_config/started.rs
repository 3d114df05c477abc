//! Finds out the options with which this machine's sshds are started: their configuration files and their logs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::listeners::listeners;
use super::{PATH, PROGRAM};
use crate::adapters::program;
use crate::adapters::service::properties;

/// The options of sshd without an argument, which may be joined with others in one word (sshd(8)).
const ALONE: &str = "46DGRTVdiqrt";

/// The options with an argument, except `-E`, `-f`, `-o` and `-p`.
const WITH_ARGUMENT: &str = "CbcghKku";

/// The names of sshd's unit: Debian's, and that of other distributions.
const UNITS: [&str; 2] = ["ssh", "sshd"];

/// The time limit for systemctl: the boot and the monitor wait for it.
const DEADLINE: Duration = Duration::from_secs(2);

/// The command line options of an sshd.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// Its unit, without `.service`; `None` if it was started by hand.
    pub unit: Option<String>,
    /// Its process id; `None` if it does not run.
    pub pid: Option<String>,
    /// `-f`: the file that it reads instead of sshd_config.
    pub file: Option<PathBuf>,
    /// `-e`, or `-E FILE`: its log goes there instead of to syslog.
    pub log: Option<String>,
    /// `-o` and `-p`, as `Keyword=value`: they override its file.
    pub options: Vec<String>,
    /// It has an `-o` that cannot be separated from the other words, because its value contains blanks.
    pub unclear: bool,
}

impl Started {
    /// Reads a command line. NULs separate its words; blanks separate them after sshd has replaced it by its title, as
    /// since OpenSSH 8.2: `sshd: /usr/sbin/sshd -D -e [listener] 0 of 10-100 startups`.
    pub fn read(arguments: &str) -> Started {
        let (mut started, mut stray) = (Started::default(), false);
        let arguments = arguments.split("[listener]").next().unwrap_or_default();
        let arguments = arguments.strip_prefix("sshd: ").unwrap_or(arguments);
        let mut words = arguments.split(['\0', ' ']).filter(|word| !word.is_empty());
        words.next();
        while let Some(word) = words.next() {
            let option = word.strip_prefix('-').unwrap_or_default();
            let option = option.trim_start_matches(|option| ALONE.contains(option));
            let Some(letter) = option.chars().next() else {
                // sshd accepts no other words. systemd does not show the value of `$SSHD_OPTS`.
                stray |= !word.starts_with(['-', '$']);
                continue;
            };
            let joined = &option[letter.len_utf8()..];
            let mut argument = || match joined {
                "" => words.next().unwrap_or_default().to_owned(),
                joined => joined.to_owned(),
            };
            match letter {
                'e' => started.log = Some("-e".to_owned()),
                'E' => started.log = Some(format!("-E {}", argument())),
                'f' => started.file = Some(argument().into()),
                'o' => started.options.push(argument()),
                'p' => started.options.push(format!("Port={}", argument())),
                letter if WITH_ARGUMENT.contains(letter) => drop(argument()),
                _ => stray = true,
            }
        }
        started.unclear = stray && !started.options.is_empty();
        if started.unclear {
            started.options.clear();
        }
        started
    }

    /// The configuration file that it reads.
    pub fn path(&self) -> &Path {
        self.file.as_deref().unwrap_or(Path::new(PATH))
    }

    /// Has it a unit, but no running process?
    pub fn stands_still(&self) -> bool {
        self.unit.is_some() && self.pid.is_none()
    }

    fn is_like(&self, other: &Started) -> bool {
        (&self.file, &self.log, &self.options, self.unclear)
            == (&other.file, &other.log, &other.options, other.unclear)
    }
}

/// The sshds of this machine with different configurations: those of systemd's units, also before they run, and others
/// that listen. If none is known, an sshd as distributions start it.
pub(super) fn sshds() -> Vec<Started> {
    let mut listeners = listeners();
    let mut all = of_units(&shown(), &mut listeners);
    let by_hand = listeners.into_iter().map(|(pid, arguments)| Started {
        pid: Some(pid),
        ..Started::read(&arguments)
    });
    all.extend(by_hand);
    different(all)
}

/// The sshds of systemd's units that run, or will run at boot. If the command line of a running one is visible, it is used
/// instead of its unit's, and removed from the listeners.
fn of_units(shown: &str, listeners: &mut BTreeMap<String, String>) -> Vec<Started> {
    let units: Vec<BTreeMap<&str, &str>> = properties(shown).collect();
    let is = |unit: &BTreeMap<&str, &str>, key, begin| {
        unit.get(key)
            .is_some_and(|value: &&str| value.starts_with(begin))
    };
    let by_socket = units.iter().any(|unit| {
        let id = unit.get("Id").and_then(|id| id.strip_suffix(".socket"));
        let on = is(unit, "ActiveState", "active") || is(unit, "UnitFileState", "enabled");
        id.is_some_and(|id| UNITS.contains(&id)) && on
    });
    let mut all = Vec::new();
    for unit in &units {
        let id = unit.get("Id").and_then(|id| id.strip_suffix(".service"));
        let command = unit.get("ExecStart").and_then(|command| arguments(command));
        let (Some(id), Some(command)) = (id, command) else {
            continue;
        };
        let is_usual = UNITS.contains(&id);
        let pid = unit.get("MainPID").filter(|pid| **pid != "0");
        let said = pid.and_then(|&pid| listeners.remove(pid));
        let started = Started {
            unit: Some(id.to_owned()),
            pid: pid.map(|&pid| pid.to_owned()),
            ..Started::read(said.as_deref().unwrap_or(command))
        };
        let will =
            is(unit, "UnitFileState", "enabled") || unit.get("Job").is_some_and(|job| *job != "0");
        // Without its configuration file it does not start.
        let will = will && started.path().exists();
        if pid.is_some() || will || is_usual && by_socket {
            // The machine's usual sshd is first.
            let place = if is_usual { 0 } else { all.len() };
            all.insert(place, started);
        }
    }
    if by_socket && !all.iter().any(is_usual) {
        all.insert(0, Started::default());
    }
    all
}

fn is_usual(started: &Started) -> bool {
    let unit = started.unit.as_deref();
    unit.is_some_and(|unit| UNITS.contains(&unit))
}

/// The command line of an `ExecStart` of sshd:
/// `{ path=/usr/sbin/sshd ; argv[]=/usr/sbin/sshd -D $SSHD_OPTS ; ignore_errors=no ; …`.
fn arguments(command: &str) -> Option<&str> {
    let (path, rest) = command.strip_prefix("{ path=")?.split_once(" ; argv[]=")?;
    (path == PROGRAM).then(|| rest.split(" ; ").next().unwrap_or_default())
}

/// Removes sshds that read the same configuration as an earlier one.
fn different(all: Vec<Started>) -> Vec<Started> {
    let mut kept: Vec<Started> = Vec::new();
    for one in all {
        if !kept.iter().any(|before| before.is_like(&one)) {
            kept.push(one);
        }
    }
    if kept.is_empty() {
        kept.push(Started::default());
    }
    kept
}

/// systemd's properties of all services that it knows.
fn shown() -> String {
    if !Path::new("/run/systemd/system").exists() {
        return String::new();
    }
    let mut systemctl = Command::new("systemctl");
    systemctl.args([
        "show",
        "--property=Id,MainPID,ExecStart,ActiveState,UnitFileState,Job",
    ]);
    systemctl.args(["*.service", "ssh.socket", "sshd.socket"]);
    // If systemd does not answer, running sshds are still found.
    program::text(&mut systemctl, DEADLINE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unit, process id, file, log and options as one text.
    fn told(started: &Started) -> String {
        let mut told: Vec<String> = Vec::new();
        told.extend(started.unit.iter().map(|unit| format!("{unit}:")));
        told.extend(started.pid.clone());
        told.push(started.path().display().to_string());
        told.extend(started.log.iter().map(|log| format!("log {log}")));
        told.extend(started.options.clone());
        told.extend(started.unclear.then(|| "unclear".to_owned()));
        told.join(" ")
    }

    #[test]
    fn the_options_are_read_with_and_without_sshds_title() {
        for (arguments, expected) in [
            ("/usr/sbin/sshd\0-D\0", PATH),
            ("/usr/sbin/sshd -D $SSHD_OPTS", PATH),
            ("/usr/sbin/sshd\0-D\0-e\0", "/etc/ssh/sshd_config log -e"),
            ("/usr/sbin/sshd\0-De\0", "/etc/ssh/sshd_config log -e"),
            (
                "/usr/sbin/sshd\0-D\0-E/var/log/sshd\0",
                "/etc/ssh/sshd_config log -E /var/log/sshd",
            ),
            (
                "/usr/sbin/sshd\0-D\0-E\0/var/log/e\0",
                "/etc/ssh/sshd_config log -E /var/log/e",
            ),
            (
                "/usr/sbin/sshd\0-f\0/etc/ssh/sftp\0-oPort=2222\0",
                "/etc/ssh/sftp Port=2222",
            ),
            (
                "sshd: /usr/sbin/sshd -D -e [listener] 0 of 10-100 startups\0",
                "/etc/ssh/sshd_config log -e",
            ),
            (
                "sshd: /usr/sbin/sshd -Df/etc/ssh/sftp -p 2222 -h /etc/ssh/key [listener] 0 of 10-100 startups",
                "/etc/ssh/sftp Port=2222",
            ),
            (
                "sshd: /usr/sbin/sshd -D -o LogLevel=QUIET [listener] 0",
                "/etc/ssh/sshd_config LogLevel=QUIET",
            ),
            // The end of the value is not known.
            (
                "sshd: /usr/sbin/sshd -o ForceCommand internal-sftp -l INFO -f /etc/ssh/sftp [listener] 0",
                "/etc/ssh/sftp unclear",
            ),
            (
                "/usr/sbin/sshd\0-p22\0-e\0",
                "/etc/ssh/sshd_config log -e Port=22",
            ),
        ] {
            assert_eq!(told(&Started::read(arguments)), expected, "{arguments}");
        }
    }

    fn service(id: &str, pid: &str, state: &str, arguments: &str) -> String {
        format!(
            "MainPID={pid}\nExecStart={{ path=/usr/sbin/sshd ; argv[]={arguments} ; ignore_errors=no ; start_time=[n/a] ; pid=0 }}\n\
             Id={id}.service\nActiveState=inactive\nUnitFileState={state}\n"
        )
    }

    fn all(shown: &[String], running: &[(&str, &str)]) -> Vec<String> {
        let running = running
            .iter()
            .map(|(pid, line)| ((*pid).to_owned(), (*line).to_owned()));
        let mut running = running.collect();
        let of_units = of_units(&shown.join("\n"), &mut running);
        let left = running.into_keys().map(|pid| format!("left: {pid}"));
        different(of_units).iter().map(told).chain(left).collect()
    }

    #[test]
    fn the_sshds_of_units_are_known_before_they_run_and_say_themselves_how_once_they_do() {
        // This file exists.
        let second = "/usr/sbin/sshd -D -f /etc/passwd $SSHD_OPTS";
        let enabled = [
            service("sshd-sftp", "0", "enabled", second),
            service("other", "0", "disabled", "/usr/sbin/sshd -f /etc/group"),
            service("gone", "0", "enabled", "/usr/sbin/sshd -f /nowhere/config"),
            service("ssh", "12", "enabled", "/usr/sbin/sshd -D $SSHD_OPTS"),
            service("cron", "7", "enabled", "x").replace("/sbin/sshd", "/sbin/cron"),
        ];
        assert_eq!(
            all(&enabled, &[]),
            ["ssh: 12 /etc/ssh/sshd_config", "sshd-sftp: /etc/passwd"]
        );
        let title = "sshd: /usr/sbin/sshd -D -o LogLevel=ERROR [listener] 0 of 10-100 startups";
        assert_eq!(
            all(&enabled, &[("12", title), ("13", title)]),
            [
                "ssh: 12 /etc/ssh/sshd_config LogLevel=ERROR",
                "sshd-sftp: /etc/passwd",
                "left: 13"
            ]
        );
    }

    #[test]
    fn where_none_is_known_or_a_socket_starts_it_there_is_the_usual_one() {
        let stopped = service("ssh", "0", "disabled", "/usr/sbin/sshd -D -f /etc/group");
        assert_eq!(all(std::slice::from_ref(&stopped), &[]), [PATH]);
        let socket = "Id=ssh.socket\nActiveState=active\nUnitFileState=enabled\n".to_owned();
        assert_eq!(all(&[stopped, socket.clone()], &[]), ["ssh: /etc/group"]);
        let second = service(
            "sshd-sftp",
            "9",
            "disabled",
            "/usr/sbin/sshd -f /etc/passwd",
        );
        assert_eq!(
            all(&[second, socket], &[]),
            [PATH, "sshd-sftp: 9 /etc/passwd"]
        );
    }
}
