//! The service manager: readiness, status, watchdog. Does nothing where there is none.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sd_notify::{NotifyState, notify};

use crate::adapters::program;

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

/// Tells the service manager; that it cannot be told is no reason to stop.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = notify(states) {
        crate::adapters::log::line(
            crate::adapters::log::Priority::Debug,
            &format!("telling the service manager: {error}"),
        );
    }
}

/// Reading stands at its position.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(&one_line(status))]);
}

/// A new configuration is being taken; [`ready`] ends it. With the time, as `Type=notify-reload` wants it (sd_notify(3)).
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// What `systemctl status` shows. Carries no text from a log.
pub fn status(status: &str) {
    tell(&[NotifyState::Status(&one_line(status))]);
}

/// All turns.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// The end has begun.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
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
