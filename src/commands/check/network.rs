//! The service's network path: its proxy.

use super::machine::MachineFacts;
use super::units::{SERVICE, Units};
use crate::adapters::config::environment;
use crate::adapters::slack::{Proxy, ProxySettings, assigned};

/// The network path of the service, and its proxy. Only root may read the service's environment.
pub(super) fn way(machine: &MachineFacts<'_>) -> (ProxySettings, Option<Proxy>) {
    if !machine.root {
        return (ProxySettings::Environment, Proxy::own());
    }
    let proxy = of_service(machine.units);
    (
        proxy
            .clone()
            .map_or(ProxySettings::Direct, ProxySettings::from),
        proxy,
    )
}

/// The proxy in the service's environment: its file overrides its unit (systemd.exec(5), EnvironmentFile=).
fn of_service(units: &Units) -> Option<Proxy> {
    let file = std::fs::read(environment::FILE).unwrap_or_default();
    let unit = units.get(SERVICE, "Environment").replace(' ', "\n");
    Proxy::of(|variable| assigned(&file, variable).or_else(|| assigned(unit.as_bytes(), variable)))
}
