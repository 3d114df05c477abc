//! The weekdays on which a feed is due.

use std::fmt;

use chrono::Weekday;

/// The days in display order.
const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// A set of days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Every day.
    pub const ALL: Weekdays = Weekdays(0b111_1111);
    /// No day; the start for `with`.
    pub const NONE: Weekdays = Weekdays(0);

    /// Adds the days from `from` to `to`, across the end of the week if `to` comes first.
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

    pub(super) fn holds(self, day: Weekday) -> bool {
        self.0 >> day.num_days_from_monday() & 1 == 1
    }

    /// The days in display order.
    pub(super) fn each(self) -> impl Iterator<Item = Weekday> {
        WEEK.into_iter().filter(move |day| self.holds(*day))
    }
}

/// `Mon..Fri,Sun`: three or more consecutive days are written as a range.
impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said: Vec<String> = Vec::new();
        let mut rest: Vec<Weekday> = self.each().collect();
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
