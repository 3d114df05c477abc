//! `sftp-monitor expect`.

use std::time::SystemTime;

use super::{FeedStanding, replay, table};
use crate::cli::{self, Cli};
use crate::config::Config;
use crate::directory;
use crate::log::{Priority, line};
use crate::output;
use crate::status::load;
use crate::time::Time;

/// Runs the command: where each expected feed stands, or what past days would have brought.
pub fn command(cli: &Cli, arguments: &cli::Expect) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let mut directory = directory::of(&mut config, arguments.partners.as_deref());
    for warning in directory::of_expects(&config, directory.as_mut()) {
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
