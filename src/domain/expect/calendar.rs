//! The days on which a feed is due, and the times of its deadlines.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::Weekdays;

/// How many days ahead the next due day is searched: a year of excepted dates and one more week.
const AHEAD: usize = 373;

/// When a feed is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The time of day when it is due, in minutes after midnight.
    pub by: u32,
    /// The weekdays on which it is due.
    pub days: Weekdays,
    /// Dates on which it is not due.
    pub except: BTreeSet<NaiveDate>,
    /// The time zone of `by` and of its days.
    pub zone: Zone,
    /// How long after `by` a missing feed is not reported yet.
    pub grace: Duration,
}

impl Schedule {
    /// Its part of the expectation's id: the days and the time; not grace.
    pub(super) fn id(&self) -> String {
        let zone = match self.zone {
            Zone::Machine => "machine",
            Zone::Named(zone) => zone.name(),
        };
        format!("{} {} {zone}", self.clock(), self.days)
    }

    /// `by` as text: `07:30`.
    pub fn clock(&self) -> String {
        format!("{:02}:{:02}", self.by / 60, self.by % 60)
    }

    /// Is the feed expected on this date?
    pub fn is_due(&self, date: NaiveDate) -> bool {
        self.days.holds(date.weekday()) && !self.except.contains(&date)
    }

    /// The first date, from this one on, on which the feed is expected.
    pub fn due_from(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days().take(AHEAD).find(|day| self.is_due(*day))
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
