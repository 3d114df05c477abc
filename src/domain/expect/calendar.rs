//! The days on which a feed is due, and the moments of its deadlines.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use super::Expectation;
use crate::domain::base::time::Time;

/// How far ahead the next day is looked for: a year of dates left out and a week more.
const AHEAD: usize = 373;

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
