//! An event for the webhook: its id, its time and its facts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{AlertKind, Content, SETTLES};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

/// How many partners a day's event names.
pub const ROWS_KEPT: usize = 500;

/// An event that waits until the receiver accepts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookEvent {
    /// Its id: the same in each try, and never that of another event.
    pub id: String,
    /// When it happened.
    pub at: Time,
    /// Its facts.
    pub told: Told,
}

/// What an event tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// What Slack is told too.
    Content(Box<Content>),
    /// A day was closed.
    Day(DayFigures),
    /// Events were dropped, because too many waited.
    Dropped(Dropped),
}

/// Dropped events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    /// How many.
    pub count: u64,
    /// The time of the first one.
    pub from: Time,
    /// The time of the last one.
    pub to: Time,
}

/// The figures of a closed day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayFigures {
    /// The day's id: its date, and the number of its part if there are several.
    pub id: String,
    /// Its date.
    pub date: NaiveDate,
    /// The sums of all partners.
    pub total: Figures,
    /// The partners by account name, at most [`ROWS_KEPT`].
    pub partners: BTreeMap<String, Figures>,
    /// How many partners were active.
    pub count: usize,
    /// Refused attempts for accounts that are no partner.
    pub unknown_attempts: u64,
}

/// The counters of a partner or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Log-ins.
    pub logins: u64,
    /// Refused attempts.
    pub failures: u64,
    /// Files that arrived.
    pub uploads: u64,
    /// Files that were downloaded.
    pub downloads: u64,
    /// Transfers that broke off or failed.
    pub interrupted: u64,
}

impl Figures {
    /// Adds these.
    pub(crate) fn add(&mut self, more: Figures) {
        add(&mut self.logins, more.logins);
        add(&mut self.failures, more.failures);
        add(&mut self.uploads, more.uploads);
        add(&mut self.downloads, more.downloads);
        add(&mut self.interrupted, more.interrupted);
    }
}

impl WebhookEvent {
    /// Its kind; `None` for dropped events.
    pub fn kind(&self) -> Option<AlertKind> {
        match &self.told {
            Told::Content(content) => content.nature().kind,
            Told::Day(_) => Some(AlertKind::Digest),
            Told::Dropped(_) => None,
        }
    }

    /// Until when its facts may still change; `None` if they are final.
    pub(super) fn settles(&self) -> Option<Time> {
        match &self.told {
            Told::Content(content) => content.settles(),
            Told::Day(_) | Told::Dropped(_) => None,
        }
    }

    pub(super) fn is_unsettled(&self, now: Time) -> bool {
        // A clock that ran ahead leaves times far in the future: they hold back nothing.
        let real = |settles: &Time| *settles > now && *settles <= now.plus(SETTLES);
        self.settles().is_some_and(|settles| real(&settles))
    }

    /// What is dropped first has the lowest rank.
    pub(super) fn rank(&self) -> u8 {
        match &self.told {
            Told::Content(content) if content.nature().is_anybodys() => 0,
            Told::Content(_) => 1,
            Told::Day(_) | Told::Dropped(_) => 2,
        }
    }

    pub(super) fn whose(&self) -> Option<&str> {
        match &self.told {
            Told::Content(content) => content.nature().owner(),
            Told::Day(_) | Told::Dropped(_) => None,
        }
    }
}
