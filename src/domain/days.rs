//! Days: which day an event counts for, when a day is closed, and its id.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime};

use crate::domain::alerts::{DayFigures, Figures, ROWS_KEPT};
use crate::domain::base::numbers::add;
use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::Feed;
use crate::domain::state::{ClosedDay, Counters, Daily, Day, Notice, NoticeKind, PostedDay};

/// How many dates without data one day names at most.
const WITHOUT_DATA_KEPT: usize = 31;

/// How many posted days are remembered.
pub const POSTED_KEPT: usize = 400;

/// What a run of `digest` did to the days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// The ids of the days that it closed and that must be posted.
    pub closed: Vec<String>,
    /// The ids of further parts of a date in which nothing happened. They are not posted.
    pub empty: Vec<String>,
}

/// Closes the open day if an event of this time has a later date, and opens the day of that date.
pub fn roll(daily: &mut Daily, zone: Zone, at: Time, now: Time) {
    let date = zone.date(at);
    if date <= daily.date {
        return;
    }
    // A timestamp from a clock that ran ahead must not open a day in the future.
    let today = zone.date(now);
    let date = if date > tomorrow(today) { today } else { date };
    if date > daily.date {
        close(daily, zone, now, date, None);
    }
}

/// Corrects the open date after the first start or after a wrong clock: an open date far ahead becomes today.
pub fn settle(daily: &mut Daily, zone: Zone, now: Time) {
    let today = zone.date(now);
    if daily.date == NaiveDate::default() {
        daily.date = today;
    }
    if daily.date > tomorrow(today) {
        daily.date = today;
        daily.resume.day.part = next_part(daily, today);
    }
    daily.resume.day.part = daily.resume.day.part.max(1);
}

/// Closes the days that a run of `digest` at this time must close. `closes_from` is in minutes after midnight.
pub fn close_for_digest(daily: &mut Daily, zone: Zone, now: Time, closes_from: u32) -> Closing {
    settle(daily, zone, now);
    let local = zone.local(now);
    let today = local.date_naive();
    let waiting = daily.resume.closed.iter().any(|day| day.refused.is_none());
    let mut closing = Closing::default();
    let past = daily.date < today;
    if past {
        closing.add(close(daily, zone, now, today, None));
    }
    let from = NaiveTime::from_num_seconds_from_midnight_opt(closes_from * 60, 0)
        .unwrap_or(NaiveTime::MIN);
    if daily.date == today && local.time() >= from {
        closing.add(close(daily, zone, now, tomorrow(today), Some(now)));
    } else if daily.date == today && !past && !waiting {
        match daily.resume.day.part > 1 && is_quiet(daily) {
            true => closing.empty.push(id(today, daily.resume.day.part)),
            false => closing.add(close(daily, zone, now, today, Some(now))),
        }
    }
    closing
}

/// Adds a notice to the days just closed: no monitor has run since `from`, so the figures end there.
pub fn mark_down(daily: &mut Daily, zone: Zone, closing: &Closing, from: Time) {
    let closed = daily.resume.closed.iter_mut();
    let begun =
        closed.filter(|day| closing.closed.contains(&day.id) && zone.date(from) <= day.date);
    for day in begun {
        day.day.notices.push(Notice {
            kind: NoticeKind::Down,
            from,
            to: Time::default(),
            count: 0,
            detail: None,
            partner: None,
        });
    }
}

impl Closing {
    fn add(&mut self, (id, posted): (String, bool)) {
        match posted {
            true => self.closed.push(id),
            false => self.empty.push(id),
        }
    }
}

/// Closes the open day and opens `next`. Returns the id of the closed day, and whether it must be posted.
fn close(
    daily: &mut Daily,
    zone: Zone,
    now: Time,
    next: NaiveDate,
    since: Option<Time>,
) -> (String, bool) {
    let date = daily.date;
    // A mute alone is nothing to post.
    let quiet = is_quiet(daily);
    daily.note_mutes(zone);
    let mut day = std::mem::take(&mut daily.resume.day);
    let feeds = day.feeds.iter().filter_map(Feed::carried_on).collect();
    let part = day.part.max(1);
    let id = id(date, part);
    day.part = part;
    let between = date
        .iter_days()
        .skip(1)
        .take_while(|&d| d < next)
        .take(WITHOUT_DATA_KEPT);
    day.without_data.extend(between);
    let posted = part == 1 || !quiet || !day.without_data.is_empty();
    let partners = std::mem::take(&mut daily.partners).into_map();
    let unknown_attempts = std::mem::take(&mut daily.unknown_attempts);
    if posted {
        let figures = || figures((&id, date), &partners, unknown_attempts);
        daily.resume.alerts.events.note_day(now, figures);
        daily.resume.closed.push(ClosedDay {
            id: id.clone(),
            date,
            partners,
            unknown_attempts,
            day,
            until: now,
            ..ClosedDay::default()
        });
    } else {
        // The number is used up all the same: a later part of the date must not get the same id.
        daily.resume.posted.push(PostedDay {
            id: id.clone(),
            since: day.since,
            until: now,
        });
    }
    daily.date = next;
    daily.resume.day = Day {
        part: next_part(daily, next),
        since,
        feeds,
        ..Day::default()
    };
    (id, posted)
}

/// The figures of a closed day, for the webhook.
fn figures(
    (id, date): (&str, NaiveDate),
    partners: &BTreeMap<String, Counters>,
    unknown_attempts: u64,
) -> DayFigures {
    let mut total = Figures::default();
    for counters in partners.values() {
        total.add(counters.into());
    }
    let named = partners.iter().take(ROWS_KEPT);
    DayFigures {
        id: id.to_owned(),
        date,
        total,
        partners: named
            .map(|(name, counters)| (name.clone(), Figures::from(counters)))
            .collect(),
        count: partners.len(),
        unknown_attempts,
    }
}

impl From<&Counters> for Figures {
    fn from(counters: &Counters) -> Self {
        let mut interrupted = counters.upload_interrupted;
        add(&mut interrupted, counters.upload_failed);
        add(&mut interrupted, counters.download_interrupted);
        Figures {
            logins: counters.success,
            failures: counters.failed,
            uploads: counters.upload,
            downloads: counters.download,
            interrupted,
        }
    }
}

/// Is there nothing to show in a table of this day?
fn is_quiet(daily: &Daily) -> bool {
    daily.unknown_attempts == 0
        && daily.resume.day.notices.is_empty()
        && daily.resume.day.feeds.iter().all(|feed| feed.carried)
        && daily.resume.day.odd.is_empty()
        && daily
            .partners
            .values()
            .all(|counters| *counters == Counters::default())
}

/// The id of a part of a date.
fn id(date: NaiveDate, part: u32) -> String {
    match part {
        0 | 1 => date.to_string(),
        further => format!("{date}.{further}"),
    }
}

/// The number of a date's next part: 1 if no part of it was closed.
fn next_part(daily: &Daily, date: NaiveDate) -> u32 {
    let closed = daily.resume.closed.iter().map(|day| day.id.as_str());
    let posted = daily.resume.posted.iter().map(|day| day.id.as_str());
    let name = date.to_string();
    let part = |id: &str| match id.strip_prefix(name.as_str())? {
        "" => Some(1),
        further => further.strip_prefix('.')?.parse().ok(),
    };
    let last = closed.chain(posted).filter_map(part).max();
    last.map_or(1, |last: u32| last.saturating_add(1))
}

fn tomorrow(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}
