//! Corrects waiting alerts when a later event changes their facts, and drops alerts that are no longer true.

use super::{
    Alerts, Cause, Content, Failures, FailuresFrom, Files, Hindered, Outbox, Transfer, merge,
};
use crate::domain::base::time::Time;

impl Alerts {
    /// Checks all waiting alerts of these kinds and this partner again: `holds` removes from an alert the facts that are no
    /// longer true, and returns whether anything is left. `in_flight` is the message that is being posted: it must not
    /// change.
    pub fn look_again(
        &mut self,
        (kinds, partner): (&[&str], &str),
        outbox: &mut Outbox<'_>,
        in_flight: Option<u64>,
        mut holds: impl FnMut(&mut Content) -> bool,
    ) {
        let mut holds = |content: &mut Content| {
            let group = content.group();
            let meant = group.is_some_and(|(kind, of)| of == partner && kinds.contains(&kind));
            !meant || holds(content)
        };
        self.waiting
            .retain_mut(|waiting| holds(&mut waiting.content));
        for kind in kinds {
            if let Some(group) = self.groups.get_mut(&format!("{kind} {partner}")) {
                group.gathered.take_if(|(_, content)| !holds(content));
            }
        }
        let matters = &*outbox.matters;
        outbox.messages.retain_mut(|message| {
            if Some(message.id) == in_flight || matters.tells(message) {
                return true;
            }
            match &mut message.content {
                Content::Several { parts, .. } => {
                    parts.retain_mut(&mut holds);
                    !parts.is_empty()
                }
                content => holds(content),
            }
        });
    }

    /// Joins this with a waiting alert of the same obstacle, partner and address; returns it if there is none.
    pub fn join_waiting(&mut self, hindered: Hindered) -> Option<Hindered> {
        let same = |w: &&mut Hindered| {
            (w.obstacle, &w.partner, &w.addresses)
                == (hindered.obstacle, &hindered.partner, &hindered.addresses)
        };
        let waiting = self
            .waiting
            .iter_mut()
            .filter_map(|w| match &mut w.content {
                Content::Hindered(waiting) => Some(waiting),
                _ => None,
            });
        match waiting.into_iter().find(same) {
            Some(first) => {
                merge::hindered(first, hindered);
                None
            }
            None => Some(hindered),
        }
    }

    /// Corrects the cause of a partner's latest refused attempt from this address within this time: it was not the password.
    pub fn set_cause(
        &mut self,
        (partner, address): (&str, &str),
        (from, to): (Time, Time),
        cause: Cause,
        outbox: &mut Outbox<'_>,
        in_flight: Option<u64>,
    ) {
        let gathered = self.groups.get_mut(&format!("failure {partner}"));
        let gathered = gathered.and_then(|group| Some(&mut group.gathered.as_mut()?.1));
        let messages = outbox.messages.iter_mut().rev();
        let waiting = messages.filter(|message| Some(message.id) != in_flight);
        let contents = waiting.flat_map(|message| message.content.parts_mut().iter_mut().rev());
        let own = |content: &mut Content| match content {
            Content::Failures(f) if f.partner == partner && f.cause == Cause::Password => {
                let last = f.addresses.last().is_some_and(|last| last == address);
                let own = last && (from..=to).contains(&f.at);
                own.then(|| {
                    f.cause = cause;
                    let from = f.each.iter_mut().find(|from| from.address == address);
                    from.into_iter().for_each(|from| from.cause = cause);
                })
            }
            _ => None,
        };
        let corrected = gathered.into_iter().chain(contents).find_map(own);
        if corrected.is_some() {
            outbox.matters.correct_edits(own);
        }
    }

    /// Notes whether another message already reports this alert.
    pub fn told_elsewhere(&mut self, id: u64, told: bool) {
        let waiting = self.waiting.iter_mut().find(|w| w.id == id);
        waiting.into_iter().for_each(|w| w.told = told);
    }

    /// The file of an upload whose alert still waits.
    pub fn waiting_file(&mut self, id: u64) -> Option<&mut super::File> {
        self.waiting
            .iter_mut()
            .find(|w| w.id == id)
            .and_then(|w| match &mut w.content {
                Content::Files(Files {
                    what: Transfer::Upload,
                    files,
                    ..
                }) => files.first_mut(),
                _ => None,
            })
    }
}

impl Failures {
    /// Removes the failures from this address; returns their number.
    pub(crate) fn answered_from(&mut self, address: &str) -> u64 {
        if self.each.is_empty() {
            let own = matches!(self.addresses.as_slice(), [own] if own == address);
            return if own {
                std::mem::take(&mut self.count)
            } else {
                0
            };
        }
        let Some(at) = self.each.iter().position(|from| from.address == address) else {
            return 0;
        };
        let gone = self.each.remove(at).count;
        self.count = self.count.saturating_sub(gone);
        self.addresses.retain(|known| known != address);
        if let Some(last) = self.each.iter().max_by_key(|from| from.at) {
            self.at = last.at;
            self.cause = last.cause;
            self.method.clone_from(&last.method);
        }
        gone
    }

    /// The failures, separately for each address.
    pub(crate) fn by_address(&self) -> Vec<FailuresFrom> {
        match self.addresses.as_slice() {
            [address] if self.each.is_empty() => vec![FailuresFrom {
                address: address.clone(),
                count: self.count,
                cause: self.cause,
                at: self.at,
                method: self.method.clone(),
            }],
            _ => self.each.clone(),
        }
    }
}
