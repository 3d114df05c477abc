//! `expect --replay`: shows the messages that the configured expectations would have sent for past days, from the log alone.

use std::io::{self, Write};
use std::time::Duration;

use chrono::NaiveDate;

use super::table::clock;
use crate::adapters::archive::past::{Named, PastLog};
use crate::adapters::config::Config;
use crate::adapters::log::{Priority, line};
use crate::adapters::source::LOOK_BACK;
use crate::commands::cli;
use crate::commands::clock::now;
use crate::commands::output::{self, table};
use crate::domain::base::clean::{for_terminal, unescape};
use crate::domain::base::span::Span;
use crate::domain::base::stop::Stop;
use crate::domain::base::time::Time;
use crate::domain::directory::{Answer, Directory};
use crate::domain::expect::calendar::after;
use crate::domain::expect::{Feed, Outcome, Watched};
use crate::domain::record::{Entry, Record};
use crate::domain::render::{Voice, render};
use crate::domain::rules::{Monitor, Rules};
use crate::domain::state::Daily;

/// The time after its last line in which an sftp session may still end: longer than any decision waits.
const AFTER: Duration = Duration::from_secs(60);

/// The replay of past days.
struct Replay<'a> {
    rules: Rules,
    voice: Voice,
    directory: &'a mut dyn Directory,
    span: Span,
    end: Time,
    daily: Daily,
    /// The messages that would have been sent, each with its time.
    said: Vec<(Time, String)>,
    days: Vec<Feed>,
}

/// Runs `expect --replay`.
pub(crate) fn command(
    config: &Config,
    directory: &mut dyn Directory,
    arguments: &cli::ExpectArgs,
) -> anyhow::Result<u8> {
    let now = now();
    let (since, until) = (arguments.since.as_ref(), arguments.until.as_ref());
    let span =
        Span::of(since, until, config.zone, now).map_err(|error| Stop::Usage(error.to_string()))?;
    let named = Named {
        files: &arguments.auth_log,
        journal: arguments.journal,
        directory: arguments.journal_directory.as_deref(),
    };
    let past = PastLog::open(&named, &config.source, "expect --replay --auth-log -")?;
    let mut replay = Replay {
        rules: Rules {
            silent: true,
            foreign: arguments.partners.is_some() || past.is_foreign(),
            ..config.rules()
        },
        voice: config.voice(),
        directory,
        span,
        end: span.until.map_or(now, |until| until.min(now)),
        daily: Daily::default(),
        said: Vec::new(),
        days: Vec::new(),
    };
    replay.rules.alerts.quiet_after = Duration::ZERO;
    replay.rules.alerts_of.clear();
    let (begins, ends) = past.reach()?;
    replay.begin(begins);
    let mut last = ends;
    let mut take = |entry: Entry<'_>| {
        last = last.max(Some(entry.origin.time));
        replay.take(entry);
    };
    past.read(span, &mut take)?;
    replay.finish();
    replay.warn_of_the_end(last);
    output::to_output(|out| {
        match arguments.json {
            true => replay.json(out)?,
            false => replay.text(output::is_terminal(), out)?,
        }
        Ok(0)
    })
}

impl Replay<'_> {
    /// Watches each feed from the start of the span. If the log begins later, only from there: earlier events are unknown.
    fn begin(&mut self, begins: Option<Time>) {
        let since = self.span.since.unwrap_or_default();
        let late = begins.filter(|begins| *begins > since);
        if let Some(begins) = late {
            let at = self.rules.zone.second(begins);
            let said = format!(
                "the log begins on {at}: earlier deadlines are left out, and files that arrived earlier on that day are unknown"
            );
            line(Priority::Warning, &said);
        }
        let from = late.unwrap_or(since);
        for expected in self.rules.expects.iter() {
            // Both ends belong to the span. A window that started long before it is not known whole.
            let left_out = |due: &NaiveDate| {
                let begins = expected.schedule.begins(*due);
                expected.deadline(*due) < from || begins < from.minus(LOOK_BACK)
            };
            let mut first = expected.date(from);
            while let Some(due) = expected.due_from(first).filter(left_out) {
                first = after(due);
            }
            let watched = Watched {
                from: first,
                ..Watched::default()
            };
            let feeds = &mut self.daily.resume.feeds;
            feeds.watched.insert(expected.id.clone(), watched);
        }
        self.daily.date = self.rules.zone.date(since);
    }

    /// Warns if the log ends before the deadline of a missing feed: such a log does not prove that the feed was missing.
    fn warn_of_the_end(&self, last: Option<Time>) {
        let missing = |feed: &&Feed| feed.outcome == Outcome::Missing;
        let deadline = self.days.iter().filter(missing).map(|feed| feed.due).max();
        if let Some(last) = last.filter(|last| deadline > Some(*last)) {
            let at = self.rules.zone.second(last);
            let said = format!("the log ends on {at}: feeds that were due later count as missing");
            line(Priority::Warning, &said);
        }
    }

    /// Takes in the next entry, after the deadlines before it.
    fn take(&mut self, entry: Entry<'_>) {
        let Some(mut record) = Record::of(entry, self.directory) else {
            return;
        };
        let at = record.origin.time;
        record.origin.past = self.span.since.is_some_and(|since| at < since);
        if at > self.end {
            return;
        }
        self.pass(at);
        let mut monitor = self.monitor(at);
        monitor.advance(at, false);
        monitor.apply(&record);
        self.hear();
        for user in self.monitor(at).questions() {
            let answer = self.directory.account(user.as_bytes());
            if answer != Answer::Unknown {
                self.monitor(at).answer(&user, &answer);
                self.hear();
            }
        }
    }

    /// Moves the time up to this moment, and judges each deadline when it is due.
    fn pass(&mut self, until: Time) {
        let mut before = None;
        while let Some(due) = self.monitor(until).due().filter(|due| *due < until) {
            // A decision that is still due must wait for later entries.
            if before.replace(due) == Some(due) {
                return;
            }
            self.monitor(due).advance(due, true);
            self.hear();
        }
    }

    fn finish(&mut self) {
        let end = self.end;
        self.monitor(end).advance(end.minus(AFTER), false);
        self.pass(end);
    }

    fn monitor(&mut self, now: Time) -> Monitor<'_> {
        Monitor {
            rules: &self.rules,
            daily: &mut self.daily,
            now,
            in_flight: None,
        }
    }

    /// Keeps the messages and the outcomes of the feeds.
    fn hear(&mut self) {
        let resume = &mut self.daily.resume;
        for message in std::mem::take(&mut resume.outbox) {
            let text = unescape(&render(&message, &self.voice).text);
            self.said.push((message.since, text));
        }
        resume.closed.clear();
        for feed in resume.day.feeds.iter().filter(|feed| !feed.carried) {
            let own = self.days.iter_mut().filter(|known| known.id == feed.id);
            let mut seen = false;
            for known in own {
                // Of several days that were missed the table of the day names the first alone.
                let missed = known.outcome == Outcome::Missing && known.due > feed.due;
                let over = feed.outcome == Outcome::Recovered && feed.at > Some(known.due);
                if known.due == feed.due || missed && over {
                    seen |= known.due == feed.due;
                    *known = Feed {
                        due: known.due,
                        files: std::mem::take(&mut known.files),
                        ..feed.clone()
                    };
                }
            }
            if !seen {
                self.days.push(feed.clone());
            }
        }
    }

    /// Writes the messages, then the outcome of each feed on each day.
    fn text(&self, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
        for (at, text) in &self.said {
            let at = self.rules.zone.second(*at);
            writeln!(out, "{at}  {}", for_terminal(text))?;
        }
        if !self.said.is_empty() {
            writeln!(out)?;
        }
        if self.days.is_empty() {
            return writeln!(out, "No deadline of an expected feed in this time.");
        }
        let columns = ["Date", "Partner", "Files", "Due", "Arrived", "Outcome"];
        let rows = self.ordered().into_iter().map(|(feed, expected)| {
            let arrived = match feed.at {
                Some(at) => clock(expected, at),
                None => lack(feed),
            };
            [
                expected.date(feed.due).to_string(),
                feed.partner.clone(),
                feed.files.clone(),
                expected.clock(),
                arrived,
                word(feed.outcome).to_owned(),
            ]
        });
        table::write_texts(columns, rows, terminal, out)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let days = self.ordered().into_iter().map(|(feed, expected)| {
            let mut day = serde_json::json!({
                "date": expected.date(feed.due),
                "partner": feed.partner,
                "files": feed.files,
                "deadline": expected.schedule.zone.rfc3339(expected.deadline(expected.date(feed.due))),
                "arrived_at": feed.at.map(|at| expected.schedule.zone.rfc3339(at)),
                "arrived": feed.arrived,
                "count": feed.count,
                "outcome": feed.outcome,
            });
            if !feed.lack.names.is_empty() {
                day["lacking"] = feed.lack.names.clone().into();
            }
            day
        });
        let days: Vec<_> = days.collect();
        let zone = self.rules.zone;
        let told = (self.said.iter())
            .map(|(at, text)| serde_json::json!({"time": zone.rfc3339(*at), "text": text}));
        let told: Vec<_> = told.collect();
        let replayed = serde_json::json!({"told": told, "days": days});
        output::json_line(out, &replayed)
    }

    /// The days of the feeds by date, each with its expectation.
    fn ordered(&self) -> Vec<(&Feed, &crate::domain::expect::Expectation)> {
        let expected = |feed: &Feed| self.rules.expects.by_id(&feed.id);
        let mut days: Vec<_> = (self.days.iter())
            .filter_map(|feed| Some((feed, expected(feed)?)))
            .collect();
        days.sort_by_key(|(feed, _)| (feed.due, feed.partner.clone(), feed.files.clone()));
        days
    }
}

/// What there is of a missing feed, and what is lacking.
fn lack(feed: &Feed) -> String {
    let mut said = Vec::new();
    if feed.count > 1 {
        said.push(format!("{} of {}", feed.arrived, feed.count));
    }
    if !feed.lack.names.is_empty() {
        said.push(format!("without {}", feed.lack.names.join(", ")));
    }
    if let Some((bytes, least)) = feed.lack.bytes {
        said.push(format!("{bytes} of {least} bytes"));
    }
    match said.is_empty() {
        true => "-".to_owned(),
        false => said.join(", "),
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::OnTime => "on time",
        Outcome::Missing => "missing",
        Outcome::Late => "late",
        Outcome::Recovered => "recovered",
    }
}
