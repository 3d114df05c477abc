//! Corrects waiting alerts when a later event changes their facts, and drops alerts that are no longer true.

use super::gather::Waiting;
use super::gather::{PolicyOf, partner_of};
use super::{
    Alerts, Cause, Content, Failures, FailuresFrom, Files, Hindered, Outbox, Transfer, merge,
};
use crate::domain::base::time::Time;

/// The kinds of gathered troubles that a file or a log-in mends.
const MENDED: [&str; 8] = [
    "failure",
    "turned-away",
    "attempts-turned-away",
    "write-refused",
    "failed",
    "interrupted",
    "unclosed",
    "interrupted-download",
];

impl Alerts {
    /// Reports gathered troubles that this event mends first, so that its message ends them.
    pub(super) fn tell_answered(
        &mut self,
        at: Time,
        content: &Content,
        rules: PolicyOf<'_>,
        outbox: &mut Outbox<'_>,
    ) {
        for name in self.answered(content) {
            let Some(group) = self.groups.get_mut(&name) else {
                continue;
            };
            if let Some((_, troubles)) = group.gathered.take() {
                let how = rules(partner_of(&name)).follow_up;
                group.message = Some(outbox.follow(group.message, at, troubles, how));
            }
        }
    }

    /// The groups of gathered troubles that this event mends.
    fn answered(&self, content: &Content) -> Vec<String> {
        let partner = match content {
            Content::Files(files) => &files.partner,
            Content::Logins(logins) => &logins.partner,
            _ => return Vec::new(),
        };
        let mut names = Vec::new();
        // One name for all lookups: this runs for each file and log-in.
        let mut name = String::new();
        for kind in MENDED {
            name.clear();
            name.extend([kind, " ", partner]);
            let group = self.groups.get(&name);
            let gathered = group.and_then(|group| group.gathered.as_ref());
            if gathered.is_some_and(|(_, troubles)| troubles.is_mended_by(content)) {
                names.push(name.clone());
            }
        }
        names
    }

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
        within: (Time, Time),
        cause: Cause,
        outbox: &mut Outbox<'_>,
        in_flight: Option<u64>,
    ) {
        self.events.set_cause((partner, address), within, cause);
        let gathered = self.groups.get_mut(&format!("failure {partner}"));
        let gathered = gathered.and_then(|group| Some(&mut group.gathered.as_mut()?.1));
        let messages = outbox.messages.iter_mut().rev();
        let waiting = messages.filter(|message| Some(message.id) != in_flight);
        let contents = waiting.flat_map(|message| message.content.parts_mut().iter_mut().rev());
        let own = |content: &mut Content| match content {
            Content::Failures(f) if f.is_refused_password((partner, address), within) => {
                f.cause = cause;
                let from = f.each.iter_mut().find(|from| from.address == address);
                from.into_iter().for_each(|from| from.cause = cause);
                Some(())
            }
            _ => None,
        };
        let corrected = gathered.into_iter().chain(contents).find_map(own);
        match corrected {
            Some(()) => outbox.matters.correct_edits(own),
            None => self.set_muted_cause(partner, within.1, cause),
        }
    }

    /// Notes whether another message already reports this alert.
    pub fn told_elsewhere(&mut self, id: u64, told: bool) {
        let waiting = self.waiting.iter_mut().find(|w| w.id == id);
        waiting.into_iter().for_each(|w| w.told = told);
    }

    /// Takes the waiting upload alerts of a file that is now downloaded, or whose next upload breaks off: the upload must be
    /// reported first.
    pub(super) fn take_arrived(&mut self, content: &Content) -> Vec<Waiting> {
        let fetched = match content {
            Content::Files(fetched) if fetched.what == Transfer::Download => fetched,
            Content::Troubled(broken) => broken,
            _ => return Vec::new(),
        };
        let same = |waiting: &Waiting| match &waiting.content {
            Content::Files(files) => {
                let mut paths = files.files.iter().map(|file| &file.path);
                files.partner == fetched.partner
                    && paths.any(|path| fetched.files.iter().any(|file| file.path == *path))
            }
            _ => false,
        };
        if !self.waiting.iter().any(same) {
            return Vec::new();
        }
        let all = std::mem::take(&mut self.waiting).into_iter();
        let (mut arrived, waiting): (Vec<Waiting>, _) = all.partition(same);
        self.waiting = waiting;
        arrived.retain(|w| !w.told);
        arrived
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

    /// Is the latest attempt a refused password of this partner, from this address and within this time?
    pub(super) fn is_refused_password(
        &self,
        (partner, address): (&str, &str),
        (from, to): (Time, Time),
    ) -> bool {
        let from_there = self.addresses.last().is_some_and(|last| last == address);
        let own = self.partner == partner && self.cause == Cause::Password;
        own && from_there && (from..=to).contains(&self.at)
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
