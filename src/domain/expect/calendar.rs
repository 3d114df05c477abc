//! The days on which a feed is due, the windows in which its files may come, and its deadlines.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{Datelike, Days as DaysOf, Month, Months as MonthsOf, NaiveDate, NaiveTime};

use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::{Days, Holidays};

/// How many months ahead the next due day is searched: a leap day comes back on the same day of the week after 40 years.
const AHEAD: u32 = 41 * 12;

/// How many days are looked at one by one before whole months are.
const NEAR: usize = 7;

/// When a feed is due, and from when on its files may come.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The time of day when it is due, in minutes after midnight.
    pub by: u32,
    /// The start of its window; `None` if the window starts with the local calendar day.
    pub from: Option<WindowStart>,
    /// The days on which it is due.
    pub days: Days,
    /// The months in which it is due.
    pub months: Months,
    /// The weeks in which it is due; `None` for each week.
    pub weeks: Option<Weeks>,
    /// Dates on which it is not due, and which are no working days.
    pub holidays: Option<Arc<Holidays>>,
    /// Dates on which it is not due.
    pub except: BTreeSet<NaiveDate>,
    /// The time zone of the times and the days.
    pub zone: Zone,
    /// How long after `by` a missing feed is not reported yet.
    pub grace: Duration,
}

/// The start of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowStart {
    /// How many days before the day of the deadline.
    pub days_before: u32,
    /// The time of day, in minutes after midnight.
    pub at: u32,
}

/// A set of months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Months(pub u16);

/// Every n-th week from the week of a date on. A week begins on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weeks {
    /// 2 for every second week.
    pub every: u32,
    /// A date of the first such week.
    pub from: NaiveDate,
}

impl Months {
    /// Every month.
    pub const ALL: Months = Months(0b1111_1111_1111);

    /// Is this one of the months, counted from 1?
    pub fn holds(self, month: u32) -> bool {
        self.0 >> (month - 1) & 1 == 1
    }

    /// The months in their order.
    pub(super) fn named(self) -> impl Iterator<Item = Month> {
        let held = (1..=12u8).filter(move |month| self.holds((*month).into()));
        held.filter_map(|month| Month::try_from(month).ok())
    }
}

impl Weeks {
    fn holds(self, date: NaiveDate) -> bool {
        let monday = |date: NaiveDate| date.week(chrono::Weekday::Mon).checked_first_day();
        let weeks = monday(date).zip(monday(self.from));
        let weeks = weeks.map(|(own, first)| (own - first).num_weeks());
        weeks.is_some_and(|weeks| weeks >= 0 && weeks % i64::from(self.every) == 0)
    }
}

impl Schedule {
    /// The schedule's part of the expectation's id: days, times and zone, but neither grace nor excepted dates. Keys that later
    /// versions added stand at its end, so that the ids of older configurations do not change.
    pub(super) fn id(&self) -> String {
        let zone = match self.zone {
            Zone::Machine => "machine",
            Zone::Named(zone) => zone.name(),
        };
        let mut id = format!("{} {} {zone}", self.clock(), self.days.for_id());
        // Midnight of the deadline's day is the default: the id leaves it out.
        if let Some(from) = self.from.filter(|from| *from != WindowStart::default()) {
            id += &format!(" from {from}");
        }
        if self.months != Months::ALL {
            id += &format!(" in {}", self.months);
        }
        if let Some(weeks) = self.weeks {
            id += &format!(" every {} weeks from {}", weeks.every, weeks.from);
        }
        if let Some(holidays) = &self.holidays {
            id += &format!(" without {}", holidays.name);
        }
        id
    }

    /// `by` as text: `07:30`.
    pub fn clock(&self) -> String {
        clock(self.by)
    }

    /// Is the feed expected on this date?
    pub fn is_due(&self, date: NaiveDate) -> bool {
        let due = match self.days.each_week(date, self.holidays.as_deref()) {
            Some(due) => due && self.months.holds(date.month()),
            None => {
                let first = date.with_day(1).unwrap_or(date);
                self.due_in(first) >> date.day0() & 1 == 1
            }
        };
        due && self.counts(date)
    }

    /// The first date, from this one on, on which the feed is expected.
    pub fn due_from(&self, date: NaiveDate) -> Option<NaiveDate> {
        if self.days.places.is_empty() {
            // Most feeds: one of the next days is due.
            let near = date.iter_days().take(NEAR).find(|day| self.is_due(*day));
            if near.is_some() {
                return near;
            }
        }
        let first = date.with_day(1)?;
        (0..AHEAD).find_map(|months| {
            let first = first.checked_add_months(MonthsOf::new(months))?;
            let mut days = self.due_in(first);
            while days != 0 {
                let due = first.with_day0(days.trailing_zeros())?;
                if due >= date && self.counts(due) {
                    return Some(due);
                }
                days &= days - 1;
            }
            None
        })
    }

    /// The days of a month on which it is due, as far as weeks and excepted dates allow: bit 0 for the first.
    fn due_in(&self, first: NaiveDate) -> u32 {
        match self.months.holds(first.month()) {
            true => self.days.of_month(first, self.holidays.as_deref()),
            false => 0,
        }
    }

    fn counts(&self, date: NaiveDate) -> bool {
        self.weeks.is_none_or(|weeks| weeks.holds(date)) && !self.except.contains(&date)
    }

    /// The time of `by` on a date. If the clock shows it twice, the second one, because the clock is set back after the
    /// first one; if the clock skips it, the time of the change.
    pub fn due(&self, date: NaiveDate) -> Time {
        self.moments(date, self.by).1
    }

    /// The time at which a missing feed of this date is reported.
    pub fn deadline(&self, date: NaiveDate) -> Time {
        self.due(date).plus(self.grace)
    }

    /// Has the window of this date started? If the clock shows its time twice, it starts with the first one.
    pub fn has_begun(&self, date: NaiveDate, at: Time) -> bool {
        match self.from {
            None => self.zone.date(at) >= date,
            Some(_) => self.begins(date) <= at,
        }
    }

    /// The start of the window of this date.
    pub fn begins(&self, date: NaiveDate) -> Time {
        let from = self.from.unwrap_or_default();
        let day = date.checked_sub_days(DaysOf::new(from.days_before.into()));
        self.moments(day.unwrap_or(date), from.at).0
    }

    /// Is there no time in which a file is on time?
    pub fn is_empty(&self) -> bool {
        self.from.is_none() && self.by == 0 && self.grace.is_zero()
    }

    /// The latest date, from this one on, whose window has started.
    pub fn begun(&self, date: NaiveDate, at: Time) -> Option<NaiveDate> {
        let mut begun = None;
        let mut next = self.due_from(date);
        while let Some(due) = next.filter(|due| self.has_begun(*due, at)) {
            begun = Some(due);
            next = self.due_from(after(due));
        }
        begun
    }

    /// How many days before the day of its deadline a window starts.
    pub fn lead(&self) -> u32 {
        self.from.unwrap_or_default().days_before
    }

    fn moments(&self, date: NaiveDate, minutes: u32) -> (Time, Time) {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(minutes * 60, 0);
        self.zone.moments(date.and_time(time.unwrap_or_default()))
    }
}

/// `20:00`, with the days before if there are any: `20:00-1`.
impl fmt::Display for WindowStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clock(self.at))?;
        match self.days_before {
            0 => Ok(()),
            days => write!(f, "-{days}"),
        }
    }
}

/// `Jan,Apr`.
impl fmt::Display for Months {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.named().map(|month| &month.name()[..3]).collect();
        f.write_str(&names.join(","))
    }
}

/// Minutes after midnight as text.
pub(crate) fn clock(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The next day.
pub(crate) fn after(date: NaiveDate) -> NaiveDate {
    later(date, 1)
}

/// So many days later.
pub(super) fn later(date: NaiveDate, days: u32) -> NaiveDate {
    let later = date.checked_add_days(DaysOf::new(days.into()));
    later.unwrap_or(date)
}
