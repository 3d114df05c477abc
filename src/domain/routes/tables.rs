//! The tables of a closed day: the one of all partners, and one for each channel whose routes take the tables of some.

use std::collections::HashSet;

use super::route::{Route, Routes, Target};
use crate::domain::alerts::AlertKind;
use crate::domain::state::{ClosedDay, Idle, NoticeKind};

impl Routes {
    /// The channel of the table of all partners.
    pub fn table_channel(&self) -> &str {
        self.find(AlertKind::Digest, &[])
            .channel
            .unwrap_or(&self.main)
    }

    /// The routes that take the tables of some partners.
    fn of_some(&self) -> impl Iterator<Item = &Route> {
        let of_some = |route: &&Route| !route.partners.is_empty();
        let routes = self.list.iter().filter(of_some);
        routes.filter(|route| route.kinds.contains(&AlertKind::Digest))
    }

    /// The channel of the table of this route; `None` if there is none besides the table of all.
    fn apart<'a>(&self, route: &'a Route) -> Option<&'a str> {
        match &route.target {
            Target::Channel(channel) if channel != self.table_channel() => Some(channel),
            Target::Channel(_) | Target::Usual | Target::Nowhere => None,
        }
    }

    /// The channel of the table that has this partner, besides the table of all.
    fn table_of(&self, partner: &str) -> Option<&str> {
        let own = |route: &&Route| route.partners.iter().any(|whose| whose.matches(partner));
        self.apart(self.of_some().find(own)?)
    }

    /// The channels of the tables of some partners, each once, in the order of the configuration.
    pub fn table_channels(&self) -> Vec<&str> {
        let all = self.of_some().filter_map(|route| self.apart(route));
        let mut known = HashSet::new();
        all.filter(|channel| known.insert(*channel)).collect()
    }

    /// The day as the table of this channel has it: only its partners, without what concerns others or nobody in particular.
    pub fn table(&self, day: &ClosedDay, channel: &str) -> ClosedDay {
        let own = |partner: &str| self.table_of(partner) == Some(channel);
        let mut cut = day.clone();
        let progress = day.routed.get(channel).cloned().unwrap_or_default();
        cut.of_route = Some(channel.to_owned());
        cut.messages_posted = progress.messages_posted;
        cut.maybe_repeated = progress.maybe_repeated;
        cut.form = progress.form;
        cut.unknown_attempts = 0;
        cut.partners.retain(|partner, _| own(partner));
        cut.day.feeds.retain(|feed| own(&feed.partner));
        cut.day.odd.retain(|odd| own(&odd.partner));
        cut.day.troubled.retain(|troubled| own(&troubled.partner));
        cut.day.notices.retain(|notice| match &notice.partner {
            Some(partner) => own(partner),
            None => {
                let unseen = [NoticeKind::Down, NoticeKind::SourceChanged];
                notice.kind.leaves_out() || unseen.contains(&notice.kind)
            }
        });
        // Of many idle partners only some are named.
        let all = |idle: &Idle| idle.count == idle.partners.len() as u64;
        cut.day.idle = cut.day.idle.filter(all).map(|mut idle| {
            idle.partners.retain(|(partner, _)| own(partner));
            idle.count = idle.partners.len() as u64;
            idle
        });
        cut
    }

    /// The channels for which this day's table still waits. A further part of a date without activity has none.
    pub fn waiting_tables<'a>(&'a self, day: &'a ClosedDay) -> impl Iterator<Item = &'a str> {
        let waits = |channel: &&str| {
            let progress = day.routed.get(*channel);
            progress.is_none_or(|table| table.waits())
                && (day.day.part <= 1 || self.table(day, channel).has_something())
        };
        self.table_channels().into_iter().filter(waits)
    }
}

impl ClosedDay {
    /// Did something happen on this day?
    fn has_something(&self) -> bool {
        !self.partners.is_empty() || !self.day.feeds.is_empty() || !self.day.odd.is_empty()
    }
}
