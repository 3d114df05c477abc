//! The service manager: readiness, status, watchdog. Does nothing without a service manager.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use sd_notify::NotifyState;

use crate::adapters::log::{Priority, line};
use crate::adapters::program;

/// The pause before a message that found no room is sent again.
const AGAIN: Duration = Duration::from_secs(1);

/// The watchdog is fed at this fraction of its time, well before the time ends (sd_watchdog_enabled(3) recommends half).
const FED_AT: u32 = 3;

/// Comes before the daemon's own trouble in the status.
const TROUBLE: &str = "trouble: ";

/// Comes between the trouble and the rest of the status.
const REST: &str = " — ";

/// The daemon's unit.
const UNIT: &str = "sftp-monitor.service";

/// How long systemctl may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// The beginning of a status that reports trouble.
pub fn with_trouble(own: &str) -> String {
    format!("{TROUBLE}{own}{REST}")
}

/// The trouble of the running service itself, from its status: this needs no state. `None` if all is well, or if there is no
/// systemd.
pub fn trouble() -> Option<String> {
    if !Path::new("/run/systemd/system").exists() {
        return None;
    }
    of_status(&property(UNIT, "StatusText")).map(str::to_owned)
}

/// A property of a unit, or of the path of a mount, as systemd shows it; empty if it is unset or unknown.
pub(crate) fn property(unit: impl AsRef<OsStr>, name: &str) -> String {
    let mut systemctl = Command::new("systemctl");
    systemctl.args(["show", "--property", name, "--value", "--"]);
    let shown = program::text(systemctl.arg(unit), DEADLINE).unwrap_or_default();
    shown.trim().to_owned()
}

/// The properties of several units, as `systemctl show` prints them: `KEY=VALUE` lines, an empty line between units.
pub(crate) fn properties(shown: &str) -> impl Iterator<Item = BTreeMap<&str, &str>> {
    let units = shown.split("\n\n");
    units.map(|unit| {
        unit.lines()
            .filter_map(|line| line.split_once('='))
            .collect()
    })
}

fn of_status(status: &str) -> Option<&str> {
    let trouble = status.trim().strip_prefix(TROUBLE)?;
    Some(trouble.split(REST).next().unwrap_or(trouble))
}

/// Sends messages to the service manager, one datagram at a time. It never waits: a message that finds no room in the socket
/// is sent later.
#[derive(Debug, Default)]
pub struct Manager {
    /// The state of the service, if it is not sent yet.
    phase: Option<String>,
    /// The last status.
    status: String,
    /// The status is not sent yet.
    status_untold: bool,
    /// Since when the socket has had no room.
    full: Option<Instant>,
}

impl Manager {
    /// Reading stands at its position.
    pub fn ready(&mut self, status: &str) {
        self.enter(&[NotifyState::Ready]);
        self.status_untold = true;
        self.status(status);
    }

    /// A new configuration is being loaded; [`Manager::ready`] ends this. Sends the time, as `Type=notify-reload` requires
    /// (sd_notify(3)).
    pub fn reloading(&mut self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => self.enter(&[NotifyState::Reloading, now]),
            Err(_) => self.enter(&[NotifyState::Reloading]),
        }
        self.tell();
    }

    /// The line that `systemctl status` shows. It holds no text from a log.
    pub fn status(&mut self, status: &str) {
        if self.status != status {
            self.status = status.to_owned();
            self.status_untold = true;
        }
        self.tell();
    }

    /// Feeds the watchdog: the loop is running.
    pub fn alive(&mut self) {
        self.send(&lines(&[NotifyState::Watchdog]));
    }

    /// The service begins to stop.
    pub fn stopping(&mut self) {
        self.enter(&[NotifyState::Stopping]);
        self.tell();
    }

    /// When to try again. `None` if everything is sent.
    pub fn due(&self) -> Option<Instant> {
        let untold = self.phase.is_some() || self.status_untold;
        self.full.filter(|_| untold).map(|tried| tried + AGAIN)
    }

    /// Tries again, if it is time.
    pub fn turn(&mut self) {
        if self.due().is_some_and(|due| due <= Instant::now()) {
            self.tell();
        }
    }

    /// Notes a state. Of several states that are not sent yet, only the last one matters.
    fn enter(&mut self, states: &[NotifyState<'_>]) {
        self.phase = Some(lines(states));
    }

    fn tell(&mut self) {
        let mut told = self.phase.clone().unwrap_or_default();
        if self.status_untold {
            told += &lines(&[NotifyState::Status(&one_line(&self.status))]);
        }
        if !told.is_empty() && self.send(&told) {
            self.phase = None;
            self.status_untold = false;
        }
    }

    /// Sends a message; false if there is no room. Any other error is ignored: it is no reason to stop or to try again.
    fn send(&mut self, told: &str) -> bool {
        match send(told) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if self.full.replace(Instant::now()).is_none() {
                    let said = "the service manager does not read its notification socket: it is notified later";
                    line(Priority::Warning, said);
                }
                return false;
            }
            Ok(()) => {
                if self.full.take().is_some() {
                    line(
                        Priority::Notice,
                        "the service manager reads its notification socket again",
                    );
                }
            }
            Err(error) => line(
                Priority::Debug,
                &format!("notifying the service manager: {error}"),
            ),
        }
        true
    }
}

fn lines(states: &[NotifyState<'_>]) -> String {
    states.iter().map(|state| format!("{state}\n")).collect()
}

/// Sends one datagram to the service manager, if there is one; `sd_notify` would wait until its socket has room.
fn send(told: &str) -> io::Result<()> {
    let Some(address) = std::env::var_os("NOTIFY_SOCKET") else {
        return Ok(());
    };
    let address = match address.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(address)?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.send_to_addr(told.as_bytes(), &address).map(drop)
}

/// How often to feed the watchdog. `None` if there is no watchdog.
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|whole| whole / FED_AT)
}

/// Removes control characters: a line feed would start another assignment (sd_notify(3)).
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_stands_before_the_rest_of_the_status() {
        let own = "trouble: the state cannot be written: No space left — journal: 2026-03-30: 3 log-ins\n";
        assert_eq!(
            of_status(own),
            Some("the state cannot be written: No space left")
        );
        assert_eq!(of_status("journal: 2026-03-30: 3 log-ins\n"), None);
        assert_eq!(of_status(""), None);
    }
}
