//! A schedule as an English sentence, so that a person sees at once what was configured.

use chrono::Weekday;

use super::calendar::{Months, Schedule, WindowStart, clock};
use super::days::{DayKind, Days, PlaceInMonth, ordinal};
use crate::domain::base::language::Language;
use crate::domain::expect::Weekdays;

/// How many excepted dates are named.
const NAMED: usize = 3;

/// A window that starts on the day before, at this time of day or later, starts "the evening before".
const EVENING: u32 = 17 * 60;

/// With a deadline before this time of day and no `from`, the sentence says that the window starts at midnight, because people
/// often mean the evening before.
const NIGHT: u32 = 6 * 60;

/// Small numbers in words.
const NUMBERS: [&str; 10] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];

impl Schedule {
    /// `on the first working day of the month, from 20:00 the evening before until 01:00`
    pub fn sentence(&self) -> String {
        let mut said = self.days.sentence(self.months);
        if let Some(weeks) = self.weeks {
            let every = in_words(weeks.every);
            said += &format!(", in every {every} week from {} on", weeks.from);
        }
        if let Some(holidays) = &self.holidays {
            said += &format!(", not on holidays ({})", holidays.name);
        }
        let except: Vec<String> = self.except.iter().map(ToString::to_string).collect();
        if !except.is_empty() {
            let more = except.len().saturating_sub(NAMED);
            let mut named: Vec<String> = except.into_iter().take(NAMED).collect();
            if more > 0 {
                named.push(format!("{more} more dates"));
            }
            said += &format!(", not on {}", Language::English.list(&named));
        }
        said += &format!(", {}", self.window());
        if !self.grace.is_zero() {
            let grace = humantime::format_duration(self.grace);
            said += &format!(" (reported {grace} later)");
        }
        said
    }

    /// `by 07:30`, or `from 20:00 the evening before until 01:00`.
    fn window(&self) -> String {
        let by = self.clock();
        let from = match self.from {
            None if self.by < NIGHT => WindowStart::default(),
            None => return format!("by {by}"),
            Some(from) => from,
        };
        let day = match from.days_before {
            0 => "",
            1 if from.at >= EVENING => " the evening before",
            1 => " the day before",
            days => &format!(" {} days before", number(days)),
        };
        format!("from {}{day} until {by}", clock(from.at))
    }
}

impl Days {
    fn sentence(&self, months: Months) -> String {
        let in_months: Vec<String> = months
            .named()
            .map(|month| month.name().to_owned())
            .collect();
        let in_months = (months != Months::ALL).then(|| Language::English.list(&in_months));
        if self.weekdays == Weekdays::ALL {
            let only = in_months.map(|months| format!(" in {months}"));
            return format!("every day{}", only.unwrap_or_default());
        }
        let weekdays = self.weekdays.sentence();
        let working = self.working.then(|| "on working days".to_owned());
        let often: Vec<String> = weekdays.into_iter().chain(working).collect();
        let mut said = Language::English.list(&often);
        if let (Some(months), false) = (&in_months, often.is_empty()) {
            said += &format!(" in {months}");
        }
        if !self.places.is_empty() {
            let places = self.runs().flat_map(|(first, to)| {
                let last = (to > first.nth).then(|| format!("the {}", ordinal(to)));
                match last {
                    Some(last) if to > first.nth + 1 => {
                        vec![format!("{} to {last}", first.sentence())]
                    }
                    last => std::iter::once(first.sentence()).chain(last).collect(),
                }
            });
            let places: Vec<String> = places.collect();
            let of = in_months.as_deref().unwrap_or("the month");
            let and = if said.is_empty() { "" } else { " and " };
            said += &format!("{and}on {} of {of}", Language::English.list(&places));
        }
        said
    }
}

impl PlaceInMonth {
    /// `the first working day`
    fn sentence(&self) -> String {
        let unit = match self.unit {
            DayKind::Day if !self.last => return format!("the {}", ordinal(self.nth)),
            DayKind::Day => "day",
            DayKind::WorkingDay => "working day",
            DayKind::Weekday(day) => long(day),
        };
        match (self.last, self.nth) {
            (true, 1) => format!("the last {unit}"),
            (true, nth) => format!("the {} last {unit}", in_words(nth)),
            (false, nth) => format!("the {} {unit}", in_words(nth)),
        }
    }
}

impl Weekdays {
    /// `on Mondays and Fridays`, `from Monday to Friday`.
    fn sentence(self) -> Option<String> {
        let days: Vec<Weekday> = self.each().collect();
        let (first, last) = (days.first()?, days.last()?);
        let run = first.num_days_from_monday() as usize + days.len()
            == last.num_days_from_monday() as usize + 1;
        if run && days.len() > 2 {
            return Some(format!("from {} to {}", long(*first), long(*last)));
        }
        let days: Vec<String> = days
            .into_iter()
            .map(|day| format!("{}s", long(day)))
            .collect();
        Some(format!("on {}", Language::English.list(&days)))
    }
}

fn long(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

fn number(number: u32) -> String {
    let word = NUMBERS.get(number as usize);
    word.map_or_else(|| number.to_string(), ToString::to_string)
}

/// `first`, `second`, and from the fifth on `5th`.
fn in_words(number: u32) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        4 => "fourth".to_owned(),
        more => ordinal(more),
    }
}
