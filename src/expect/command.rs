//! `sftp-monitor expect`.

use std::fmt;
use std::time::SystemTime;

use super::{FeedStanding, replay, table};
use crate::cli::{self, Cli};
use crate::config::{Config, DEFAULT_PATH};
use crate::directory::{self, Answer, Directory};
use crate::log::{Priority, line};
use crate::output;
use crate::status::load;
use crate::time::Time;

/// Runs the command: where each expected feed stands, or what past days would have brought.
pub fn command(cli: &Cli, arguments: &cli::Expect) -> anyhow::Result<u8> {
    let config = Config::load(cli.config.as_deref())?;
    let mut directory = directory::of(&config, arguments.partners.as_deref());
    for warning in warnings(&config, directory.as_mut()) {
        line(Priority::Warning, &warning.to_string());
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
    let daily = load(&cli.state_directory(), config.zone, now, "expect")?;
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

/// What is hardly meant, though it is not wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    /// What.
    pub(crate) said: String,
    /// The command that mends it.
    pub(crate) remedy: Option<String>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)?;
        match &self.remedy {
            Some(remedy) => write!(f, ": `{remedy}`, or name it in partners.users"),
            None => Ok(()),
        }
    }
}

/// An expectation of somebody who is no partner. An account that is not there cannot join the group: its name is wrong.
fn no_partner(config: &Config, partner: &str, is_account: bool) -> Warning {
    let group = &config.partners.group;
    Warning {
        said: format!("[[expect]]: {partner} is no partner, and no file of it can arrive"),
        remedy: Some(match is_account {
            true => format!("sudo usermod --append --groups {group} {partner}"),
            false => format!("sudoedit {DEFAULT_PATH}"),
        }),
    }
}

/// What is hardly meant with the expectations: two that are the same, and accounts that are no partners.
pub(crate) fn warnings(config: &Config, directory: &mut dyn Directory) -> Vec<Warning> {
    let twice = config.warnings.iter().map(|said| Warning {
        said: said.clone(),
        remedy: None,
    });
    let mut warnings: Vec<Warning> = twice.collect();
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
            Answer::Other { uid } => warnings.push(no_partner(config, partner, uid.is_some())),
        }
    }
    warnings
}
