//! `mute`: keeps the alerts of a partner back until a time; the monitor then sums them up in one message.

use std::path::Path;
use std::time::SystemTime;

use anyhow::Context;

use crate::adapters::config::Config;
use crate::adapters::store::{Store, become_owner, log_recoveries};
use crate::commands::cli::{self, Cli};
use crate::commands::{output, partner, status};
use crate::domain::alerts::{LONGEST_MUTE, Mute, MuteTerms};
use crate::domain::base::clean::for_terminal;
use crate::domain::base::stop::Stop;
use crate::domain::base::time::{Time, Zone};
use crate::domain::state::Daily;

/// Runs the command. Exit code 1 if there is no state yet.
pub fn command(cli: &Cli, arguments: &cli::Mute) -> anyhow::Result<u8> {
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
    let before = before.map(|before| format!(" (until now: {})", clock(zone, before)));
    let said = format!(
        "{name} is muted until {}{}: its alerts are kept back and summed up then, and counting goes on",
        clock(zone, until),
        before.unwrap_or_default()
    );
    say(&said)
}

/// Prints who is muted.
fn list(daily: &Daily, zone: Zone) -> anyhow::Result<u8> {
    let muted = &daily.resume.alerts.muted;
    if muted.is_empty() {
        return say("nobody is muted");
    }
    let lines: Vec<String> = muted
        .iter()
        .map(|(name, mute)| in_short(name, mute, zone))
        .collect();
    say(&lines.join("\n"))
}

/// A mute in one line: `alice until 2026-03-30 18:00, since 2026-03-30 10:00, by bob: maintenance; 3 events kept back`.
pub(crate) fn in_short(name: &str, mute: &Mute, zone: Zone) -> String {
    let terms = &mute.terms;
    let by = terms.by.as_ref().map(|by| format!(", by {by}"));
    let why = terms.why.as_ref().map(|why| format!(": {why}"));
    let [since, until] = [terms.since, terms.until].map(|at| clock(zone, at));
    let held = match mute.held() {
        0 => "nothing".to_owned(),
        held => status::words::many(held, "event"),
    };
    let (by, why) = (by.unwrap_or_default(), why.unwrap_or_default());
    format!("{name} until {until}, since {since}{by}{why}; {held} kept back")
}

/// Changes the state in one commit, as its owner.
pub(crate) fn change<T>(
    path: &Path,
    zone: Zone,
    change: impl FnOnce(&mut Daily) -> T,
) -> anyhow::Result<T> {
    become_owner(path)?;
    let mut unusual = Vec::new();
    let changed = Store::open(path)?.commit(zone.local(now()), |daily, recoveries| {
        unusual = recoveries.to_vec();
        change(daily)
    });
    log_recoveries(&unusual);
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

pub(crate) fn now() -> Time {
    Time::from(SystemTime::now())
}

fn clock(zone: Zone, time: Time) -> String {
    zone.local(time).format("%Y-%m-%d %H:%M").to_string()
}
