//! How many messages journald takes, as its configuration says.

use std::process::Command;
use std::time::Duration;

use crate::adapters::program;
use crate::domain::sessions::Limit;

/// How long systemd-analyze may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// This machine's limit; none where it is switched off. Where nobody can read it, journald's own.
pub(crate) fn limit() -> Option<Limit> {
    let mut command = Command::new("systemd-analyze");
    let configuration = program::text(
        command.args(["cat-config", "systemd/journald.conf"]),
        DEADLINE,
    );
    of_configuration(&configuration.unwrap_or_default())
}

/// The limit of a configuration whose later lines outweigh the earlier ones; none where it is switched off.
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

/// A span as systemd writes it; a bare number is seconds (systemd.time(7)).
pub(crate) fn span(text: &str) -> Option<Duration> {
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => humantime::parse_duration(text).ok(),
    }
}
