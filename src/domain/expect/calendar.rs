//! The days on which a feed is due, and the times of its deadlines.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use super::Expectation;
use crate::domain::base::time::Time;

/// How many days ahead the next due day is searched: a year of excepted dates and one more week.
const AHEAD: usize = 373;

impl Expectation {
    /// Is the feed expected on this date?
    pub fn is_due(&self, date: NaiveDate) -> bool {
        self.days.holds(date.weekday()) && !self.except.contains(&date)
    }

    /// The first date, from this one on, on which the feed is expected.
    pub fn due_from(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days().take(AHEAD).find(|day| self.is_due(*day))
    }

    /// The local date of a time.
    pub fn date(&self, at: Time) -> NaiveDate {
        self.zone.date(at)
    }

    /// The time of `by` on a date. If the clock shows it twice, the second one, because the clock is set back after the
    /// first one; if the clock skips it, the time of the change.
    pub fn due(&self, date: NaiveDate) -> Time {
        let by = NaiveTime::from_num_seconds_from_midnight_opt(self.by * 60, 0);
        self.zone.moments(date.and_time(by.unwrap_or_default())).1
    }

    /// The time at which a missing feed of this date is reported.
    pub fn deadline(&self, date: NaiveDate) -> Time {
        self.due(date).plus(self.grace)
    }
}

/// The next day.
pub(crate) fn after(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}
