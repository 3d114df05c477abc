//! Keeps when each feed must be judged next, so that only the feeds that are due take time.

use std::collections::BTreeSet;

use super::{Expectation, Expects};
use crate::domain::base::time::Time;

/// When the feeds must be judged. It follows from their arrivals, so the state does not keep it.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedAgenda {
    /// The expectations of which it was made.
    of: Expects,
    /// When each of them is due.
    times: Vec<Option<Time>>,
    /// The same, the earliest first.
    due: BTreeSet<(Time, usize)>,
    /// The feeds that have changed since: their times must be computed again.
    changed: BTreeSet<usize>,
    /// All of them were judged up to this time; `None` if some were not.
    judged: Option<Time>,
}

impl PartialEq for FeedAgenda {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl FeedAgenda {
    /// The places of the feeds to judge; `None` if all must be judged: they were not judged yet, other feeds are expected
    /// than before, or the clock was set back.
    pub(crate) fn begin(&mut self, expects: &Expects, until: Time) -> Option<BTreeSet<usize>> {
        let judged = self.judged.filter(|judged| *judged <= until);
        if judged.is_none() || !self.of.is(expects) {
            return None;
        }
        let due = self.due.iter().take_while(|(due, _)| *due <= until);
        let due = due.map(|(_, place)| *place);
        Some(due.chain(self.changed.iter().copied()).collect())
    }

    /// Were all of these judged, so that all of them are watched?
    pub(crate) fn holds(&self, expects: &Expects) -> bool {
        self.judged.is_some() && self.of.is(expects)
    }

    /// The feed with this id changes.
    pub(crate) fn change(&mut self, id: &str) {
        self.changed.extend(self.of.place(id));
    }

    /// Finds the times of the feeds that have changed. `due` says when a feed is due.
    pub(crate) fn settle(&mut self, expects: &Expects, due: impl Fn(&Expectation) -> Option<Time>) {
        if !self.of.is(expects) {
            *self = FeedAgenda {
                of: expects.clone(),
                times: vec![None; expects.len()],
                changed: (0..expects.len()).collect(),
                ..FeedAgenda::default()
            };
        }
        for place in std::mem::take(&mut self.changed) {
            let (old, new) = (self.times[place], due(&self.of[place]));
            if old != new {
                self.due.extend(new.map(|new| (new, place)));
                old.map(|old| self.due.remove(&(old, place)));
                self.times[place] = new;
            }
        }
    }

    /// Notes that the feeds that [`FeedAgenda::begin`] returned were judged up to this time.
    pub(crate) fn judged(&mut self, until: Time) {
        self.judged = Some(until);
    }

    /// When the next feed is due.
    pub(crate) fn soonest(
        &self,
        expects: &Expects,
        due: impl Fn(&Expectation) -> Option<Time>,
    ) -> Option<Time> {
        if !self.of.is(expects) {
            return expects.iter().filter_map(due).min();
        }
        let changed = self
            .changed
            .iter()
            .filter_map(|place| due(&self.of[*place]));
        let mut known = self.due.iter();
        let known = known.find(|(_, place)| !self.changed.contains(place));
        changed.chain(known.map(|(due, _)| *due)).min()
    }
}
