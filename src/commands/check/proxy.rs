//! The proxy between the service and Slack: which one its environment names.

use super::units::{SERVICE, Units};
use crate::adapters::config::environment;
use crate::adapters::slack::{Proxy, assigned};

/// The proxy in the service's environment: its file outweighs its unit (systemd.exec(5), EnvironmentFile=).
pub(super) fn of_service(units: &Units) -> Option<Proxy> {
    let file = std::fs::read(environment::FILE).unwrap_or_default();
    let unit = units.get(SERVICE, "Environment").replace(' ', "\n");
    Proxy::of(|variable| assigned(&file, variable).or_else(|| assigned(unit.as_bytes(), variable)))
}
