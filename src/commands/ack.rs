//! `ack`: says in Slack that somebody takes care of a partner's open matters; their reminders end.

use crate::adapters::config::Config;
use crate::commands::cli::{self, Cli};
use crate::commands::clock::now;
use crate::commands::mute::{change, say};
use crate::commands::status::words::open;
use crate::commands::{partner, status};
use crate::domain::alerts::ThreadReply;
use crate::domain::base::clean::for_terminal;
use crate::domain::base::time::Zone;
use crate::domain::state::Daily;

/// Runs the command. Exit code 1 if no open matter is meant, or if there is no state yet.
pub fn command(cli: &Cli, arguments: &cli::AckArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let (zone, now) = (config.zone, now());
    let path = cli.state_directory();
    let Some(daily) = status::load(&path, zone, now, "ack")? else {
        return Ok(status::nothing_recorded(&path));
    };
    // An account with an open matter may have left the partners since.
    let name = match of_partner(&daily, &arguments.name, zone).is_empty() {
        false => arguments.name.clone(),
        true => partner::named(&arguments.name, &mut config, &daily)?,
    };
    let what = arguments.what.as_deref();
    let reply = ThreadReply::Taken {
        by: partner::person(arguments.by.as_ref()),
        why: arguments.why.clone(),
        at: now,
    };
    let taken = change(&path, zone, |daily| {
        let (_, mut outbox) = daily.resume.alerts_and_outbox();
        outbox.take_care((&name, what), &reply, now)
    })?;
    if !taken.is_empty() {
        let taken: Vec<String> = taken.iter().map(status::words::message).collect();
        return say(&format!("noted in Slack: {}", taken.join(", ")));
    }
    let open = of_partner(&daily, &name, zone);
    let which = what.map_or_else(String::new, |what| format!(" with {what:?}"));
    eprintln!(
        "{}",
        for_terminal(&format!("no open matter of {name}{which}"))
    );
    for line in open {
        eprintln!("open: {}", for_terminal(&line));
    }
    Ok(1)
}

/// The partner's open matters, a line each.
fn of_partner(daily: &Daily, name: &str, zone: Zone) -> Vec<String> {
    let resume = &daily.resume;
    let matters = resume.matters.open_of(name, &resume.outbox);
    matters.map(|matter| open(matter, zone)).collect()
}
