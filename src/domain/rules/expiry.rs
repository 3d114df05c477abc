//! Accounts, passwords and certificates that expire soon are reported once, and once more shortly before.

use std::collections::BTreeMap;

use super::Monitor;
use crate::domain::alerts::{Content, Expiring, NAMES_KEPT};
use crate::domain::expiry::{Expiry, Near, near};
use crate::domain::state::ReportedExpiry;

impl Monitor<'_> {
    /// Reports what expires soon, of all dates that can be seen. A date that is missing here may only be out of sight, so what
    /// was reported about it stays until the date has passed.
    pub fn expire(&mut self, seen: &[Expiry]) {
        // The accounts of this machine tell nothing about journals of another one.
        if seen.is_empty() || self.rules.silent || self.rules.foreign {
            return;
        }
        let today = self.now.utc().date_naive();
        let reported = &mut self.daily.resume.expiring;
        reported.retain(|_, of| {
            of.retain(|_, reported| near(reported.day, today) != Some(Near::Past));
            !of.is_empty()
        });
        let mut messages = BTreeMap::new();
        for one in seen {
            let last = match near(one.day, today) {
                Some(Near::Very) => true,
                Some(Near::Soon) => false,
                Some(Near::Past) | None => continue,
            };
            if !self.rules.alerts_for(&one.partner).expiry {
                continue;
            }
            let of = reported.entry(one.partner.clone()).or_default();
            let before = of.get(&one.what);
            let before = before.filter(|before| before.day == one.day).copied();
            if before.is_some_and(|before| before.last || !last) {
                continue;
            }
            of.insert(one.what, ReportedExpiry { day: one.day, last });
            let message = messages.entry((one.day, one.what, before.is_some()));
            message.or_insert_with(Vec::new).push(one);
        }
        for ((day, what, reminder), all) in messages {
            let named = || all.iter().take(NAMES_KEPT);
            let full_name = |one: &&Expiry| Some((one.partner.clone(), one.full_name.clone()?));
            let content = Content::Expiring(Expiring {
                what,
                day,
                partners: named().map(|one| one.partner.clone()).collect(),
                count: all.len(),
                full_names: named().filter_map(full_name).collect(),
                reminder,
            });
            self.say(self.now, content);
        }
    }
}
