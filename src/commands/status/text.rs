//! The status for people.

use std::io::{self, Write};

use comfy_table::Cell;

use super::facts::{SFTP, Session, known, position, sessions, waiting};
use super::words::{self, ago, many, message, muted};
use crate::commands::expect::table::line;
use crate::commands::output::table::{Four, with_columns, write_table};
use crate::domain::alerts::Events;
use crate::domain::base::clean::for_terminal;
use crate::domain::base::position::Position;
use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::FeedStanding;
use crate::domain::render::notice_in_short;
use crate::domain::state::{Daily, Resume};

/// Writes the whole status.
pub(super) fn write(
    daily: &Daily,
    feeds: &[FeedStanding<'_>],
    troubles: &[String],
    (zone, now): (Zone, Time),
    terminal: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    today(daily, zone, terminal, out)?;
    let resume = &daily.resume;
    let named = |name, lines: Vec<String>| lines.into_iter().map(move |line| (name, line));
    let notices = resume.day.notices.iter().map(|told| {
        let from = zone.second(told.from);
        match told.to == told.from {
            true => format!("{from}: {}", notice_in_short(told)),
            false => format!(
                "{from} to {}: {}",
                zone.second(told.to),
                notice_in_short(told)
            ),
        }
    });
    let undecided = match resume.undecided.len() {
        0 => None,
        1 => Some("1 event waits".to_owned()),
        count => Some(format!("{} wait", many(count as u64, "event"))),
    };
    let undecided = undecided.map(|wait| format!("{wait} for the user database to answer"));
    let forged = (resume.forged > 0).then(|| {
        let lines = many(resume.forged, "line");
        format!("{lines} that a local user wrote in sshd's name, ignored")
    });
    let matters = resume.matters.iter().filter(|matter| matter.is_open());
    let open = matters.map(|matter| words::open(matter, zone));
    let mutes = resume.alerts.muted.iter();
    let muted = mutes.map(|(name, mute)| muted(name, mute, zone));
    let lines = named("Trouble", troubles.to_vec())
        .chain(named("Reading", vec![reading(resume, zone, now)]))
        .chain(named("Feed", feeds.iter().map(line).collect()))
        .chain(named("Session", open_sessions(resume, zone)))
        .chain(named("Slack", slack(resume, zone, now)))
        .chain(named("Open", open.collect()))
        .chain(named("Muted", muted.collect()))
        .chain(named("Webhook", webhook(&resume.alerts.events, zone, now)))
        .chain(named("Notice", notices.collect()))
        .chain(named("Accounts", undecided.into_iter().collect()))
        .chain(named("Forged", forged.into_iter().collect()));
    writeln!(out)?;
    let mut before = "";
    for (name, line) in lines {
        let shown = if name == before { "" } else { name };
        before = name;
        writeln!(out, "{shown:<9} {}", for_terminal(&line))?;
    }
    Ok(())
}

/// The table of the open day.
fn today(daily: &Daily, zone: Zone, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    let since = daily.resume.day.since;
    let since = since.map(|since| format!(", since {}", zone.second(since)));
    writeln!(out, "{}{}", daily.date, since.unwrap_or_default())?;
    writeln!(out)?;
    let partners = daily.partners.sorted();
    if partners.is_empty() {
        writeln!(out, "No activity of a partner so far.")?;
    } else {
        let columns = ["Partner", "Log-ins", "Failures", "Uploads", "Downloads"];
        let mut table = with_columns(&columns, 4, terminal);
        let mut total = Four::default();
        for (name, counters) in partners.iter().copied() {
            let four = Four::from(counters);
            total.add(four);
            let name = std::iter::once(Cell::new(for_terminal(name)));
            table.add_row(name.chain(four.cells(terminal)));
        }
        table.add_row(std::iter::once(Cell::new("Total")).chain(total.cells(terminal)));
        write_table(&table, out)?;
    }
    for (name, counters) in partners.iter().filter(|(_, c)| c.blind > 0) {
        let sessions = many(counters.blind, "session");
        let name = for_terminal(name);
        writeln!(
            out,
            "{sessions} of {name} left no log line about files: run sftp-monitor check"
        )?;
    }
    for (name, counters) in partners {
        if counters.write_refused > 0 {
            let times = many(counters.write_refused, "time");
            writeln!(out, "{} was refused to write, {times}", for_terminal(name))?;
        }
    }
    match daily.unknown_attempts {
        0 => Ok(()),
        count => writeln!(out, "And {} of others, blocked.", many(count, "attempt")),
    }
}

/// A time, and how long ago it was.
fn with_age(time: Time, zone: Zone, now: Time) -> String {
    format!("{} ({})", zone.second(time), ago(now.since(time)))
}

/// The position of reading, and how long ago the last event was.
fn reading(resume: &Resume, zone: Zone, now: Time) -> String {
    let source = resume.source.as_deref().unwrap_or("nothing yet");
    let at = |time| with_age(time, zone, now);
    let place = match position(resume) {
        Some(Position::File(file)) => format!(" up to byte {}", file.offset),
        Some(Position::Journal(journal)) => format!(" up to {}", at(journal.realtime)),
        None => String::new(),
    };
    let last = known(resume.counted_until).map(|last| format!("; last event {}", at(last)));
    format!("{source}{place}{}", last.unwrap_or_default())
}

/// The sessions of partners, one in each line. A log-in with an open sftp session is not listed again.
fn open_sessions(resume: &Resume, zone: Zone) -> Vec<String> {
    let all = sessions(resume, zone);
    let is_shown = |one: &&Session<'_>| {
        let same =
            |s: &Session<'_>| s.kind == SFTP && s.user == one.user && s.address == one.address;
        one.partner != Some(false) && (one.kind == SFTP || !all.iter().any(same))
    };
    let shown = all.iter().filter(is_shown);
    shown.map(|one| session(one, zone)).collect()
}

fn session(session: &Session<'_>, zone: Zone) -> String {
    let address = session.address.map(|address| format!(" from {address}"));
    let files = match session.open_files.as_slice() {
        [] => String::new(),
        files => format!(", open: {}", files.join(", ")),
    };
    let (user, kind, since) = (session.user, session.kind, zone.second(session.since));
    let address = address.unwrap_or_default();
    format!("{user}{address}, {kind} since {since}{files}")
}

/// Messages and tables that wait for Slack, and those that it refused.
fn slack(resume: &Resume, zone: Zone, now: Time) -> Vec<String> {
    let mut lines = Vec::new();
    let count = waiting(resume);
    if count > 0 {
        lines.push(format!("{} to be posted", many(count as u64, "message")));
    }
    if let Some(refusal) = &resume.slack_trouble {
        let fix = refusal.fix().map(|fix| format!(": {}", fix.said()));
        let at = with_age(refusal.at, zone, now);
        let (said, fix) = (&refusal.said, fix.unwrap_or_default());
        lines.push(format!(
            "accepted nothing at the last try, {at}: {said}{fix}"
        ));
    }
    lines.extend(resume.refusing.iter().map(|(channel, refusal)| {
        let fix = refusal.fix().map(|fix| format!(": {}", fix.of_route()));
        let at = with_age(refusal.at, zone, now);
        let (said, fix) = (&refusal.said, fix.unwrap_or_default());
        format!(
            "{channel} refused the last message, {at}; it went to the main channel: {said}{fix}"
        )
    }));
    lines.extend(resume.closed.iter().map(|day| match &day.refused {
        Some(error) => format!("the table of {} was refused for good: {error}", day.id),
        None if day.is_posted => format!("tables of {} for routes wait", day.id),
        None => format!("the table of {} waits", day.id),
    }));
    lines.extend(resume.parked.iter().map(|parked| {
        let error = parked.refused.as_deref().unwrap_or("no error is known");
        let what = message(&parked.content);
        format!("a message was refused for good ({what}): {error}")
    }));
    if resume.parked_more > 0 {
        let more = many(resume.parked_more, "more message");
        lines.push(format!("{more} refused for good, and no longer kept"));
    }
    if let Some(until) = resume.pause_until.filter(|&until| until > now) {
        lines.push(format!("asked for a pause until {}", zone.second(until)));
    }
    if lines.is_empty() {
        lines.push("nothing waits".to_owned());
    }
    lines
}

/// Events that wait for the webhook, and those that it did not get.
fn webhook(events: &Events, zone: Zone, now: Time) -> Vec<String> {
    let mut lines = Vec::new();
    let waiting = events.waiting.len() as u64;
    if waiting > 0 {
        lines.push(format!("{} to be sent", many(waiting, "event")));
    }
    if let Some(trouble) = &events.trouble {
        let (at, said) = (with_age(trouble.at, zone, now), &trouble.said);
        lines.push(format!("accepted nothing at the last try, {at}: {said}"));
    }
    let more = [
        (events.lost, "dropped, because too many waited"),
        (events.refused, "refused for good"),
    ];
    for (count, why) in more.into_iter().filter(|(count, _)| *count > 0) {
        lines.push(format!(
            "{} {why}, since the first start",
            many(count, "event")
        ));
    }
    if lines.is_empty() && !events.kinds.is_empty() {
        lines.push("nothing waits".to_owned());
    }
    lines
}
