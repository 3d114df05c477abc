//! `sftp-monitor expect`: shows the expected feeds, or replays past days. Uses the domain, the adapters and `status`.

mod files;
mod replay;
mod sentence;
pub(crate) mod table;

use crate::adapters::config::Config;
use crate::adapters::log::{Priority, line};
use crate::adapters::{machine, userdb};
use crate::commands::cli::{self, Cli};
use crate::commands::clock::now;
use crate::commands::output;
use crate::commands::status::load;
use crate::domain::expect::FeedStanding;

/// Runs the command: shows the state of each expected feed, or replays past days.
pub fn command(cli: &Cli, arguments: &cli::ExpectArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let mut directory = machine::of(&mut config, arguments.partners.as_deref());
    for warning in userdb::of_expects(&config, directory.as_mut()) {
        line(Priority::Warning, &warning.to_string());
    }
    if config.expects.is_empty() && config.by_pattern.all.is_empty() {
        line(
            Priority::Notice,
            "no feed is expected: the configuration has no [[expect]]",
        );
    }
    if arguments.replay {
        return replay::command(&config, directory.as_mut(), arguments);
    }
    let now = now();
    let daily = load(&cli.state_directory(), config.zone, now, "expect")?;
    let standings: Vec<FeedStanding<'_>> = config
        .expects
        .iter()
        .map(|expected| FeedStanding::of(expected, daily.as_ref(), now))
        .collect();
    output::to_output(|out| {
        match arguments.json {
            true => table::json(&standings, config.zone, out)?,
            false if standings.is_empty() => {}
            false => {
                table::table(&standings, config.zone, output::is_terminal(), out)?;
                writeln!(out)?;
                sentence::sentences(&standings, config.zone, out)?;
            }
        }
        Ok(0)
    })
}
