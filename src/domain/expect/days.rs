//! The days of a month on which a feed is due: days of the week, and places in the month.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate, Weekday};

use crate::domain::expect::{Holidays, Weekdays};

/// The last day of the longest month.
const LONGEST: u32 = 31;

/// The kind of day that is counted through a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Each day.
    Day,
    /// Monday to Friday without holidays.
    WorkingDay,
    /// One day of the week.
    Weekday(Weekday),
}

/// A place in the month: the n-th day of its kind, from the month's start or from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceInMonth {
    /// Which one, from 1 on.
    pub nth: u32,
    /// Counted from the end of the month.
    pub last: bool,
    /// What is counted.
    pub unit: DayKind,
}

/// The days on which a feed is due. They are due if one of the parts names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    /// Days of the week.
    pub weekdays: Weekdays,
    /// Each working day.
    pub working: bool,
    /// Places in the month.
    pub places: Vec<PlaceInMonth>,
}

/// A month; its days are bits, the first of them bit 0.
struct Month {
    first: NaiveDate,
    /// All its days.
    all: u32,
    holidays: u32,
}

impl Days {
    /// Every day.
    pub const ALL: Days = Days::of(Weekdays::ALL);

    /// These days of the week.
    pub const fn of(weekdays: Weekdays) -> Days {
        Days {
            weekdays,
            working: false,
            places: Vec::new(),
        }
    }

    /// The same days, with the places in their order in the month, each once; days of the month that are all days are every day.
    #[must_use]
    pub fn in_order(mut self) -> Days {
        self.places.sort_by_key(|place| place.order());
        self.places.dedup();
        if self
            .runs()
            .any(|(first, to)| (first.nth, to) == (1, LONGEST))
        {
            self.weekdays = Weekdays::ALL;
        }
        match self.weekdays == Weekdays::ALL {
            true => Days::ALL,
            false => self,
        }
    }

    /// The places; of days of the month that follow each other the first, with the number of the last.
    pub(super) fn runs(&self) -> impl Iterator<Item = (PlaceInMonth, u32)> {
        let follows = |one: &PlaceInMonth, other: &PlaceInMonth| {
            let dates = [one, other]
                .iter()
                .all(|place| place.unit == DayKind::Day && !place.last);
            dates && other.nth == one.nth + 1
        };
        let runs = self.places.chunk_by(follows);
        runs.filter_map(|run| Some((*run.first()?, run.last()?.nth)))
    }

    /// The same days for the id: working days are Mon..Fri, since holidays are left out of both.
    pub(super) fn for_id(&self) -> Days {
        let mut days = self.clone();
        if std::mem::take(&mut days.working) {
            days.weekdays = days.weekdays.with(Weekday::Mon, Weekday::Fri);
        }
        days
    }

    /// Is a date due? `None` if that depends on the rest of its month.
    pub(super) fn each_week(&self, date: NaiveDate, holidays: Option<&Holidays>) -> Option<bool> {
        let holiday = || holidays.is_some_and(|holidays| holidays.holds(date));
        let day = date.weekday();
        let named = self.weekdays.holds(day) || (self.working && day.num_days_from_monday() < 5);
        self.places.is_empty().then(|| named && !holiday())
    }

    /// The days of the month that begins with this date: bit 0 for the first. No holiday is among them.
    pub(super) fn of_month(&self, first: NaiveDate, holidays: Option<&Holidays>) -> u32 {
        let month = Month::new(first, holidays);
        let mut days = self
            .weekdays
            .each()
            .fold(0, |days, day| days | month.each(day));
        if self.working {
            days |= month.working();
        }
        for place in &self.places {
            days |= month.place(place);
        }
        days & !month.holidays
    }
}

impl PlaceInMonth {
    /// From the start of the month to its end.
    fn order(&self) -> (bool, u32, u32) {
        let unit = match self.unit {
            DayKind::Day => 0,
            DayKind::WorkingDay => 1,
            DayKind::Weekday(day) => 2 + day.num_days_from_monday(),
        };
        let nth = if self.last {
            u32::MAX - self.nth
        } else {
            self.nth
        };
        (self.last, unit, nth)
    }
}

impl Month {
    fn new(first: NaiveDate, holidays: Option<&Holidays>) -> Month {
        let next = first.checked_add_months(Months::new(1));
        let length = next.map_or(31, |next| (next - first).num_days());
        Month {
            first,
            all: u32::MAX >> (32 - length),
            holidays: holidays.map_or(0, |holidays| holidays.of_month(first)),
        }
    }

    /// Each such day of the week.
    fn each(&self, day: Weekday) -> u32 {
        /// Every seventh day.
        const WEEKLY: u32 = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28;
        let begins = day.days_since(self.first.weekday());
        WEEKLY << begins & self.all
    }

    fn working(&self) -> u32 {
        let weekend = self.each(Weekday::Sat) | self.each(Weekday::Sun);
        self.all & !weekend & !self.holidays
    }

    /// The day of a place; no day if the month has too few.
    fn place(&self, place: &PlaceInMonth) -> u32 {
        let mut days = match place.unit {
            DayKind::Day => self.all,
            DayKind::WorkingDay => self.working(),
            DayKind::Weekday(day) => self.each(day),
        };
        let end = |days: u32| match (days, place.last) {
            (0, _) => 0,
            (days, true) => 1 << (31 - days.leading_zeros()),
            (days, false) => 1 << days.trailing_zeros(),
        };
        for _ in 1..place.nth {
            days &= !end(days);
        }
        end(days)
    }
}

/// As the configuration has it, in one form: `Mon..Fri,1,10..12,1st working day,last`.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weekdays = self.weekdays.to_string();
        let weekdays = (!weekdays.is_empty()).then_some(weekdays);
        let working = self.working.then(|| "working days".to_owned());
        let places = self.runs().map(|(first, to)| match to == first.nth {
            true => first.to_string(),
            false => format!("{first}..{to}"),
        });
        let parts: Vec<String> = weekdays.into_iter().chain(working).chain(places).collect();
        f.write_str(&parts.join(","))
    }
}

/// `15`, `last`, `1st working day`, `2nd last Fri`.
impl fmt::Display for PlaceInMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.unit, self.last, self.nth) {
            (DayKind::Day, false, nth) => return write!(f, "{nth}"),
            (DayKind::Day, true, 1) => return f.write_str("last"),
            (_, true, 1) => f.write_str("last ")?,
            (_, true, nth) => write!(f, "{} last ", ordinal(nth))?,
            (_, false, nth) => write!(f, "{} ", ordinal(nth))?,
        }
        match self.unit {
            DayKind::Day => f.write_str("day"),
            DayKind::WorkingDay => f.write_str("working day"),
            DayKind::Weekday(day) => write!(f, "{day}"),
        }
    }
}

/// `1st`, `2nd`, `3rd`, `4th`.
pub(super) fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
