//! The webhook's receiver as it is simulated: what it takes, what it answers, and what of its answers arrives.

use std::cell::RefCell;
use std::collections::BTreeMap;

use sftp_monitor::domain::alerts::{Content, Told, WebhookEvent};
use sftp_monitor::domain::webhook::{Delivery, classify};

use crate::machine::Simulation;
use crate::verdict::event_sums;

/// What the receiver has taken, and what it has refused, each by id.
#[derive(Default)]
pub(crate) struct Receiver {
    pub(crate) taken: RefCell<BTreeMap<String, Told>>,
    pub(crate) refused: RefCell<BTreeMap<String, Told>>,
}

impl Simulation {
    /// Sends an event.
    pub(crate) fn send_event(&self, process: u64, event: &WebhookEvent) -> Delivery {
        let (dice, now) = (&self.world.dice, self.clock.now());
        let lost = || Delivery::Failed {
            why: "no answer".to_owned(),
            arrived: true,
        };
        let (taken, delivery) = match dice.once_in(self.world.odds.get().slack) {
            _ if self.world.is_dead(process) => (false, lost()),
            false => (true, classify(202, None, now)),
            true => match dice.roll(7) {
                0 => (false, lost()),
                1 | 2 => (true, lost()),
                3 => (false, classify(500, None, now)),
                4 => (true, classify(504, None, now)),
                5 => (false, classify(429, Some("7"), now)),
                _ => (false, classify(403, None, now)),
            },
        };
        let id = || event.id.clone();
        if let Delivery::Refused { .. } = delivery {
            let mut refused = self.receiver.refused.borrow_mut();
            refused.insert(id(), event.told.clone());
        }
        if !taken {
            return delivery;
        }
        let is_durable = |daily: sftp_monitor::domain::state::Daily| {
            let mut waiting = daily.resume.alerts.events.waiting.iter();
            waiting.any(|waiting| waiting.id == event.id)
        };
        // What was taken before the state was damaged is sent all the same.
        if !self.damage && !self.durable().is_none_or(is_durable) {
            self.complain(format!("{event:?} is sent and not durable"));
        }
        let mut all = self.receiver.taken.borrow_mut();
        let before = all.insert(id(), event.told.clone());
        // Read again after damage, it may know the partner's full name.
        let sums = |told: &Told| match told {
            Told::Content(content) => event_sums([&**content]),
            Told::Day(_) | Told::Dropped(_) => event_sums([]),
        };
        let is_same = |before: &Told| {
            *before == event.told || (self.damage && sums(before) == sums(&event.told))
        };
        if let Some(before) = before.filter(|before| !is_same(before)) {
            self.complain(format!("{event:?} has the id of {before:?}"));
        }
        drop(all);
        self.perhaps_kill(process);
        delivery
    }
}

/// What each event tells, apart from the day's figures.
pub(crate) fn contents(events: &BTreeMap<String, Told>) -> impl Iterator<Item = &Content> {
    events.values().filter_map(|told| match told {
        Told::Content(content) => Some(&**content),
        Told::Day(_) | Told::Dropped(_) => None,
    })
}
