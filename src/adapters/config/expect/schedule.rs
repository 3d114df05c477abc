//! The keys of `[[expect]]` about the schedule.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use toml::Value;

use super::days::{WrittenStart, days, months, weeks};
use super::holidays::Lists;
use crate::adapters::config::keys::{ConfigError, Keys};
use crate::adapters::config::values::{self, duration, time_of_day};
use crate::domain::base::time::Zone;
use crate::domain::expect::calendar::clock;
use crate::domain::expect::{Days, Months, Schedule, Weekdays, WindowStart};

/// The upper limit of `grace` (exclusive): the days of a feed must not overlap.
const DAY: Duration = Duration::from_secs(86_400);

/// A year from which schedules are tried: the first of the 40 years in which every date meets every weekday.
const TRIED_FROM: i32 = 2_024;

/// How many years are searched for two deadlines that are too near to each other.
const TRIED: TimeDelta = TimeDelta::days(10 * 366);

/// Reads the schedule. The start of its window is returned as it is written: it depends on the deadline.
pub(super) fn schedule(
    keys: &mut Keys<'_>,
    lists: &Lists<'_>,
    zone: Zone,
) -> Result<(Schedule, Option<WrittenStart>), ConfigError> {
    let by = keys.get("by", time_of_day("07:30"))?;
    let from = keys.get("from", WrittenStart::read)?;
    let schedule = Schedule {
        by: by.unwrap_or_default(),
        from: None,
        days: keys.get("days", days)?.unwrap_or(Days::ALL),
        months: keys.get("months", months)?.unwrap_or(Months::ALL),
        weeks: keys.get("weeks", weeks)?,
        holidays: keys.get("holidays", |name: String| lists.get(&name))?,
        except: keys.list("except", date)?,
        zone: keys.get("timezone", values::zone)?.unwrap_or(zone),
        grace: keys.get("grace", grace)?.unwrap_or_default(),
    };
    Ok((schedule, from))
}

/// The schedule with the start of its window, if both can be. Comes after the check for unknown keys, because a missing key may
/// be a misspelled one.
pub(super) fn checked(
    schedule: Schedule,
    from: Option<WrittenStart>,
    keys: &Keys<'_>,
) -> Result<Schedule, ConfigError> {
    if !keys.has("by") {
        return Err(keys.missing("by", "07:30"));
    }
    let wrong = || {
        let by = clock(schedule.by);
        let what = format!(
            "{by} is also the deadline; for a window of a whole day write \"1 day before {by}\""
        );
        keys.wrong_at("from", &what)
    };
    let from = from.map(|from| from.before(schedule.by).ok_or_else(wrong));
    let from = from.transpose()?;
    let schedule = Schedule { from, ..schedule };
    is_ever_due(&schedule).map_err(|what| keys.wrong_at("days", &what))?;
    fits(&schedule).map_err(|what| keys.wrong_at("from", &what))?;
    Ok(schedule)
}

/// The first date on which a schedule is tried, whatever day it is today.
fn tried_from(schedule: &Schedule) -> NaiveDate {
    let first = NaiveDate::from_yo_opt(TRIED_FROM, 1).unwrap_or_default();
    let from = schedule.weeks.map(|weeks| weeks.from);
    first.max(from.unwrap_or(first))
}

/// Refuses days that never come, such as 31 February.
fn is_ever_due(schedule: &Schedule) -> Result<(), String> {
    for place in &schedule.days.places {
        let alone = Schedule {
            days: Days {
                places: vec![*place],
                ..Days::of(Weekdays::NONE)
            },
            weeks: None,
            holidays: None,
            except: BTreeSet::new(),
            ..schedule.clone()
        };
        if alone.due_from(tried_from(&alone)).is_none() {
            let months = schedule.months;
            return Err(format!(
                "\"{place}\" never comes in {months}; choose other days or months"
            ));
        }
    }
    // From a year on that is near: weeks that begin in a far one are never due either.
    let near = NaiveDate::from_yo_opt(TRIED_FROM, 1).unwrap_or_default();
    match schedule.due_from(near) {
        Some(_) => Ok(()),
        None => Err(
            "the feed is never due: days, months, weeks, holidays and except together leave no date"
                .to_owned(),
        ),
    }
}

/// Refuses a window that starts before the deadline of the day before it.
fn fits(schedule: &Schedule) -> Result<(), String> {
    let Some(WindowStart { days_before, at }) = schedule.from else {
        return Ok(());
    };
    let minutes = |minutes: u32| TimeDelta::minutes(minutes.into());
    let grace = TimeDelta::from_std(schedule.grace).unwrap_or_default();
    let window = TimeDelta::days(days_before.into()) + minutes(schedule.by) - minutes(at) + grace;
    if window <= TimeDelta::days(1) {
        return Ok(());
    }
    let first = tried_from(schedule);
    let mut last: Option<NaiveDate> = None;
    let mut next = schedule.due_from(first);
    while let Some(due) = next.filter(|due| *due - first <= TRIED) {
        if let Some(last) = last.filter(|last| due - *last < window) {
            let graced = if grace.is_zero() {
                ""
            } else {
                ", with its grace,"
            };
            return Err(format!(
                "the window{graced} is longer than the time between two deadlines, such as {last} and {due}; a later start is needed"
            ));
        }
        last = Some(due);
        next = due.succ_opt().and_then(|next| schedule.due_from(next));
    }
    Ok(())
}

/// Reads a date, as text or as a TOML date.
fn date(written: Value) -> Result<NaiveDate, String> {
    let text = written.to_string();
    let text = written.as_str().unwrap_or(&text);
    text.parse()
        .map_err(|_| format!("\"{text}\" is not a date; for example [\"2026-12-25\"]"))
}

fn grace(text: String) -> Result<Duration, String> {
    match duration(text)? {
        grace if grace < DAY => Ok(grace),
        _ => Err("less than a day is needed".to_owned()),
    }
}
