//! The days on which a feed is due, and the moments of its deadlines.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use super::Expectation;
use crate::domain::base::time::Time;

/// How far ahead the next day is looked for: a year of dates left out and a week more.
const AHEAD: usize = 373;

/// A set of days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

/// The days in the order in which they are told.
const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

impl Weekdays {
    /// Every day.
    pub const ALL: Weekdays = Weekdays(0b111_1111);
    /// No day, to which days are added.
    pub const NONE: Weekdays = Weekdays(0);

    /// These days and those from one to another, across the week's end where the other comes first.
    pub fn with(self, from: Weekday, to: Weekday) -> Weekdays {
        let mut days = self;
        let mut day = from;
        loop {
            days.0 |= 1 << day.num_days_from_monday();
            if day == to {
                return days;
            }
            day = day.succ();
        }
    }

    fn holds(self, day: Weekday) -> bool {
        self.0 >> day.num_days_from_monday() & 1 == 1
    }
}

/// `Mon..Fri,Sun`: runs of three days and more as their ends.
impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said: Vec<String> = Vec::new();
        let mut rest: Vec<Weekday> = WEEK.into_iter().filter(|day| self.holds(*day)).collect();
        while let Some(&first) = rest.first() {
            let run = (rest.iter().zip(first.num_days_from_monday()..))
                .take_while(|(day, at)| day.num_days_from_monday() == *at)
                .count();
            let days: Vec<Weekday> = rest.drain(..run).collect();
            match days.as_slice() {
                [first, _, .., last] => said.push(format!("{first}..{last}")),
                few => said.extend(few.iter().map(ToString::to_string)),
            }
        }
        f.write_str(&said.join(","))
    }
}

impl Expectation {
    /// Is the feed expected on this date?
    pub fn is_due(&self, date: NaiveDate) -> bool {
        self.days.holds(date.weekday()) && !self.except.contains(&date)
    }

    /// The first date from this one on at which it is expected.
    pub fn due_from(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days().take(AHEAD).find(|day| self.is_due(*day))
    }

    /// The local date of a moment.
    pub fn date(&self, at: Time) -> NaiveDate {
        self.zone.date(at)
    }

    /// The moment of `by` on a date. Where the clock shows it twice the second, as before that no clock is past it; where
    /// the clock skips it the moment of the change.
    pub fn due(&self, date: NaiveDate) -> Time {
        let by = NaiveTime::from_num_seconds_from_midnight_opt(self.by * 60, 0);
        self.zone.moments(date.and_time(by.unwrap_or_default())).1
    }

    /// The moment at which somebody is told that the feed of a date is missing.
    pub fn deadline(&self, date: NaiveDate) -> Time {
        self.due(date).plus(self.grace)
    }
}

/// The day after.
pub(crate) fn after(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}
