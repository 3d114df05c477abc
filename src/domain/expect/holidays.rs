//! Days on which nobody works, as a list that several feeds may share.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

/// A list of holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Its name or its file, as the configuration has it.
    pub name: String,
    /// Holidays of one year.
    pub dates: BTreeSet<NaiveDate>,
    /// Holidays of every year: month and day.
    pub yearly: BTreeSet<(u32, u32)>,
}

impl Holidays {
    /// Is this date a holiday?
    pub fn holds(&self, date: NaiveDate) -> bool {
        self.yearly.contains(&(date.month(), date.day())) || self.dates.contains(&date)
    }

    /// The holidays of the month that begins with this date: bit 0 for the first.
    pub(super) fn of_month(&self, first: NaiveDate) -> u32 {
        let month = first.month();
        let yearly = self.yearly.range((month, 0)..(month + 1, 0));
        let dates = self.dates.range(first..);
        let dates = dates.take_while(|date| (date.year(), date.month()) == (first.year(), month));
        let days = yearly.map(|(_, day)| *day).chain(dates.map(Datelike::day));
        days.fold(0, |days, day| days | 1 << (day - 1))
    }
}
