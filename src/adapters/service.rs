//! The service manager: readiness, status, watchdog. Does nothing where there is none.

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

/// After how long what found no room is told again.
const AGAIN: Duration = Duration::from_secs(1);

/// Part of the watchdog's time after which it is fed: well before it ends (sd_watchdog_enabled(3) asks for half).
const FED_AT: u32 = 3;

/// Stands before what the daemon itself has trouble with, in the status.
const TROUBLE: &str = "trouble: ";

/// Stands between that and the rest.
const REST: &str = " — ";

/// The daemon's unit.
const UNIT: &str = "sftp-monitor.service";

/// How long systemctl may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// The beginning of a status that tells trouble.
pub fn with_trouble(own: &str) -> String {
    format!("{TROUBLE}{own}{REST}")
}

/// What the running service itself has trouble with, as its status says: that needs no state. None where all is well, and
/// where there is no systemd.
pub fn trouble() -> Option<String> {
    if !Path::new("/run/systemd/system").exists() {
        return None;
    }
    let mut systemctl = Command::new("systemctl");
    systemctl.args(["show", "--property=StatusText", "--value", "--", UNIT]);
    let status = program::text(&mut systemctl, DEADLINE).ok()?;
    of_status(&status).map(str::to_owned)
}

fn of_status(status: &str) -> Option<&str> {
    let trouble = status.trim().strip_prefix(TROUBLE)?;
    Some(trouble.split(REST).next().unwrap_or(trouble))
}

/// What the service manager is told, in one datagram at a time. It is never waited for: what its socket has no room for is
/// told later.
#[derive(Debug, Default)]
pub struct Manager {
    /// What state the service is in, as far as that is not told yet.
    phase: Option<String>,
    /// The last status.
    status: String,
    /// That is not told yet.
    status_untold: bool,
    /// Since when there is no room.
    full: Option<Instant>,
}

impl Manager {
    /// Reading stands at its position.
    pub fn ready(&mut self, status: &str) {
        self.enter(&[NotifyState::Ready]);
        self.status_untold = true;
        self.status(status);
    }

    /// A new configuration is being taken; [`Manager::ready`] ends it. With the time, as `Type=notify-reload` wants it
    /// (sd_notify(3)).
    pub fn reloading(&mut self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => self.enter(&[NotifyState::Reloading, now]),
            Err(_) => self.enter(&[NotifyState::Reloading]),
        }
        self.tell();
    }

    /// What `systemctl status` shows. Carries no text from a log.
    pub fn status(&mut self, status: &str) {
        if self.status != status {
            self.status = status.to_owned();
            self.status_untold = true;
        }
        self.tell();
    }

    /// All turns.
    pub fn alive(&mut self) {
        self.send(&lines(&[NotifyState::Watchdog]));
    }

    /// The end has begun.
    pub fn stopping(&mut self) {
        self.enter(&[NotifyState::Stopping]);
        self.tell();
    }

    /// When to try again; none where all is told.
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

    /// Of states that are not told yet only the last one matters.
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

    /// Sends it; false where there is no room. That it cannot be told at all is no reason to stop, nor to try again.
    fn send(&mut self, told: &str) -> bool {
        match send(told) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if self.full.replace(Instant::now()).is_none() {
                    let said =
                        "the service manager does not read what it is told: telling it later";
                    line(Priority::Warning, said);
                }
                return false;
            }
            Ok(()) => {
                if self.full.take().is_some() {
                    line(Priority::Notice, "the service manager reads again");
                }
            }
            Err(error) => line(
                Priority::Debug,
                &format!("telling the service manager: {error}"),
            ),
        }
        true
    }
}

fn lines(states: &[NotifyState<'_>]) -> String {
    states.iter().map(|state| format!("{state}\n")).collect()
}

/// One datagram to the service manager, where there is one; `sd_notify` would wait until its socket has room.
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

/// How often the watchdog is to be fed, where there is one.
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|whole| whole / FED_AT)
}

/// A line end would begin another assignment (sd_notify(3)).
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
