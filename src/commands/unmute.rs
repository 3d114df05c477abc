//! `unmute`: ends the mute of a partner now.

use crate::adapters::config::Config;
use crate::commands::cli::{self, Cli};
use crate::commands::clock::now;
use crate::commands::mute::{change, say};
use crate::commands::{partner, status};

/// Runs the command. Exit code 1 if there is no state yet.
pub fn command(cli: &Cli, arguments: &cli::UnmuteArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let (zone, now) = (config.zone, now());
    let path = cli.state_directory();
    let Some(daily) = status::load(&path, zone, now, "unmute")? else {
        return Ok(status::nothing_recorded(&path));
    };
    // A muted account may have left the partners since.
    let name = match daily.resume.alerts.muted.contains_key(&arguments.name) {
        true => arguments.name.clone(),
        false => partner::named(&arguments.name, &mut config, &daily)?,
    };
    match change(&path, zone, |daily| daily.resume.alerts.unmute(&name, now))? {
        true => say(&format!(
            "{name} is no longer muted: the alerts that were held back are summed up now"
        )),
        false => say(&format!("{name} is not muted")),
    }
}
