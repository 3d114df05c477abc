//! What must be true in the end: the sums of what was counted, of what was told, and the tables.

use std::collections::BTreeMap;

use sftp_monitor::domain::alerts::{Content, Logins, Told, Transfer};
use sftp_monitor::domain::state::{Counters, Daily};
use sftp_monitor::domain::state::{Notice, NoticeKind};

use crate::edits::ends;
use crate::journal::due;
use crate::machine::Simulation;
use crate::receiver::contents;
use crate::slack::Delivery;
use crate::users::PARTNERS;
use crate::writer::{Counts, What};

pub(crate) type Sums = BTreeMap<Counts, u64>;

impl Simulation {
    /// What is wrong with what came of it all.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        if let Some(wrong) = self.wrong.borrow().clone() {
            return Err(wrong);
        }
        let bytes = self
            .world
            .content("daily.json")
            .ok_or("there is no state")?;
        let daily: Daily = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let waiting = waiting(&daily);
        if !waiting.is_empty() {
            return Err(format!(
                "in the end there still wait: {}",
                waiting.join(", ")
            ));
        }
        self.counted_once(&daily)?;
        self.told(&daily)?;
        self.ended()?;
        self.sent(&daily)?;
        self.days(&daily)
    }

    /// The posted tables, each id once, and the open day add up to what was written.
    fn counted_once(&self, daily: &Daily) -> Result<(), String> {
        let tables = self.slack.tables.borrow();
        let mut counted = Sums::new();
        let mut notices: Vec<&Notice> = daily.resume.day.notices.iter().collect();
        let open = daily.partners.clone().into_map();
        count(&mut counted, &open, daily.unknown_attempts);
        for posted in tables.values() {
            let last = &posted[posted.len() - 1];
            count(&mut counted, &last.partners, last.unknown_attempts);
            notices.extend(&last.day.notices);
        }
        for day in daily
            .resume
            .closed
            .iter()
            .filter(|day| day.refused.is_some())
        {
            // What Slack refused for good was not posted, unless a reply before that was lost.
            if !tables.contains_key(&day.id) {
                count(&mut counted, &day.partners, day.unknown_attempts);
                notices.extend(&day.day.notices);
            }
        }
        let due = due(&self.journal.entries.borrow());
        let mut lost = 0;
        for (what, &(least, most)) in &due {
            let counted = counted.remove(what).unwrap_or(0);
            if counted < least || counted > most {
                return Err(format!("{what:?}: counted {counted} of {least} to {most}"));
            }
            lost += most - counted;
        }
        if let Some((what, count)) = counted.iter().find(|(_, count)| **count > 0) {
            return Err(format!("{what:?}: counted {count} that nobody wrote"));
        }
        let gap = notices.iter().any(|notice| notice.kind == NoticeKind::Gap);
        match lost > 0 && !gap {
            true => Err(format!("{lost} entries are gone, and no table says so")),
            false => Ok(()),
        }
    }

    /// Everything was told at least once, and what the sender knows to have arrived not twice.
    fn told(&self, daily: &Daily) -> Result<(), String> {
        let (mut sure, mut unsure) = (Sums::new(), Sums::new());
        let mut started = false;
        for delivery in &*self.slack.messages.borrow() {
            started |= matches!(delivery.content, Content::Started { .. });
            // The first message of the thread counts these.
            if delivery.in_first {
                continue;
            }
            match self.is_sure(delivery) {
                true => tell(&mut sure, &delivery.content),
                false => tell(&mut unsure, &delivery.content),
            }
        }
        for message in &daily.resume.parked {
            started |= matches!(message.content, Content::Started { .. });
            tell(&mut sure, &message.content);
        }
        let mut again = Sums::new();
        let ends = self.slack.again.borrow();
        ends.iter().for_each(|end| tell(&mut again, end));
        if !started && !self.damage {
            return Err("the start was never told".to_owned());
        }
        let due = due(&self.journal.entries.borrow());
        for (what, &(least, most)) in due.iter().filter(|(what, _)| what.partner.is_some()) {
            let sure = sure.get(what).copied().unwrap_or(0);
            let unsure = unsure.get(what).copied().unwrap_or(0);
            let most = most + again.get(what).copied().unwrap_or(0);
            if sure + unsure < least || (sure > most && !self.damage) {
                return Err(format!(
                    "{what:?}: told {sure} for certain, {unsure} perhaps, of {least} to {most}"
                ));
            }
        }
        Ok(())
    }

    /// Each event reached the webhook, and was one event, unless the receiver refused it.
    fn sent(&self, daily: &Daily) -> Result<(), String> {
        if self.rules.webhook.is_empty() {
            let taken = self.receiver.taken.borrow();
            return match taken.is_empty() {
                true => Ok(()),
                false => Err(format!("without a webhook: {taken:?}")),
            };
        }
        let sent = event_sums(contents(&self.receiver.taken.borrow()));
        let refused = event_sums(contents(&self.receiver.refused.borrow()));
        let given_up = daily.resume.alerts.events.refused > 0 || self.damage;
        let due = due(&self.journal.entries.borrow());
        for (what, &(least, most)) in due.iter().filter(|(what, _)| what.partner.is_some()) {
            let sent = sent.get(what).copied().unwrap_or(0);
            let refused = refused.get(what).copied().filter(|_| given_up);
            if sent + refused.unwrap_or(0) < least || (sent > most && !self.damage) {
                return Err(format!(
                    "{what:?}: {sent} events of {least} to {most}, {refused:?} perhaps given up"
                ));
            }
        }
        Ok(())
    }

    /// Is it known for certain that this is told, and nowhere else?
    fn is_sure(&self, delivery: &Delivery) -> bool {
        let messages = self.slack.messages.borrow();
        let stands = |delivery: &Delivery| delivery.settled && !delivery.gone && !delivery.left;
        let first = delivery.thread.map(|first| &messages[first]);
        // A message that stands for one that is gone tells what the replies to that one told.
        let again = |first: &Delivery| {
            let mut parts = first.content.parts().iter();
            parts.any(|part| part.group() == delivery.content.group())
        };
        stands(delivery) && first.is_none_or(|first| stands(first) && !again(first))
    }

    /// Each message in the channel about a trouble that ended shows that, or a later one does.
    fn ended(&self) -> Result<(), String> {
        if self.damage || self.vanishing || self.clock_set {
            return Ok(());
        }
        let messages = self.slack.messages.borrow();
        let entries = self.journal.entries.borrow();
        for (place, delivery) in messages.iter().enumerate() {
            let moved = delivery.gone || delivery.left || delivery.thread.is_some();
            if moved || !delivery.settled {
                continue;
            }
            for trouble in delivery.all.parts() {
                let over = entries.iter().any(|entry| entry.mends(trouble));
                let mut later = messages[place + 1..].iter().filter(|d| d.thread.is_none());
                let stands = later.any(|later| ends(trouble, &later.all));
                if over && !stands && !ends(trouble, &delivery.all) {
                    return Err(format!(
                        "{trouble:?} is over, and the channel does not show it"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Each day's table was posted, with the same figures whenever it was repeated.
    fn days(&self, daily: &Daily) -> Result<(), String> {
        let tables = self.slack.tables.borrow();
        for (id, tables) in &*tables {
            let figures = |at: usize| (&tables[at].partners, tables[at].unknown_attempts);
            if !self.damage && (1..tables.len()).any(|at| figures(at) != figures(0)) {
                return Err(format!(
                    "{id} was posted with different figures: {tables:?}"
                ));
            }
        }
        let posted = daily.resume.posted.iter().map(|day| &day.id);
        let mut missing = posted.filter(|id| !id.contains('.') && !tables.contains_key(*id));
        match missing.next() {
            Some(id) => Err(format!("{id} counts as posted and never was")),
            None => Ok(()),
        }
    }
}

/// What has not come to rest.
pub(crate) fn waiting(daily: &Daily) -> Vec<String> {
    let resume = &daily.resume;
    let groups = resume.alerts.groups.values();
    let closed = resume.closed.iter().filter(|day| day.refused.is_none());
    // The daemon learns later that a digest closed a day.
    let told = |told: &Told| !matches!(told, Told::Day(_));
    let events = resume.alerts.events.waiting.iter();
    let counts = [
        ("messages", resume.outbox.len()),
        ("days", closed.count()),
        ("alerts", resume.alerts.waiting.len()),
        ("edits", resume.matters.iter().filter(|m| m.edit).count()),
        ("windows", groups.filter(|g| g.gathered.is_some()).count()),
        ("summaries", usize::from(resume.alerts.backlog.is_some())),
        ("questions", resume.undecided.len()),
        ("events", events.filter(|e| told(&e.told)).count()),
    ];
    let some = counts.iter().filter(|(_, count)| *count > 0);
    some.map(|(what, count)| format!("{count} {what}"))
        .collect()
}

fn count(sums: &mut Sums, partners: &BTreeMap<String, Counters>, unknown: u64) {
    for (name, counters) in partners {
        let partner = PARTNERS.iter().map(|(name, _)| *name).find(|p| p == name);
        for (what, count) in [
            (What::Login, counters.success),
            (What::Failure, counters.failed),
            (What::Upload, counters.upload),
            (What::Download, counters.download),
        ] {
            *sums.entry(Counts { partner, what }).or_default() += count;
        }
    }
    let strangers = Counts {
        partner: None,
        what: What::Failure,
    };
    *sums.entry(strangers).or_default() += unknown;
}

fn tell(sums: &mut Sums, content: &Content) {
    content.parts().iter().for_each(|part| tell_one(sums, part));
}

/// What events tell. An event tells one thing: failures that a log-in answers are events of their own.
pub(crate) fn event_sums<'a>(events: impl IntoIterator<Item = &'a Content>) -> Sums {
    let mut sums = Sums::new();
    for content in events {
        match content {
            Content::Logins(logins) => {
                let logins = Logins {
                    answered: 0,
                    ..logins.clone()
                };
                tell_one(&mut sums, &Content::Logins(logins));
            }
            other => tell_one(&mut sums, other),
        }
    }
    sums
}

fn tell_one(sums: &mut Sums, content: &Content) {
    let mut add = |name: &str, what, count| {
        let partner = PARTNERS.iter().map(|(name, _)| *name).find(|p| *p == name);
        *sums.entry(Counts { partner, what }).or_default() += count;
    };
    match content {
        Content::Logins(logins) => {
            add(&logins.partner, What::Login, logins.count);
            add(&logins.partner, What::Failure, logins.answered);
        }
        Content::Failures(failures) => add(&failures.partner, What::Failure, failures.count),
        Content::Files(files) if files.what == Transfer::Download => {
            add(&files.partner, What::Download, files.count);
        }
        Content::Files(files) => add(&files.partner, What::Upload, files.count),
        Content::Sweep(sweep) => {
            for (name, row) in &sweep.partners {
                add(name, What::Failure, row.failures);
            }
        }
        Content::Summary(summary) => {
            for (name, row) in &summary.partners {
                add(name, What::Login, row.logins);
                add(name, What::Failure, row.failures);
                add(name, What::Upload, row.uploads);
                add(name, What::Download, row.downloads);
            }
        }
        _ => {}
    }
}
