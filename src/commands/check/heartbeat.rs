//! Checks the heartbeat: whether its address can be fetched by the service's network path.

use reqwest::Url;

use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::network::way;
use super::units::SERVICE;
use super::words::edit;
use crate::adapters::config::Config;
use crate::commands::clock::wait;
use crate::commands::run::heartbeat::{client, fetch};

/// The name of the matter.
const NAME: &str = "heartbeat";

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let Some(url) = &machine.config.heartbeat.url else {
        return;
    };
    let units = machine.units;
    let active = matches!(units.get(SERVICE, "ActiveState"), "active" | "reloading");
    // A fetch reports that all is well, which is wrong while the service does not run.
    let tried = units.unknown.is_some() || active;
    let fetched = tried.then(|| fetched(url, machine));
    report.findings.push(judge(fetched, machine.config));
}

fn fetched(url: &Url, machine: &MachineFacts<'_>) -> Result<(), String> {
    let client = client(url, &way(machine).0).map_err(|error| format!("{error:#}"))?;
    wait(fetch(client, url.clone())).map_err(|error| error.to_string())?
}

fn judge(fetched: Option<Result<(), String>>, config: &Config) -> Finding {
    match fetched {
        None => Finding::ok(
            NAME,
            "not tested: a request means that the service works, and the service does not run",
        ),
        Some(Ok(())) => Finding::ok(NAME, "heartbeat.url can be fetched"),
        Some(Err(why)) => {
            let said = format!(
                "heartbeat.url cannot be fetched: {why}: the program that waits for the heartbeat does not receive it"
            );
            Finding::problem(NAME, said).fixed_by(edit(&config.path))
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
        let said = |fetched| judge(fetched, &config).told();
        assert_eq!(
            said(Some(Err("it answers 404 Not Found".to_owned()))),
            "problem heartbeat: heartbeat.url cannot be fetched: it answers 404 Not Found: the program that waits for the heartbeat does not receive it\n  > sudoedit /etc/c.toml\n"
        );
        assert!(said(Some(Ok(()))).starts_with("ok heartbeat"));
        assert!(said(None).starts_with("ok heartbeat: not tested"));
    }
}
