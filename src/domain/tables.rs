//! What happens to the tables of closed days that are posted: pure steps on the state, one commit each.

use std::collections::BTreeMap;

use crate::domain::base::time::Time;
use crate::domain::days::POSTED_KEPT;
use crate::domain::delivery::{Turn, held_until, take};
use crate::domain::routes::Routes;
use crate::domain::slack_reply::{AfterPost, RateLimiter};
use crate::domain::state::{ClosedDay, Daily, PostedDay};

/// How many days with a refused table are kept for a person to see, and how many whose routes' tables wait.
pub const REFUSED_KEPT: usize = 50;

/// Takes the oldest closed day that waits, in the same way as `take_message`. The tables of all partners come first: a table of
/// a route delays none. `refusing` are the channels that refused a table in this run, each with Slack's code.
pub fn take_day(
    daily: &mut Daily,
    limiter: Option<&RateLimiter>,
    routes: &Routes,
    refusing: &BTreeMap<String, String>,
    now: Time,
) -> Turn<Box<ClosedDay>> {
    let until = held_until(daily, limiter, now);
    let closed = &mut daily.resume.closed;
    if let Some(head) = closed.iter_mut().find(|day| day.waits()) {
        return boxed(take(Some(head), until, |day| &mut day.maybe_repeated));
    }
    for day in closed {
        let channel = routes
            .waiting_tables(day)
            .find(|channel| !refusing.contains_key(*channel))
            .map(str::to_owned);
        let Some(channel) = channel else {
            continue;
        };
        if let Some(until) = until {
            return Turn::Wait(until);
        }
        let table = routes.table(day, &channel);
        day.routed.entry(channel).or_default().maybe_repeated = true;
        return Turn::Post(Box::new(table));
    }
    Turn::Done
}

fn boxed<T>(turn: Turn<T>) -> Turn<Box<T>> {
    match turn {
        Turn::Post(day) => Turn::Post(Box::new(day)),
        Turn::Wait(until) => Turn::Wait(until),
        Turn::Done => Turn::Done,
    }
}

/// Applies the result of a message of a day's table; the day needs `messages` of them. Returns the day that is dropped because
/// too many later ones were refused as well.
pub fn settle_day(
    daily: &mut Daily,
    posted: &ClosedDay,
    messages: usize,
    next: &AfterPost,
    routes: &Routes,
) -> Option<ClosedDay> {
    let closed = &mut daily.resume.closed;
    let day = closed.iter_mut().find(|day| day.id == posted.id)?;
    let marks = next.marks(posted.form, posted.maybe_repeated);
    let is_whole = *next == AfterPost::Done && posted.messages_posted + 1 >= messages;
    let (count, repeated) = match next {
        AfterPost::Done => (posted.messages_posted + 1, false),
        _ => (posted.messages_posted, marks.1),
    };
    let error = match next {
        AfterPost::Park { error } => Some(error.clone()),
        _ => None,
    };
    match &posted.of_route {
        Some(channel) => {
            let table = day.routed.entry(channel.clone()).or_default();
            (table.messages_posted, table.maybe_repeated) = (count, repeated);
            (table.form, table.is_posted) = (marks.0, is_whole);
            table.refused = error;
        }
        None => {
            (day.messages_posted, day.maybe_repeated) = (count, repeated);
            (day.form, day.is_posted) = (marks.0, is_whole);
            day.refused = error;
        }
    }
    forget_posted(daily, routes)
}

/// Moves the days of which nothing waits any more to those that were posted. Returns the oldest one if too many are kept.
pub fn forget_posted(daily: &mut Daily, routes: &Routes) -> Option<ClosedDay> {
    let resume = &mut daily.resume;
    let is_over = |day: &ClosedDay| day.is_posted && routes.waiting_tables(day).next().is_none();
    let (over, closed) = std::mem::take(&mut resume.closed)
        .into_iter()
        .partition(is_over);
    resume.closed = closed;
    let mut done: Vec<ClosedDay> = over;
    let excess = |which: fn(&ClosedDay) -> bool| {
        let mut days = resume
            .closed
            .iter()
            .enumerate()
            .filter(|(_, day)| which(day));
        let oldest = days.next().map(|(at, _)| at);
        oldest.filter(|_| days.count() >= REFUSED_KEPT)
    };
    let refused = excess(|day| day.refused.is_some());
    let dropped = refused.or_else(|| excess(|day| day.is_posted));
    let dropped = dropped.map(|at| resume.closed.remove(at));
    done.extend(dropped.clone().filter(|day| day.is_posted));
    resume.posted.extend(done.into_iter().map(|day| PostedDay {
        id: day.id,
        since: day.day.since,
        until: day.until,
    }));
    let excess = resume.posted.len().saturating_sub(POSTED_KEPT);
    resume.posted.drain(..excess);
    dropped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_refused_days_the_latest_are_kept_and_who_waits_is_none_of_them() {
        let mut daily = Daily::default();
        let day = |number: usize| ClosedDay {
            id: format!("day {number}"),
            ..ClosedDay::default()
        };
        daily.resume.closed.extend((0..REFUSED_KEPT + 3).map(day));
        let refused = AfterPost::Park {
            error: "invalid_blocks".to_owned(),
        };
        let mut dropped = Vec::new();
        // The first day waits all the time.
        for number in 1..REFUSED_KEPT + 3 {
            dropped.extend(settle_day(
                &mut daily,
                &day(number),
                1,
                &refused,
                &Routes::to("C1"),
            ));
        }
        let dropped: Vec<String> = dropped.into_iter().map(|day| day.id).collect();
        assert_eq!(dropped, ["day 1", "day 2"]);
        assert_eq!(daily.resume.closed.len(), REFUSED_KEPT + 1);
        assert_eq!(daily.resume.closed[0].id, "day 0");
        assert_eq!(daily.resume.closed[1].id, "day 3");
    }
}
