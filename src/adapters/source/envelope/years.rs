//! The years of stamps that name none, in a log whose lines stand in the order in which they were written.
//!
//! Read once from its start to its end, a log shows how many New Years lie between its lines; its last line is of the last
//! year in which that day is not after the day on which the log was written. Both together give the year of the first.

use std::time::Duration;

use chrono::{Datelike, NaiveDate};

use crate::domain::base::time::{Time, Zone};

/// How many days back a stamp may lie of what was written later: the clock was set back, or changes with a zone.
const BACK: i32 = 1;

/// How many days back it may lie where logs were put together newest first, a month each at most, and where the clock was
/// wrong for longer. The same stamp could be of the year after, with almost a year of silence before it.
const DISORDER: i32 = 92;

/// Silence is taken for disorder where the log, written on as before, would have had as many lines meanwhile.
const MISSED: u64 = 1_000;

/// The days of a leap year: a year without a number may be one.
const YEAR: i32 = 366;

/// How long after the log was last written a stamp may lie: as far as zones lie ahead of UTC, where it is another machine's.
const AHEAD: Duration = Duration::from_secs(14 * 3_600);

/// The year from which years are counted as long as nobody knows the first.
const UNKNOWN: i32 = 2000;

/// How many years with a 29 February are remembered.
const LEAPS: usize = 8;

/// How many years back the first year is looked for: 29 February is eight years apart around 1900 and 2100.
const YEARS_BACK: i32 = 8;

/// Gives the years, day after day.
#[derive(Clone, Debug)]
pub struct Years {
    first: i32,
    /// The year and day of the year of the stamp above.
    last: Option<(i32, i32)>,
    /// How many stamps were read, and on how many days.
    lines: u64,
    days: u64,
    /// No stamp is later.
    latest: NaiveDate,
    /// The years in which there was a 29 February.
    leaps: Vec<i32>,
    /// A stamp was later, and so taken for one of a year before.
    contradicted: bool,
}

impl Years {
    /// For a first reading, to see how many New Years a log passes.
    pub(crate) const fn unknown() -> Self {
        Years {
            first: UNKNOWN,
            last: None,
            lines: 0,
            days: 0,
            latest: NaiveDate::MAX,
            leaps: Vec::new(),
            contradicted: false,
        }
    }

    /// For the second reading of a log that was last written then. None where no line had a stamp without a year.
    pub(crate) fn of_log_written(&self, written: Time, zone: Zone) -> Option<Self> {
        let (year, day) = self.last?;
        let latest = zone.date(written.plus(AHEAD));
        let ends = |last: &i32| on(*last, day).is_some_and(|date| date <= latest);
        let leap = |last: &i32| self.leaps.iter().all(|leap| is_leap(last - year + leap));
        let all = || {
            (latest.year() - YEARS_BACK..=latest.year())
                .rev()
                .filter(ends)
        };
        let last = all().find(leap).or_else(|| all().next())?;
        Some(Years {
            first: UNKNOWN + last - year,
            latest,
            ..Years::unknown()
        })
    }

    /// The date of the next stamp; none of a day that no year has.
    pub(crate) fn date(&mut self, month: u32, day: u32) -> Option<NaiveDate> {
        let asked = NaiveDate::from_ymd_opt(UNKNOWN, month, day)?;
        let ordinal = i32::try_from(asked.ordinal0()).ok()?;
        let year = match self.last {
            None => self.first,
            Some((year, last)) => match self.is_back((last - ordinal).rem_euclid(YEAR)) {
                true => year - i32::from(ordinal > last),
                false => year + i32::from(ordinal < last),
            },
        };
        self.days += u64::from(self.last != Some((year, ordinal)));
        self.last = Some((year, ordinal));
        if (month, day) == (2, 29) && !self.leaps.contains(&year) && self.leaps.len() < LEAPS {
            self.leaps.push(year);
        }
        let late = on(year, ordinal).is_none_or(|date| date > self.latest);
        self.contradicted |= late && (month, day) != (2, 29);
        let dates = (year - YEARS_BACK..=year).filter_map(|year| on(year, ordinal));
        dates.rev().find(|date| *date <= self.latest)
    }

    /// One more line has a stamp without a year.
    pub(crate) const fn count(&mut self) {
        self.lines += 1;
    }

    /// Whether a stamp that lies so many days back, or the rest of a year ahead, lies back.
    fn is_back(&self, days: i32) -> bool {
        let silence = u64::from((YEAR - days).unsigned_abs());
        let missed = self.lines.saturating_mul(silence) / self.days.max(1);
        days <= BACK || days <= DISORDER && missed >= MISSED
    }

    /// Whether any stamp without a year was read.
    pub const fn is_needed(&self) -> bool {
        self.last.is_some()
    }

    /// Whether a stamp lay after the log was written, so that its year is a guess.
    pub const fn is_contradicted(&self) -> bool {
        self.contradicted
    }
}

/// A day of a leap year in another year; none where that year has no such day.
fn on(year: i32, ordinal: i32) -> Option<NaiveDate> {
    let ordinal = u32::try_from(ordinal).ok()?;
    let day = NaiveDate::from_yo_opt(UNKNOWN, ordinal + 1)?;
    NaiveDate::from_ymd_opt(year, day.month(), day.day())
}

fn is_leap(year: i32) -> bool {
    NaiveDate::from_ymd_opt(year, 2, 29).is_some()
}
