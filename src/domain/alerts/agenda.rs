//! When the next alert may be due: so that a line costs the same, however many alerts are gathered.

use std::collections::BTreeSet;

use crate::domain::base::time::Time;

/// When alerts may be due. It follows from the alerts, so the state does not keep it.
#[derive(Clone, Debug, Default)]
pub(crate) struct AlertAgenda {
    /// It was made of the alerts. If not, any of them may be due.
    made: bool,
    /// Nothing is due before this time.
    soonest: Option<Time>,
    /// The groups with gathered alerts; nothing of a group is due before its time.
    groups: BTreeSet<(Time, String)>,
}

impl PartialEq for AlertAgenda {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl AlertAgenda {
    /// An agenda of all groups with gathered alerts.
    pub(super) fn of(groups: impl Iterator<Item = (Time, String)>) -> Self {
        AlertAgenda {
            made: true,
            soonest: None,
            groups: groups.collect(),
        }
    }

    /// Was it made of the alerts?
    pub(super) fn is_made(&self) -> bool {
        self.made
    }

    /// Nothing is due before this time; `None` if nothing is. `any` says whether anything waits.
    pub(super) fn soonest(&self, any: bool) -> Option<Time> {
        match self.made {
            true => self.soonest,
            false => any.then_some(Time(i64::MIN)),
        }
    }

    /// Something may be due at this time.
    pub(super) fn note(&mut self, due: Time) {
        let soonest = self.soonest.unwrap_or(due);
        self.soonest = Some(soonest.min(due));
    }

    /// Alerts are gathered in this group; they may be due at this time.
    pub(super) fn note_group(&mut self, due: Time, group: &str) {
        self.note(due);
        self.groups.insert((due, group.to_owned()));
    }

    /// Takes the next group of which alerts may be due.
    pub(super) fn take_group(&mut self, time: Time) -> Option<String> {
        let (due, _) = self.groups.first()?;
        let due = *due <= time;
        due.then(|| self.groups.pop_first())
            .flatten()
            .map(|(_, group)| group)
    }

    /// Everything that was due is done: of the rest, this is due first, or the next group.
    pub(super) fn settle(&mut self, next: Option<Time>) {
        let group = self.groups.first().map(|(due, _)| *due);
        self.soonest = next.into_iter().chain(group).min();
    }
}
