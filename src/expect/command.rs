//! `sftp-monitor expect`.

use std::time::SystemTime;

use anyhow::Context;

use super::{FeedStanding, replay, table};
use crate::cli::{self, Cli};
use crate::config::Config;
use crate::directory::{self, Answer, Directory};
use crate::log::{Priority, line};
use crate::output;
use crate::state::{Daily, Store};
use crate::time::Time;

/// Runs the command: where each expected feed stands, or what past days would have brought.
pub fn command(cli: &Cli, arguments: &cli::Expect) -> anyhow::Result<u8> {
    let config = Config::load(cli.config.as_deref())?;
    let mut directory = directory::of(&config, arguments.partners.as_deref());
    for warning in warnings(&config, directory.as_mut()) {
        line(Priority::Warning, &warning);
    }
    if config.expects.is_empty() {
        line(
            Priority::Notice,
            "no feed is expected: the configuration has no [[expect]]",
        );
    }
    if arguments.replay {
        return replay::command(&config, directory.as_mut(), arguments);
    }
    let now = Time::from(SystemTime::now());
    let daily = load(cli, &config, now)?;
    let standings: Vec<FeedStanding<'_>> = config
        .expects
        .iter()
        .map(|expected| FeedStanding::of(expected, daily.as_ref(), now))
        .collect();
    output::to_output(|out| {
        match arguments.json {
            true => table::json(&standings, out)?,
            false if standings.is_empty() => {}
            false => table::table(&standings, config.zone, output::is_terminal(), out)?,
        }
        Ok(0)
    })
}

/// The state; none before the first start.
fn load(cli: &Cli, config: &Config, now: Time) -> anyhow::Result<Option<Daily>> {
    let directory = cli.state_directory();
    let loaded = Store::open(&directory).and_then(|mut store| store.load(config.zone.local(now)));
    loaded.context("reading the state (`sudo sftp-monitor expect` may read it)")
}

/// What is not wrong with the expectations, but hardly meant: two that are the same, and accounts that are no partners.
pub(crate) fn warnings(config: &Config, directory: &mut dyn Directory) -> Vec<String> {
    let mut warnings = config.warnings.clone();
    let mut asked: Vec<&str> = Vec::new();
    for expected in &config.expects {
        let partner = expected.partner.as_str();
        if asked.contains(&partner) {
            continue;
        }
        asked.push(partner);
        match directory.account(partner.as_bytes()) {
            Answer::Partner { .. } => continue,
            // Each further question would take as long.
            Answer::Unknown => break,
            Answer::Other { .. } => {}
        }
        let group = &config.partners.group;
        warnings.push(format!(
                "[[expect]]: {partner} is no partner, and no file of it can arrive: `sudo usermod -aG {group} {partner}`, or name it in partners.users"
        ));
    }
    warnings
}
