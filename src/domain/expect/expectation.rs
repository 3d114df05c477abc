//! A feed that must arrive: one `[[expect]]`.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::NaiveDate;

use crate::domain::alerts::File;
use crate::domain::base::time::Zone;
use crate::domain::expect::Weekdays;
use crate::domain::expect::pattern::Pattern;

/// A feed that must arrive: one `[[expect]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// Its id in the state.
    pub id: String,
    /// The account that must send it.
    pub partner: String,
    /// The pattern of the file names.
    pub files: Pattern,
    /// The time of day when it is due, in minutes after midnight.
    pub by: u32,
    /// The weekdays on which it is due.
    pub days: Weekdays,
    /// Dates on which it is not due.
    pub except: BTreeSet<NaiveDate>,
    /// The time zone of `by` and of its days.
    pub zone: Zone,
    /// How many files are expected.
    pub count: u32,
    /// A smaller file does not count as an arrival; in bytes.
    pub min_size: u64,
    /// How long after `by` a missing feed is not reported yet.
    pub grace: Duration,
    /// The user or user group to mention when it is missing: its id.
    pub mention: Option<String>,
}

impl Expectation {
    /// Sets the id, made of the files, the partner, the days and the time; not of count, size or grace.
    pub(crate) fn named(mut self) -> Self {
        let zone = match self.zone {
            Zone::Machine => "machine",
            Zone::Named(zone) => zone.name(),
        };
        let (partner, files, days) = (&self.partner, &self.files, self.days);
        self.id = format!("{partner} {files} {} {days} {zone}", self.clock());
        self
    }

    /// `by` as text: `07:30`.
    pub fn clock(&self) -> String {
        format!("{:02}:{:02}", self.by / 60, self.by % 60)
    }

    /// Is this a complete file of the feed? An empty file never is. If the size is unknown, only the name decides.
    pub fn takes(&self, file: &File) -> bool {
        let large = |bytes| bytes >= self.min_size.max(1);
        !file.cut && file.bytes.is_none_or(large) && self.files.matches(&file.name())
    }
}
