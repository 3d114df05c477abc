//! The summary: what happened longer than ten minutes ago, in one message.

use std::collections::BTreeMap;

use super::{Content, File, NAMES_KEPT, Obstacle, Outbox, Summary, SummaryRow, Transfer};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

/// Adds what a message would have told.
pub(crate) fn fold(summary: &mut Summary, since: Time, content: Content) {
    if let Content::Sweep(sweep) = content {
        summary.span(since.min(sweep.at), sweep.at);
        for (partner, row) in sweep.partners {
            summary.partners.entry(partner).or_default().add(row);
        }
        return;
    }
    if let Content::Several { parts, .. } = content {
        return parts
            .into_iter()
            .for_each(|part| fold(summary, since, part));
    }
    let (until, partner, full_name) = match &content {
        Content::Logins(logins) => (logins.at, &logins.partner, &logins.full_name),
        Content::Failures(failures) => (failures.at, &failures.partner, &failures.full_name),
        Content::Files(files) | Content::Troubled(files) => {
            (files.at, &files.partner, &files.full_name)
        }
        Content::FeedMissing(_)
        | Content::FeedArrived(_)
        | Content::FeedChanged(_)
        | Content::Quiet(_) => return,
        Content::Hindered(hindered) => (hindered.at, &hindered.partner, &hindered.full_name),
        Content::Sweep(_)
        | Content::Several { .. }
        | Content::Summary(_)
        | Content::Started { .. }
        | Content::LogLevel { .. }
        | Content::Unseen { .. }
        | Content::Unreadable { .. }
        | Content::Blind(_) => return,
    };
    summary.span(since.min(until), until);
    let row = summary.partners.entry(partner.clone()).or_default();
    if row.full_name.is_none() {
        row.full_name.clone_from(full_name);
    }
    match content {
        Content::Logins(logins) => {
            add(&mut row.logins, logins.count);
            add(&mut row.failures, logins.answered);
        }
        Content::Failures(failures) => {
            add(&mut row.failures, failures.count);
            add(
                row.causes.entry(failures.cause).or_default(),
                failures.count,
            );
        }
        Content::Files(files) if files.what == Transfer::Download => {
            add(&mut row.downloads, files.count)
        }
        Content::Files(files) => {
            add(&mut row.uploads, files.count);
            let room = NAMES_KEPT.saturating_sub(row.names.len());
            let times = |file: File| {
                let times = usize::try_from(file.again).unwrap_or(usize::MAX);
                std::iter::repeat_n(file.path, times.saturating_add(1).min(room))
            };
            let names = files.files.into_iter().flat_map(times);
            row.names.extend(names.take(room));
        }
        Content::Troubled(files) => add(row.transfers.entry(files.what).or_default(), files.count),
        // That sshd turns attempts away hinders nobody, as far as anybody knows.
        Content::Hindered(hindered) if hindered.obstacle == Obstacle::AttemptsTurnedAway => {
            add(&mut row.turned_away, hindered.count)
        }
        Content::Hindered(hindered) => add(
            row.obstacles.entry(hindered.obstacle).or_default(),
            hindered.count,
        ),
        _ => {}
    }
}

impl Summary {
    /// Reaches from here to there as well.
    fn span(&mut self, from: Time, to: Time) {
        if self.from == Time::default() || from < self.from {
            self.from = from;
        }
        self.to = self.to.max(to);
    }

    /// Takes over what another summary tells.
    fn add(&mut self, other: Summary) {
        self.span(other.from, other.to);
        self.maybe_repeated |= other.maybe_repeated;
        for (partner, row) in other.partners {
            self.partners.entry(partner).or_default().add(row);
        }
    }
}

impl SummaryRow {
    /// Takes over what another row of the partner tells.
    pub(crate) fn add(&mut self, other: SummaryRow) {
        self.full_name = self.full_name.take().or(other.full_name);
        add(&mut self.logins, other.logins);
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

/// Puts a summary into the outbox: it takes the place of one that waits there, so that an outage ends in one message.
pub(crate) fn put(mut backlog: Summary, outbox: &mut Outbox<'_>, in_flight: Option<u64>) {
    let waiting =
        |m: &super::Message| matches!(m.content, Content::Summary(_)) && Some(m.id) != in_flight;
    if let Some(at) = outbox.messages.iter().position(waiting) {
        let message = outbox.messages.remove(at);
        if let Content::Summary(mut whole) = message.content {
            // Its reply may have been lost: what it told may come again.
            whole.maybe_repeated |= message.maybe_repeated;
            whole.add(backlog);
            backlog = whole;
        }
    }
    let (since, repeated) = (backlog.from, backlog.maybe_repeated);
    outbox.push(since, Content::Summary(backlog));
    if let Some(message) = outbox.messages.last_mut() {
        message.maybe_repeated = repeated;
    }
}
