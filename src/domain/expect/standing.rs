//! The state of each expected feed at a given time, for `expect` and `status`.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;

use super::calendar::after;
use super::{Expectation, Expects};
use crate::domain::alerts::{FeedOdd, Lack};
use crate::domain::base::time::Time;
use crate::domain::expect::{Arrival, FeedDay, Watched};
use crate::domain::state::Daily;

/// How long after a deadline it may be unjudged, in microseconds: the daemon checks some hundred milliseconds later.
const JUDGED: i64 = 60_000_000;

/// How many of the next deadlines are shown: enough to see a mistake in the days.
const SHOWN: usize = 3;

/// The state of a feed today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its deadline is in the future.
    Waiting,
    /// It arrived in time.
    OnTime,
    /// It arrived after its deadline.
    Late,
    /// It arrived, and was changed afterwards.
    Changed,
    /// It arrived today, but belongs to an earlier day.
    Recovered,
    /// Its deadline has passed, today or earlier, and it is missing.
    Missing,
    /// It is not expected today.
    NotDue,
    /// Its deadline has passed, but was not judged: the monitor does not run, or learnt of the feed only now.
    Unknown,
}

/// The state of one feed, with details.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedStanding<'a> {
    /// The expectation.
    pub expected: &'a Expectation,
    /// Its state.
    pub state: State,
    /// How many files of the pattern have arrived for the day that is shown.
    pub arrived: u32,
    /// What else is lacking on that day.
    pub lack: Lack,
    /// The oddities of its files in the open day's table.
    pub odd: Vec<FeedOdd>,
    /// The due time of the first of the consecutive missed days.
    pub missing_since: Option<Time>,
    /// The next deadlines that are judged.
    pub next_deadlines: Vec<Time>,
    /// The first judged date, if it is in the future: files of earlier days may have arrived unseen.
    pub starts: Option<NaiveDate>,
    /// The latest file.
    pub last: Option<Arrival>,
}

impl<'a> FeedStanding<'a> {
    /// The state of a feed, according to the state file.
    pub fn of(expected: &'a Expectation, daily: Option<&Daily>, now: Time) -> Self {
        let watched = daily.and_then(|daily| daily.resume.feeds.watched.get(&expected.id));
        // A feed that is not watched yet is shown as if it were watched from now on.
        let new = || Cow::Owned(Watched::since(expected, now));
        let seen = watched.map_or_else(new, Cow::Borrowed);
        let today = expected.date(now);
        let (state, day) = state(expected, &seen, now, today);
        // This includes an earlier day, while today's deadline is in the future.
        let over = |day: &&FeedDay| day.told || now > expected.deadline(day.date);
        let missing = seen.day.as_ref().filter(|day| day.arrived.is_none());
        let missing = missing.filter(over);
        let first = seen.missed.map(|missed| missed.first);
        let first = first.or(missing.map(|day| day.date));
        FeedStanding {
            expected,
            state,
            arrived: day.map_or(0, |day| shown(expected, day.arrived(expected))),
            // Of a feed of which nothing is there, what is lacking is not listed.
            lack: (day.filter(|day| !day.names.is_empty()))
                .map(|day| day.lack(expected))
                .unwrap_or_default(),
            odd: daily.map(|daily| odd(expected, daily)).unwrap_or_default(),
            missing_since: first.map(|date| expected.due(date)),
            next_deadlines: ahead(expected, now, today, seen.from),
            starts: (expected.due_from(seen.from))
                .filter(|first| *first > today && !expected.has_begun(*first, now)),
            last: seen.last.clone(),
        }
    }
}

/// The number of files that is shown: more files than expected are of interest only if they are limited.
fn shown(expected: &Expectation, arrived: u32) -> u32 {
    match expected.wanted.most() {
        Some(_) => arrived,
        None => arrived.min(expected.wanted.least()),
    }
}

/// The oddities of a feed's files in the open day's table.
fn odd(expected: &Expectation, daily: &Daily) -> Vec<FeedOdd> {
    let odd = daily.resume.day.odd.iter();
    odd.filter(|odd| odd.id == expected.id).cloned().collect()
}

/// The feeds that are not watched yet.
pub(crate) fn not_watched<'a>(expects: &'a Expects, daily: &Daily) -> Vec<&'a Expectation> {
    let feeds = &daily.resume.feeds;
    if feeds.agenda.holds(expects) {
        return Vec::new();
    }
    let watched = &feeds.watched;
    let new = expects.iter().filter(|e| !watched.contains_key(&e.id));
    new.collect()
}

/// The log messages for newly watched feeds; there is no message about a feed whose deadline of today, or the next one, is
/// judged.
pub(crate) fn begun(new: &[&Expectation], daily: &Daily, now: Time) -> Vec<String> {
    let watched = &daily.resume.feeds.watched;
    let begun = new.iter().filter(|e| watched.contains_key(&e.id));
    let late = begun.filter_map(|expected| {
        let standing = FeedStanding::of(expected, Some(daily), now);
        let first = standing.starts?;
        (standing.state == State::Unknown).then(|| {
            format!(
                "[[expect]]: {} of {} by {} is judged from {first} on: today its files may have come unseen",
                expected.wanted.label(None),
                expected.partner,
                expected.clock()
            )
        })
    });
    late.collect()
}

/// The state of today, and the day that it describes.
fn state<'w>(
    expected: &Expectation,
    watched: &'w Watched,
    now: Time,
    today: NaiveDate,
) -> (State, Option<&'w FeedDay>) {
    // With a window that starts on an earlier day, this is the day whose window has started.
    let due = expected.schedule.begun(today, now);
    let judged = due.filter(|due| *due >= watched.from);
    let open = watched.day.as_ref();
    let day = open.filter(|day| judged.is_none_or(|due| day.date >= due));
    let Some(day) = day else {
        // None of its files has arrived, and its deadline was not judged.
        let over = |due| now.0 > expected.deadline(due).0.saturating_add(JUDGED);
        let state = match (due, judged) {
            (_, Some(due)) if over(due) => State::Unknown,
            (_, Some(_)) => State::Waiting,
            (Some(_), None) => State::Unknown,
            (None, None) => State::NotDue,
        };
        return (state, None);
    };
    let deadline = expected.deadline(day.date);
    let state = match day.arrived {
        None if day.told || now > deadline => State::Missing,
        None => State::Waiting,
        Some(at) if expected.date(at) != today && day.date < today => State::NotDue,
        Some(_) if watched.changed.is_some() => State::Changed,
        Some(at) if at <= deadline => State::OnTime,
        Some(at) if expected.date(at) == day.date => State::Late,
        Some(_) => State::Recovered,
    };
    (state, Some(day))
}

/// The next deadlines that will be judged; with a long `grace` the first may be the one of yesterday.
fn ahead(expected: &Expectation, now: Time, today: NaiveDate, from: NaiveDate) -> Vec<Time> {
    let yesterday = today.pred_opt().unwrap_or(today);
    let due = |date| expected.due_from(date);
    let dates = std::iter::successors(due(yesterday.max(from)), |date| due(after(*date)));
    let deadlines = dates.map(|date| expected.deadline(date));
    deadlines.filter(|at| *at > now).take(SHOWN).collect()
}
