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
    /// What it is known by in the state.
    pub id: String,
    /// The account that must send it.
    pub partner: String,
    /// Which files.
    pub files: Pattern,
    /// Until when, in minutes after midnight.
    pub by: u32,
    /// On which days.
    pub days: Weekdays,
    /// Dates that are left out.
    pub except: BTreeSet<NaiveDate>,
    /// The zone of its days and its time of day.
    pub zone: Zone,
    /// How many files.
    pub count: u32,
    /// What a smaller file than this is: none.
    pub min_size: u64,
    /// How long after `by` nobody is told yet.
    pub grace: Duration,
    /// Who is called when it is missing: the id of a user or of a user group.
    pub mention: Option<String>,
}

impl Expectation {
    /// Known by what it expects, of whom and when; not by how many, how large or how patiently.
    pub(crate) fn named(mut self) -> Self {
        let zone = match self.zone {
            Zone::Machine => "machine",
            Zone::Named(zone) => zone.name(),
        };
        let (partner, files, days) = (&self.partner, &self.files, self.days);
        self.id = format!("{partner} {files} {} {days} {zone}", self.clock());
        self
    }

    /// `by` as it is written: `07:30`.
    pub fn clock(&self) -> String {
        format!("{:02}:{:02}", self.by / 60, self.by % 60)
    }

    /// Is this file one of the feed's, whole as it is? An empty file never is. Of a file whose size nobody knows the name
    /// decides.
    pub fn takes(&self, file: &File) -> bool {
        let large = |bytes| bytes >= self.min_size.max(1);
        !file.cut && file.bytes.is_none_or(large) && self.files.matches(&file.name())
    }
}
