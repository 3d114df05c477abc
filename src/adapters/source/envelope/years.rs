//! The years of stamps that name none, in a log whose lines are in the order in which they were written.
//!
//! A first reading shows how many New Years lie between the lines. The last line is of the last year in which its day is not
//! after the day on which the log was last written. Together, they give the year of the first line.

use std::time::Duration;

use chrono::{Datelike, NaiveDate};

use crate::domain::base::time::{Time, Zone};

/// How many days a stamp may lie before the stamp above it: the clock was set back, or its zone changed.
const BACK: i32 = 1;

/// How many days it may lie back in logs that were put together newest first, a month each at most, or if the clock was wrong
/// for longer. The same stamp could also be of the next year, after almost a year of silence.
const DISORDER: i32 = 92;

/// Silence is taken for disorder if the log, at its average rate, would have had this many lines in that time.
const MISSED: u64 = 1_000;

/// The days of a leap year: a year without a number may be one.
const YEAR: i32 = 366;

/// How long after the last write of the log a stamp may lie: the greatest offset of a zone from UTC, for another machine's
/// log.
const AHEAD: Duration = Duration::from_secs(14 * 3_600);

/// The year that counting starts from while the first year is unknown. It is a leap year.
const UNKNOWN: i32 = 2000;

/// How many years with a 29 February are kept.
const LEAPS: usize = 8;

/// How many years back to look for the first year: around 1900 and 2100, 29 February is eight years apart.
const YEARS_BACK: i32 = 8;

/// Gives the year of each stamp, in the order of the log.
#[derive(Clone, Debug)]
pub struct Years {
    first: i32,
    /// The year and the day of the year of the stamp above.
    last: Option<(i32, i32)>,
    /// Number of stamps that were read, and of their days.
    lines: u64,
    days: u64,
    /// No stamp may be later than this.
    latest: NaiveDate,
    /// The years with a 29 February in the log.
    leaps: Vec<i32>,
    /// A stamp was later than `latest`, and so taken to be of an earlier year.
    contradicted: bool,
}

impl Years {
    /// For a first reading, to count the New Years in a log.
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

    /// For the second reading of a log that was last written at `written`. `None` if no line had a stamp without a year.
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

    /// The date of the next stamp. `None` for a day that no year has.
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

    /// Counts a line with a stamp without a year.
    pub(crate) const fn count(&mut self) {
        self.lines += 1;
    }

    /// Whether a stamp lies `days` days before the last one, and not the rest of a year after it.
    fn is_back(&self, days: i32) -> bool {
        let silence = u64::from((YEAR - days).unsigned_abs());
        let missed = self.lines.saturating_mul(silence) / self.days.max(1);
        days <= BACK || days <= DISORDER && missed >= MISSED
    }

    /// Whether any stamp without a year was read.
    pub const fn is_needed(&self) -> bool {
        self.last.is_some()
    }

    /// Whether a stamp lay after the last write of the log, so that its year is a guess.
    pub const fn is_contradicted(&self) -> bool {
        self.contradicted
    }
}

/// The date of a day of a leap year in another year. `None` if that year has no such day.
fn on(year: i32, ordinal: i32) -> Option<NaiveDate> {
    let ordinal = u32::try_from(ordinal).ok()?;
    let day = NaiveDate::from_yo_opt(UNKNOWN, ordinal + 1)?;
    NaiveDate::from_ymd_opt(year, day.month(), day.day())
}

fn is_leap(year: i32) -> bool {
    NaiveDate::from_ymd_opt(year, 2, 29).is_some()
}
