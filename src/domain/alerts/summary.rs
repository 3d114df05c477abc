//! The summary: events older than ten minutes, in one message.

use std::collections::BTreeMap;

use super::{Content, File, Message, NAMES_KEPT, Obstacle, Outbox, Summary, SummaryRow, Transfer};
use crate::domain::alerts::merge::addresses;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

/// Adds the facts of a message. Messages that stand alone are never added.
pub(crate) fn fold(summary: &mut Summary, since: Time, content: Content) {
    match content {
        Content::Logins(logins) => {
            let row = summary.row(since, logins.at, &logins.partner, logins.full_name);
            add(&mut row.logins, logins.count);
            add(&mut row.failures, logins.answered);
            add(&mut row.new_keys, logins.new_keys);
            addresses(&mut row.new_addresses, logins.new_addresses);
        }
        Content::Failures(failures) => {
            let row = summary.row(since, failures.at, &failures.partner, failures.full_name);
            add(&mut row.failures, failures.count);
            add(
                row.causes.entry(failures.cause).or_default(),
                failures.count,
            );
        }
        Content::Files(files) => {
            let row = summary.row(since, files.at, &files.partner, files.full_name);
            if files.what == Transfer::Download {
                return add(&mut row.downloads, files.count);
            }
            add(&mut row.uploads, files.count);
            let room = NAMES_KEPT.saturating_sub(row.names.len());
            let times = |file: File| {
                let times = usize::try_from(file.again).unwrap_or(usize::MAX);
                std::iter::repeat_n(file.path, times.saturating_add(1).min(room))
            };
            let names = files.files.into_iter().flat_map(times);
            row.names.extend(names.take(room));
        }
        Content::Troubled(files) => {
            let row = summary.row(since, files.at, &files.partner, files.full_name);
            add(row.transfers.entry(files.what).or_default(), files.count);
        }
        Content::Hindered(hindered) => {
            let row = summary.row(since, hindered.at, &hindered.partner, hindered.full_name);
            let times = match hindered.obstacle {
                // A rejected connection after attempts by others is, as far as known, no obstacle for the partner.
                Obstacle::AttemptsTurnedAway => &mut row.turned_away,
                obstacle => row.obstacles.entry(obstacle).or_default(),
            };
            add(times, hindered.count);
        }
        Content::Sweep(sweep) => {
            summary.span(since.min(sweep.at), sweep.at);
            for (partner, row) in sweep.partners {
                summary.partners.entry(partner).or_default().add(row);
            }
        }
        Content::Several { parts, .. } => {
            for part in parts {
                fold(summary, since, part);
            }
        }
        Content::FeedMissing(_)
        | Content::FeedArrived(_)
        | Content::FeedChanged(_)
        | Content::FeedOdd(_)
        | Content::Quiet(_)
        | Content::MuteEnded { .. }
        | Content::Reply { .. }
        | Content::Works(_)
        | Content::Expiring(_)
        | Content::Summary(_)
        | Content::Started { .. }
        | Content::LogLevel { .. }
        | Content::Unseen { .. }
        | Content::Unreadable { .. }
        | Content::Blind(_) => {}
    }
}

impl Summary {
    /// Extends the time span to include `from` and `to`.
    fn span(&mut self, from: Time, to: Time) {
        if self.from == Time::default() || from < self.from {
            self.from = from;
        }
        self.to = self.to.max(to);
    }

    /// The row of a partner with an event in this time span.
    fn row(
        &mut self,
        since: Time,
        at: Time,
        partner: &str,
        full_name: Option<String>,
    ) -> &mut SummaryRow {
        self.span(since.min(at), at);
        let row = self.partners.entry(partner.to_owned()).or_default();
        row.full_name = row.full_name.take().or(full_name);
        row
    }

    /// Adds the facts of another summary.
    fn add(&mut self, other: Summary) {
        self.span(other.from, other.to);
        self.maybe_repeated |= other.maybe_repeated;
        for (partner, row) in other.partners {
            self.partners.entry(partner).or_default().add(row);
        }
    }
}

impl SummaryRow {
    /// The number of events.
    pub fn events(&self) -> u64 {
        let counts = [
            self.logins,
            self.failures,
            self.uploads,
            self.downloads,
            self.turned_away,
        ];
        let incomplete = self.transfers.values().chain(self.obstacles.values());
        counts.iter().chain(incomplete).sum()
    }

    /// Adds the facts of another row of the partner.
    pub(crate) fn add(&mut self, other: SummaryRow) {
        self.full_name = self.full_name.take().or(other.full_name);
        add(&mut self.logins, other.logins);
        add(&mut self.new_keys, other.new_keys);
        addresses(&mut self.new_addresses, other.new_addresses);
        add(&mut self.failures, other.failures);
        add(&mut self.uploads, other.uploads);
        add(&mut self.downloads, other.downloads);
        add(&mut self.turned_away, other.turned_away);
        add_each(&mut self.causes, other.causes);
        add_each(&mut self.transfers, other.transfers);
        add_each(&mut self.obstacles, other.obstacles);
        let room = NAMES_KEPT.saturating_sub(self.names.len());
        self.names.extend(other.names.into_iter().take(room));
    }
}

fn add_each<K: Ord>(totals: &mut BTreeMap<K, u64>, further: BTreeMap<K, u64>) {
    for (key, count) in further {
        add(totals.entry(key).or_default(), count);
    }
}

/// Takes a summary that waits in the outbox, so that an outage ends with one message.
pub(super) fn take_waiting(outbox: &mut Outbox<'_>, in_flight: Option<u64>) -> Option<Message> {
    let waiting = |m: &Message| matches!(m.content, Content::Summary(_)) && Some(m.id) != in_flight;
    let at = outbox.messages.iter().position(waiting)?;
    Some(outbox.messages.remove(at))
}

/// Joins a summary with one that waited.
pub(super) fn joined(waited: Option<Message>, backlog: Summary) -> Summary {
    let Some(message) = waited else {
        return backlog;
    };
    let Content::Summary(mut whole) = message.content else {
        return backlog;
    };
    // Slack's answer may have been lost, so the content may be repeated.
    whole.maybe_repeated |= message.maybe_repeated;
    whole.add(backlog);
    whole
}
