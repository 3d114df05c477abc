//! The status as people read it.

use std::io::{self, Write};

use comfy_table::Cell;

use super::facts::{Session, SessionKind, known, position, sessions, waiting};
use super::words::{ago, many, message};
use crate::commands::expect::table::line;
use crate::commands::output::table::{Four, with_columns, write_table};
use crate::domain::base::clean::for_terminal;
use crate::domain::base::position::Position;
use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::FeedStanding;
use crate::domain::render::notice_in_short;
use crate::domain::state::{Daily, Resume};

/// Writes all of it.
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
    let mut lines: Vec<(&str, String)> = Vec::new();
    lines.extend(troubles.iter().map(|why| ("Trouble", why.clone())));
    lines.push(("Reading", reading(resume, zone, now)));
    lines.extend(feeds.iter().map(|feed| ("Feed", line(feed))));
    lines.extend(
        open_sessions(resume, zone)
            .into_iter()
            .map(|line| ("Session", line)),
    );
    lines.extend(
        slack(resume, zone, now)
            .into_iter()
            .map(|line| ("Slack", line)),
    );
    for told in &resume.day.notices {
        let from = clock(zone, told.from);
        let to = (told.to != told.from).then(|| format!(" to {}", clock(zone, told.to)));
        let said = notice_in_short(told);
        lines.push((
            "Notice",
            format!("{from}{}: {said}", to.unwrap_or_default()),
        ));
    }
    if !resume.undecided.is_empty() {
        let events = many(resume.undecided.len() as u64, "event");
        let wait = match resume.undecided.len() {
            1 => "waits",
            _ => "wait",
        };
        lines.push((
            "Accounts",
            format!("{events} {wait} for the user database to answer"),
        ));
    }
    if resume.forged > 0 {
        let lines_of = many(resume.forged, "line");
        lines.push((
            "Forged",
            format!("{lines_of} that a local user wrote in sshd's name, ignored"),
        ));
    }
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
    let since = daily
        .resume
        .day
        .since
        .map(|since| format!(", since {}", clock(zone, since)));
    writeln!(out, "{}{}", daily.date, since.unwrap_or_default())?;
    writeln!(out)?;
    if daily.partners.is_empty() {
        writeln!(out, "No activity of a partner so far.")?;
    } else {
        let columns = ["Partner", "Log-ins", "Failures", "Uploads", "Downloads"];
        let mut table = with_columns(&columns, terminal);
        let mut total = Four::default();
        for (name, counters) in &daily.partners {
            let four = Four::from(counters);
            total.add(four);
            table.add_row(
                std::iter::once(Cell::new(for_terminal(name))).chain(four.cells(terminal)),
            );
        }
        table.add_row(std::iter::once(Cell::new("Total")).chain(total.cells(terminal)));
        write_table(&table, out)?;
    }
    for (name, counters) in daily.partners.iter().filter(|(_, c)| c.blind > 0) {
        let sessions = many(counters.blind, "session");
        let name = for_terminal(name);
        writeln!(
            out,
            "{sessions} of {name} left no trace of files: sftp-monitor check"
        )?;
    }
    for (name, counters) in &daily.partners {
        if counters.write_refused > 0 {
            let times = many(counters.write_refused, "time");
            writeln!(out, "{} was not let write, {times}", for_terminal(name))?;
        }
    }
    match daily.unknown_attempts {
        0 => Ok(()),
        count => writeln!(out, "And {} of others, blocked.", many(count, "attempt")),
    }
}

/// Where reading stands, and how long ago the last event was.
fn reading(resume: &Resume, zone: Zone, now: Time) -> String {
    let source = resume.source.as_deref().unwrap_or("nothing yet");
    let place = match position(resume) {
        Some(Position::File(file)) => format!(" up to byte {}", file.offset),
        Some(Position::Journal(journal)) => {
            let age = ago(now.since(journal.realtime));
            format!(" up to {} ({age})", clock(zone, journal.realtime))
        }
        None => String::new(),
    };
    let last = known(resume.counted_until).map(|last| {
        let age = ago(now.since(last));
        format!("; last event {} ({age})", clock(zone, last))
    });
    format!("{source}{place}{}", last.unwrap_or_default())
}

/// The sessions of partners, one a line. A log-in that shows as an sftp session is not told twice.
fn open_sessions(resume: &Resume, zone: Zone) -> Vec<String> {
    let all = sessions(resume, zone);
    let sftp = |login: &Session<'_>| {
        all.iter().any(|s| {
            s.kind == SessionKind::Sftp && s.user == login.user && s.address == login.address
        })
    };
    let told = all.iter().filter(|s| s.partner != Some(false));
    let told = told.filter(|s| s.kind == SessionKind::Sftp || !sftp(s));
    told.map(|told| session(told, zone)).collect()
}

fn session(session: &Session<'_>, zone: Zone) -> String {
    let address = session.address.map(|address| format!(" from {address}"));
    let files = match session.open_files.as_slice() {
        [] => String::new(),
        files => format!(", open: {}", files.join(", ")),
    };
    let (user, kind, since) = (session.user, session.kind, clock(zone, session.since));
    format!(
        "{user}{}, {kind} since {since}{files}",
        address.unwrap_or_default()
    )
}

/// What waits for Slack, and what it refused.
fn slack(resume: &Resume, zone: Zone, now: Time) -> Vec<String> {
    let mut lines = Vec::new();
    let count = waiting(resume);
    if count > 0 {
        lines.push(format!("{} to be told", many(count as u64, "message")));
    }
    if let Some(refusal) = &resume.slack_trouble {
        let mend = refusal.fix().map(|mend| format!(": {}", mend.said()));
        lines.push(format!(
            "took nothing at the last try, {} ({}): {}{}",
            clock(zone, refusal.at),
            ago(now.since(refusal.at)),
            refusal.said,
            mend.unwrap_or_default()
        ));
    }
    for day in &resume.closed {
        lines.push(match &day.refused {
            Some(error) => format!("the table of {} was refused for good: {error}", day.id),
            None => format!("the table of {} waits", day.id),
        });
    }
    for parked in &resume.parked {
        let error = parked.refused.as_deref().unwrap_or("no error is known");
        let what = message(&parked.content);
        lines.push(format!("a message was refused for good ({what}): {error}"));
    }
    if resume.parked_more > 0 {
        let more = many(resume.parked_more, "more message");
        lines.push(format!("{more} refused for good, and no longer kept"));
    }
    if let Some(until) = resume.pause_until.filter(|&until| until > now) {
        lines.push(format!("asked for a pause until {}", clock(zone, until)));
    }
    if lines.is_empty() {
        lines.push("nothing waits".to_owned());
    }
    lines
}

/// A time as a person reads it.
fn clock(zone: Zone, time: Time) -> String {
    zone.local(time).format("%Y-%m-%d %H:%M:%S").to_string()
}
