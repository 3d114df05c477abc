//! A feed that must arrive: one `[[expect]]`.

use std::time::Duration;

use chrono::NaiveDate;

use crate::domain::alerts::File;
use crate::domain::base::time::Time;
use crate::domain::expect::calendar::Schedule;
use crate::domain::expect::wanted::Wanted;

/// A feed that must arrive: one `[[expect]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// Its id in the state.
    pub id: String,
    /// The account that must send it.
    pub partner: String,
    /// It is one of many partners that a pattern names.
    pub by_pattern: bool,
    /// The files.
    pub wanted: Wanted,
    /// When they are due.
    pub schedule: Schedule,
    /// The user or user group to mention when it is missing: its id.
    pub mention: Option<String>,
    /// How often it is reminded of while it is missing; zero turns this off.
    pub remind: Duration,
}

impl Expectation {
    /// The same of a partner. Its id is made of the partner, the files and the schedule.
    pub(crate) fn of(&self, partner: &str) -> Self {
        let (files, schedule) = (self.wanted.id(), self.schedule.id());
        Expectation {
            id: format!("{partner} {files} {schedule}"),
            partner: partner.to_owned(),
            ..self.clone()
        }
    }

    /// Is this a complete file of the feed?
    pub fn takes(&self, file: &File) -> bool {
        self.wanted.takes(file)
    }

    /// The deadline's time of day as text: `07:30`.
    pub fn clock(&self) -> String {
        self.schedule.clock()
    }

    /// Is the feed expected on this date?
    pub fn is_due(&self, date: NaiveDate) -> bool {
        self.schedule.is_due(date)
    }

    /// The first date, from this one on, on which the feed is expected.
    pub fn due_from(&self, date: NaiveDate) -> Option<NaiveDate> {
        self.schedule.due_from(date)
    }

    /// The local date of a time.
    pub fn date(&self, at: Time) -> NaiveDate {
        self.schedule.zone.date(at)
    }

    /// Has the window of this date started?
    pub fn has_begun(&self, date: NaiveDate, at: Time) -> bool {
        self.schedule.has_begun(date, at)
    }

    /// The time at which it is due on a date.
    pub fn due(&self, date: NaiveDate) -> Time {
        self.schedule.due(date)
    }

    /// The time at which a missing feed of this date is reported.
    pub fn deadline(&self, date: NaiveDate) -> Time {
        self.schedule.deadline(date)
    }
}
