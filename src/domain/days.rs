//! Days: which one an event counts for, when one is closed, what it is called.

use chrono::{Days, NaiveDate, NaiveTime};

use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::Feed;
use crate::domain::state::{ClosedDay, Counters, Daily, Day, Notice, NoticeKind, PostedDay};

/// How many dates without data one digest names.
const WITHOUT_DATA_KEPT: usize = 31;

/// How many days that were posted are remembered.
pub const POSTED_KEPT: usize = 400;

/// What a run of digest did to the days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// The ids of the days that it closed and that are to be posted.
    pub closed: Vec<String>,
    /// Further parts of a date, closed or left open, in which nothing happened: nothing is posted of them.
    pub empty: Vec<String>,
}

/// Makes the day that an event of this time counts for the open one: a later date closes what is open.
pub fn roll(daily: &mut Daily, zone: Zone, at: Time, now: Time) {
    let date = zone.date(at);
    if date <= daily.date {
        return;
    }
    // A stamp from a clock that ran ahead opens no day of the future.
    let today = zone.date(now);
    let date = if date > tomorrow(today) { today } else { date };
    if date > daily.date {
        close(daily, now, date, None);
    }
}

/// Puts right what a wrong clock or the first start left: an open date far ahead becomes today.
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

/// Closes what a run of digest at this time closes. `closes_from` in minutes after midnight.
pub fn close_for_digest(daily: &mut Daily, zone: Zone, now: Time, closes_from: u32) -> Closing {
    settle(daily, zone, now);
    let local = zone.local(now);
    let today = local.date_naive();
    let waiting = daily.resume.closed.iter().any(|day| day.refused.is_none());
    let mut closing = Closing::default();
    let past = daily.date < today;
    if past {
        closing.add(close(daily, now, today, None));
    }
    let from = NaiveTime::from_num_seconds_from_midnight_opt(closes_from * 60, 0)
        .unwrap_or(NaiveTime::MIN);
    if daily.date == today && local.time() >= from {
        closing.add(close(daily, now, tomorrow(today), Some(now)));
    } else if daily.date == today && !past && !waiting {
        match daily.resume.day.part > 1 && is_quiet(daily) {
            true => closing.empty.push(id(today, daily.resume.day.part)),
            false => closing.add(close(daily, now, today, Some(now))),
        }
    }
    closing
}

/// Says under the tables of the days just closed that no monitor has run since then: their figures end there.
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

/// Closes the open day and opens `next`. Returns its id, and whether there is anything to post of it.
fn close(daily: &mut Daily, now: Time, next: NaiveDate, since: Option<Time>) -> (String, bool) {
    let date = daily.date;
    let quiet = is_quiet(daily);
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
    let partners = std::mem::take(&mut daily.partners);
    let unknown_attempts = std::mem::take(&mut daily.unknown_attempts);
    if posted {
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
        // Its number is spent all the same: a later part of the date must not get its id.
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

/// Did nothing happen that a table would tell?
fn is_quiet(daily: &Daily) -> bool {
    daily.unknown_attempts == 0
        && daily.resume.day.notices.is_empty()
        && daily.resume.day.feeds.iter().all(|feed| feed.carried)
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

/// The number of a date's next part: 1 where nothing of it was closed.
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
