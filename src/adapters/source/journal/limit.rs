//! The rate limit of journald, from its configuration.

use std::process::Command;
use std::time::Duration;

use crate::adapters::program;
use crate::domain::sessions::Limit;

/// How long systemd-analyze may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// This machine's limit. `None` if it is switched off; journald's default if the configuration cannot be read.
pub(crate) fn limit() -> Option<Limit> {
    let mut command = Command::new("systemd-analyze");
    let configuration = program::text(
        command.args(["cat-config", "systemd/journald.conf"]),
        DEADLINE,
    );
    of_configuration(&configuration.unwrap_or_default())
}

/// The limit of a configuration, in which later lines override earlier ones. `None` if it is switched off.
pub(crate) fn of_configuration(configuration: &str) -> Option<Limit> {
    let value = |key: &str| {
        let mut lines = configuration.lines().rev().map(str::trim);
        lines.find_map(|line| {
            Some(
                line.strip_prefix(key)?
                    .trim_start()
                    .strip_prefix('=')?
                    .trim(),
            )
        })
    };
    let default = Limit::default();
    let burst = value("RateLimitBurst")
        .and_then(|value| value.parse().ok())
        .unwrap_or(default.burst);
    let interval = value("RateLimitIntervalSec")
        .and_then(span)
        .unwrap_or(default.interval);
    (burst > 0 && !interval.is_zero()).then_some(Limit { burst, interval })
}

/// A time span in systemd's notation; a number without a unit is seconds (systemd.time(7)).
pub(crate) fn span(text: &str) -> Option<Duration> {
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => humantime::parse_duration(text).ok(),
    }
}
