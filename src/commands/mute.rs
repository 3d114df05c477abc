//! `mute`: keeps the alerts of a partner back until a time; the monitor then sums them up in one message.

use std::path::Path;

use anyhow::Context;

use crate::adapters::config::Config;
use crate::adapters::store::{Store, become_owner};
use crate::commands::cli::{self, Cli};
use crate::commands::clock::now;
use crate::commands::status::words::muted;
use crate::commands::{output, partner, status};
use crate::domain::alerts::{LONGEST_MUTE, MuteTerms};
use crate::domain::base::clean::for_terminal;
use crate::domain::base::stop::Stop;
use crate::domain::base::time::Zone;
use crate::domain::state::Daily;

/// Runs the command. Exit code 1 if there is no state yet.
pub fn command(cli: &Cli, arguments: &cli::MuteArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let (zone, now) = (config.zone, now());
    let path = cli.state_directory();
    let Some(daily) = status::load(&path, zone, now, "mute")? else {
        return Ok(status::nothing_recorded(&path));
    };
    let (Some(name), Some(until)) = (&arguments.name, &arguments.until) else {
        return list(&daily, zone);
    };
    let moment = until.moment(zone, now, LONGEST_MUTE);
    let until = moment.map_err(|why| Stop::Usage(format!("--until {why}")))?;
    let name = partner::named(name, &mut config, &daily)?;
    let terms = MuteTerms {
        since: now,
        until,
        why: arguments.why.clone(),
        by: partner::person(arguments.by.as_ref()),
    };
    let before = change(&path, zone, |daily| {
        let (alerts, mut outbox) = daily.resume.alerts_and_outbox();
        let before = alerts.muted.get(&name).map(|mute| mute.terms.until);
        alerts.mute(&name, terms, &mut outbox);
        before
    })?;
    let before = before.map(|before| format!(" (until now: {})", zone.minute(before)));
    let said = format!(
        "{name} is muted until {}{}: its alerts are held back and summed up then; counting continues",
        zone.minute(until),
        before.unwrap_or_default()
    );
    say(&said)
}

/// Prints who is muted.
fn list(daily: &Daily, zone: Zone) -> anyhow::Result<u8> {
    let mutes = &daily.resume.alerts.muted;
    if mutes.is_empty() {
        return say("no partner is muted");
    }
    let lines: Vec<String> = mutes
        .iter()
        .map(|(name, mute)| muted(name, mute, zone))
        .collect();
    say(&lines.join("\n"))
}

/// Changes the state in one commit, as its owner.
pub(crate) fn change<T>(
    path: &Path,
    zone: Zone,
    change: impl FnOnce(&mut Daily) -> T,
) -> anyhow::Result<T> {
    become_owner(path)?;
    let changed = Store::open(path)?.change(zone.local(now()), change);
    changed.context("changing the state")
}

/// Prints lines for a person.
pub(crate) fn say(lines: &str) -> anyhow::Result<u8> {
    output::to_output(|out| {
        for line in lines.lines() {
            writeln!(out, "{}", for_terminal(line))?;
        }
        Ok(0)
    })
}
