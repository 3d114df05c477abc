//! The values of `days`, `months`, `weeks` and `from`, as people write them.

use chrono::{Month, NaiveDate, Weekday};

use crate::adapters::config::keys::{hint, nearest};
use crate::adapters::config::values::minutes;
use crate::domain::expect::{DayKind, Days, Months, PlaceInMonth, Weekdays, Weeks, WindowStart};

/// The names of the weekdays.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The names of the months.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Numbers in words, from the first on.
const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

/// The most weeks between two weeks of a feed.
const MOST_WEEKS: u32 = 52;

/// The most days before the day of the deadline.
const MOST_DAYS_BEFORE: u32 = 366;

/// Reads days: of the week (`Mon..Fri`, `Mon,Wed`), of the month (`1, 15`, `last`), counted ones (`1st working day`,
/// `last Fri`), or `working days`; also several of them.
pub(super) fn days(text: String) -> Result<Days, String> {
    let mut days = Days::of(Weekdays::NONE);
    for part in text.split(',') {
        add(&mut days, part.trim())?;
    }
    Ok(days.in_order())
}

fn add(days: &mut Days, part: &str) -> Result<(), String> {
    let lower = part.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let place = |nth, last, unit| PlaceInMonth { nth, last, unit };
    let (from, to) = part.split_once("..").unwrap_or((part, part));
    let (from, to) = (from.trim(), to.trim());
    match words.as_slice() {
        ["last"] => days.places.push(place(1, true, DayKind::Day)),
        ["working", "day" | "days"] => days.working = true,
        [first, rest @ ..] if !rest.is_empty() && (*first == "last" || nth(first).is_some()) => {
            let (nth, last, unit) = match (nth(first), rest) {
                (Some(nth), ["last", unit @ ..]) => (nth, true, unit),
                (Some(nth), unit) => (nth, false, unit),
                (None, unit) => (1, true, unit),
            };
            let unit = self::unit(unit).ok_or_else(|| no_unit(part, unit))?;
            let (most, what) = match unit {
                DayKind::Day => (31, "days".to_owned()),
                DayKind::WorkingDay => (23, "working days".to_owned()),
                DayKind::Weekday(day) => (5, day.to_string()),
            };
            if nth == 0 || nth > most {
                return Err(format!(
                    "\"{part}\" never comes: a month has at most {most} {what}"
                ));
            }
            days.places.push(place(nth, last, unit));
        }
        _ if from.starts_with(|c: char| c.is_ascii_digit()) => {
            let (from, to) = (day_of_month(from)?, day_of_month(to)?);
            if from > to {
                return Err(format!("\"{part}\" ends before it begins"));
            }
            days.places
                .extend((from..=to).map(|day| place(day, false, DayKind::Day)));
        }
        _ => days.weekdays = days.weekdays.with(weekday(from)?, weekday(to)?),
    }
    Ok(())
}

/// `1st`, `first`.
fn nth(word: &str) -> Option<u32> {
    let in_words = ORDINALS
        .iter()
        .zip(1..)
        .find(|(ordinal, _)| **ordinal == word);
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end));
    in_words
        .map(|(_, number)| number)
        .or_else(|| digits?.parse().ok())
}

fn unit(words: &[&str]) -> Option<DayKind> {
    match words {
        ["day"] => Some(DayKind::Day),
        ["working", "day"] => Some(DayKind::WorkingDay),
        [day] => day.parse().ok().map(DayKind::Weekday),
        _ => None,
    }
}

fn no_unit(part: &str, unit: &[&str]) -> String {
    let unit = unit.join(" ");
    format!(
        "\"{part}\": \"{unit}\" is not a kind of day; for example \"1st working day\", \"last Fri\" or \"last day\""
    )
}

fn day_of_month(text: &str) -> Result<u32, String> {
    let day = text.parse().ok().filter(|day| (1..=31).contains(day));
    day.ok_or_else(|| {
        format!("\"{text}\" is not a day of the month, 1 to 31; for example \"1, 15\" or \"1st working day\"")
    })
}

fn weekday(written: &str) -> Result<Weekday, String> {
    let example = "for example \"Mon..Fri\" or \"Mon,Wed\"";
    let hint = || hint(nearest(written, DAYS.into_iter()), example);
    (written.parse()).map_err(|_| format!("there is no day \"{written}\"; {}", hint()))
}

/// Reads months: `Jan,Apr,Jul,Oct`, `Nov..Feb`.
pub(super) fn months(text: String) -> Result<Months, String> {
    let mut months = 0;
    for part in text.split(',') {
        let (from, to) = part.split_once("..").unwrap_or((part, part));
        let (mut month, last) = (month(from.trim())?, self::month(to.trim())?);
        loop {
            months |= 1 << (month.number_from_month() - 1);
            if month == last {
                break;
            }
            month = month.succ();
        }
    }
    Ok(Months(months))
}

fn month(written: &str) -> Result<Month, String> {
    let example = "for example \"Jan,Apr,Jul,Oct\" or \"Nov..Feb\"";
    let hint = || hint(nearest(written, MONTHS.into_iter()), example);
    (written.parse()).map_err(|_| format!("there is no month \"{written}\"; {}", hint()))
}

/// Reads weeks: `every second from 2026-01-05`.
pub(super) fn weeks(text: String) -> Result<Weeks, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let wrong =
        |what: &str| format!("\"{text}\" {what}; for example \"every second from 2026-01-05\"");
    let (every, from) = match words.as_slice() {
        ["every", every, "from", from] | ["every", every, "week", "from", from] => (every, from),
        ["every", _] | ["every", _, "week"] => {
            return Err(wrong("needs a date of the first of these weeks"));
        }
        _ => return Err(wrong("names no weeks")),
    };
    let every = nth(every).filter(|every| (2..=MOST_WEEKS).contains(every));
    Ok(Weeks {
        every: every.ok_or_else(|| wrong("names no weeks"))?,
        from: from
            .parse::<NaiveDate>()
            .map_err(|_| wrong("has no date"))?,
    })
}

/// A window's start as it is written: whether `20:00` is on the day before depends on the deadline.
#[derive(Clone, Copy)]
pub(super) struct WrittenStart {
    at: u32,
    days_before: Option<u32>,
}

impl WrittenStart {
    /// Reads `20:00`, `3 days before`, `3 days before 20:00`.
    pub(super) fn read(text: String) -> Result<WrittenStart, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let from = match words.as_slice() {
            [at] => minutes(at).map(|at| WrittenStart {
                at,
                days_before: None,
            }),
            [days, "day" | "days", "before", at @ ..] => {
                let days = days
                    .parse()
                    .ok()
                    .filter(|days| (1..=MOST_DAYS_BEFORE).contains(days));
                let at = match at {
                    [] => Some(0),
                    [at] => minutes(at),
                    _ => None,
                };
                at.zip(days).map(|(at, days)| WrittenStart {
                    at,
                    days_before: Some(days),
                })
            }
            _ => None,
        };
        from.ok_or_else(|| {
            format!("\"{text}\" is not a start of a window; for example \"20:00\" or \"3 days before 20:00\"")
        })
    }

    /// The start of the window before this deadline; `None` if a time of day is the deadline's own.
    pub(super) fn before(self, by: u32) -> Option<WindowStart> {
        let days_before = match self.days_before {
            Some(days) => days,
            None if self.at == by => return None,
            None => u32::from(self.at > by),
        };
        Some(WindowStart {
            days_before,
            at: self.at,
        })
    }
}
