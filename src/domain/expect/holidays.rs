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
}
