//! The heartbeat: whether its address can be fetched, by the way that the service takes.

use super::finding::Finding;
use super::proxy;
use super::units::{SERVICE, Units};
use super::words::path;
use crate::adapters::config::Config;
use crate::adapters::slack::ProxySettings;
use crate::commands::run::heartbeat::{client, fetch};

/// The name of the matter.
const NAME: &str = "heartbeat";

/// What was seen of it.
#[derive(Debug)]
pub(super) enum Seen {
    /// Nothing: a fetch says that all is well, which it is not while the service does not run.
    NotTried,
    /// What came of a fetch.
    Fetched(Result<(), String>),
}

/// Nothing where the configuration names no address.
pub(super) fn gather(config: &Config, units: &Units, root: bool) -> anyhow::Result<Option<Seen>> {
    let Some(url) = &config.heartbeat.url else {
        return Ok(None);
    };
    let active = matches!(units.get(SERVICE, "ActiveState"), "active" | "reloading");
    if units.unknown.is_none() && !active {
        return Ok(Some(Seen::NotTried));
    }
    let way = match (root, proxy::of_service(units)) {
        // Only root may read the service's environment.
        (false, _) => ProxySettings::Environment,
        (true, None) => ProxySettings::Direct,
        (true, Some(proxy)) => ProxySettings::from(proxy),
    };
    let client = client(url, &way)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(Some(Seen::Fetched(
        runtime.block_on(fetch(client, url.clone())),
    )))
}

pub(super) fn judge(seen: &Seen, config: &Config) -> Finding {
    match seen {
        Seen::NotTried => Finding::ok(
            NAME,
            "not tried: a fetch says that all is well, and the service does not run",
        ),
        Seen::Fetched(Ok(())) => Finding::ok(NAME, "heartbeat.url can be fetched"),
        Seen::Fetched(Err(why)) => {
            let said = format!(
                "heartbeat.url cannot be fetched: {why}: whoever watches it hears nothing of the service"
            );
            Finding::problem(NAME, said).mended_by(format!("sudoedit {}", path(&config.path)))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use std::path::Path;

    use super::*;

    #[test]
    fn an_address_that_refuses_is_a_problem_and_one_that_was_not_tried_is_none() {
        let config = Config::parse(Path::new("/etc/c.toml"), "").unwrap();
        let said = |seen: Seen| judge(&seen, &config).told();
        assert_eq!(
            said(Seen::Fetched(Err("it answers 404 Not Found".to_owned()))),
            "problem heartbeat: heartbeat.url cannot be fetched: it answers 404 Not Found: whoever watches it hears nothing \
             of the service\n  > sudoedit /etc/c.toml\n"
        );
        assert!(said(Seen::Fetched(Ok(()))).starts_with("ok heartbeat"));
        assert!(said(Seen::NotTried).starts_with("ok heartbeat: not tried"));
    }
}
