//! The service manager: readiness, status, watchdog. Does nothing where there is none.

use std::time::Duration;

use sd_notify::{NotifyState, notify};

/// Part of the watchdog's time after which it is fed: well before it ends (sd_watchdog_enabled(3) asks for half).
const FED_AT: u32 = 3;

/// Tells the service manager; that it cannot be told is no reason to stop.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = notify(states) {
        crate::log::line(
            crate::log::Priority::Debug,
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
