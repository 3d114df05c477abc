//! `status`: the state of the day and of the program; reads the state, and neither writes nor locks it.
//! Uses the domain, the adapters and the table of `expect`.

mod facts;
mod text;
pub(crate) mod words;

pub(crate) use facts::waiting;
pub(crate) use words::ago;

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, anyhow};

use crate::adapters::config::Config;
use crate::adapters::service;
use crate::adapters::store::{StateError, Store, no_room};
use crate::commands::cli::{self, Cli};
use crate::commands::clock::now;
use crate::commands::output;
use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::FeedStanding;
use crate::domain::state::Daily;
use facts::StatusReport;

/// Runs the command. Exit code 1 if there is no state yet.
pub fn command(cli: &Cli, arguments: &cli::StatusArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let now = now();
    let directory = cli.state_directory();
    let Some(daily) = load(&directory, config.zone, now, "status")? else {
        return Ok(nothing_recorded(&directory));
    };
    let watched = &daily.resume.feeds.watched;
    let partners = config.by_pattern.partners(watched.keys());
    config.by_pattern.expand(&mut config.expects, &partners);
    let feeds: Vec<FeedStanding<'_>> = config
        .expects
        .iter()
        .map(|expected| FeedStanding::of(expected, Some(&daily), now))
        .collect();
    let no_room = no_room(&directory).map(|why| format!("the state cannot be written: {why}"));
    let troubles: Vec<String> = service::trouble().into_iter().chain(no_room).collect();
    output::to_output(|out| {
        if arguments.json {
            let report = StatusReport::of(&daily, &feeds, &troubles, config.zone);
            output::json_line(out, &report)?;
        } else {
            let (clock, terminal) = ((config.zone, now), output::is_terminal());
            text::write(&daily, &feeds, &troubles, clock, terminal, out)?;
        }
        Ok(0)
    })
}

/// Says that there is no state yet. Returns the exit code.
pub(crate) fn nothing_recorded(directory: &Path) -> u8 {
    let place = directory.display();
    eprintln!(
        "nothing is recorded yet in {place}: is the service running? `systemctl status sftp-monitor`"
    );
    1
}

/// Loads the state for a command that only reads; `None` before the first start.
pub(crate) fn load(
    directory: &Path,
    zone: Zone,
    now: Time,
    command: &str,
) -> anyhow::Result<Option<Daily>> {
    let loaded = Store::open(directory).and_then(|mut store| store.load(zone.local(now)));
    let loaded = loaded.map_err(|error| match &error {
        StateError::Disk { path, cause, .. } if cause.kind() == ErrorKind::PermissionDenied => {
            let path = path.display();
            anyhow!("{path} cannot be read by this user: `sudo sftp-monitor {command}`")
        }
        _ => error.into(),
    });
    loaded.context("reading the state")
}
