//! Gathering: decides which alerts are told at once, which are joined with others of their kind and partner, and which become
//! part of the summary.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Content, Message, Outbox, Summary, Transfer, Tried, merge, summary, sweep};
use crate::domain::base::evict::evict;
use crate::domain::base::numbers::{add, is_default};
use crate::domain::base::policy;
use crate::domain::base::process::Process;
use crate::domain::base::time::Time;

/// What is older than this is told in a summary, not as an alert.
pub const NEWS: Duration = Duration::from_secs(600);

/// The span of `max-per-hour`.
const HOUR: Duration = Duration::from_secs(3_600);

/// Longer than any alert waits for what may follow it: what is due later was noted by a clock that ran ahead.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How many alerts wait for a few seconds at most. A rename follows its file at once: of more files than these in two
/// seconds the first of the partner with the most have their last names long since, and the state stays small.
const WAITING_KEPT: usize = 256;

/// Alerts that are being gathered: part of the state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerts {
    /// What was told lately of each kind and partner, and what joins the next message.
    pub groups: BTreeMap<String, Group>,
    /// What is told a few seconds later: uploads that may be renamed, failures that a log-in may follow.
    pub waiting: Vec<Waiting>,
    /// What happened longer than ten minutes ago, until reading has reached the present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog: Option<Summary>,
    /// The partners in whose names somebody failed lately.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tried: Tried,
    /// The id of the next one that waits.
    pub next: u64,
}

/// One kind of alert of one partner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// The window's end: what comes before joins.
    pub until: Time,
    /// When messages were told within the last hour.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Time>,
    /// What has been gathered, with the time of its first event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gathered: Option<(Time, Content)>,
}

/// An alert that is told later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Its id.
    pub id: u64,
    /// When it is told.
    pub due: Time,
    /// The process that it came from.
    pub process: Process,
    /// When it happened.
    pub at: Time,
    /// What it says.
    pub content: Content,
    /// Another message tells of it, unless that is taken back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub told: bool,
}

/// What is told of a partner, by the configuration.
pub(crate) type PolicyOf<'a> = &'a dyn Fn(&str) -> policy::Alerts;

/// The partner of a group, by the group's name.
fn partner_of(group: &str) -> &str {
    group.split_once(' ').map_or("", |(_, partner)| partner)
}

impl Alerts {
    /// Tells this later. Returns the id by which it can be changed or taken back meanwhile.
    pub fn wait(&mut self, process: Process, at: Time, delay: Duration, content: Content) -> u64 {
        add(&mut self.next, 1);
        self.waiting.push(Waiting {
            id: self.next,
            due: at.plus(delay),
            process,
            at,
            content,
            told: false,
        });
        self.next
    }

    /// Tells this: at once where it is the first of its kind and partner, else with its fellows; as part of a summary
    /// where it is no news any more.
    pub fn tell(
        &mut self,
        at: Time,
        now: Time,
        content: Content,
        rules: PolicyOf<'_>,
        outbox: &mut Outbox<'_>,
    ) {
        if content.group().is_some() && now.since(at) > NEWS {
            summary::fold(self.backlog.get_or_insert_default(), at, content);
            return;
        }
        for waiting in self.take_arrived(&content) {
            self.tell(waiting.at, now, waiting.content, rules, outbox);
        }
        let content = self.tried.sweep(at, content);
        let Some((kind, partner)) = content.group() else {
            outbox.push(at, content);
            return;
        };
        let rules = &rules(partner);
        let group = self.groups.entry(format!("{kind} {partner}")).or_default();
        // One that answers failures is told in any case: it tells of them.
        let again = matches!(&content, Content::Logins(l) if l.after_failures == 0);
        let again = again && !rules.again_after.is_zero();
        if again
            && group
                .told
                .last()
                .is_some_and(|&told| at.since(told) < rules.again_after)
        {
            return;
        }
        let mut open = group.gathered.is_some() || at < group.until;
        if matches!(content, Content::Sweep(_)) && !open {
            group.until = at.plus(sweep::WINDOW);
            open = true;
        }
        if open || group.free_from(at, rules).is_some() {
            match &mut group.gathered {
                Some((_, gathered)) => merge::join(gathered, content),
                None => group.gathered = Some((at, content)),
            }
            return;
        }
        group.note(at, rules);
        if kind != "login" {
            self.log_in_first(partner, at, rules, outbox);
        }
        outbox.push(at, content);
    }

    /// Tells log-ins that were gathered before this alert first, where `max-per-hour` allows it.
    fn log_in_first(
        &mut self,
        partner: &str,
        at: Time,
        rules: &policy::Alerts,
        outbox: &mut Outbox<'_>,
    ) {
        let Some(group) = self.groups.get_mut(&format!("login {partner}")) else {
            return;
        };
        if group.free_from(at, rules).is_some() {
            return;
        }
        if let Some((_, logins)) = group.gathered.take_if(|(since, _)| *since <= at) {
            group.note(at, rules);
            outbox.push(at, logins);
        }
    }

    /// Takes the waiting alerts of a file that is downloaded now: its upload is told first.
    fn take_arrived(&mut self, content: &Content) -> Vec<Waiting> {
        let Content::Files(fetched) = content else {
            return Vec::new();
        };
        if fetched.what != Transfer::Download {
            return Vec::new();
        }
        let same = |waiting: &Waiting| match &waiting.content {
            Content::Files(files) => {
                let mut paths = files.files.iter().map(|file| &file.path);
                files.partner == fetched.partner
                    && paths.any(|path| fetched.files.iter().any(|file| file.path == *path))
            }
            _ => false,
        };
        let all = std::mem::take(&mut self.waiting).into_iter();
        let (mut arrived, waiting): (Vec<Waiting>, _) = all.partition(same);
        self.waiting = waiting;
        arrived.retain(|w| !w.told);
        arrived
    }

    /// Clamps times that a clock which ran ahead left in the future, so that no alert waits for them.
    pub fn clamp_times(&mut self, now: Time, rules: PolicyOf<'_>) {
        for waiting in &mut self.waiting {
            if waiting.due > now.plus(LONGEST_WAIT) {
                waiting.due = now;
            }
        }
        for (name, group) in &mut self.groups {
            let rules = rules(partner_of(name));
            if group.until > now.plus(rules.group_window.max(sweep::WINDOW)) {
                group.until = now;
            }
            group.told.retain(|told| *told <= now);
        }
        self.tried.clamp_times(now);
    }

    /// Tells alerts that are due when all events before `time` are known. Without `caught_up` the summary is kept back.
    /// `in_flight` is the message that is being posted: it must not change.
    pub fn advance(
        &mut self,
        time: Time,
        now: Time,
        caught_up: bool,
        rules: PolicyOf<'_>,
        outbox: &mut Outbox<'_>,
        in_flight: Option<u64>,
    ) {
        for Waiting { at, content, .. } in self.take_due(time) {
            self.tell(at, now, content, rules, outbox);
        }
        self.tried.forget(time);
        let mut late = Vec::new();
        self.groups.retain(|name, group| {
            let rules = rules(partner_of(name));
            let due = group.due(&rules);
            if due <= time {
                if let Some((since, content)) = group.gathered.take() {
                    // Windows follow each other on the events' time, however late they are looked at.
                    group.note(due, &rules);
                    late.push((since, due, content));
                }
            }
            let keep = HOUR.max(rules.again_after);
            group.gathered.is_some()
                || time < group.until
                || group.told.last().is_some_and(|&t| time.since(t) < keep)
        });
        late.sort_by_key(|(since, ..)| *since);
        for (since, due, content) in late {
            // What the pace held back is as old as the time at which it could leave.
            match now.since(due) > NEWS {
                true => summary::fold(self.backlog.get_or_insert_default(), since, content),
                false => outbox.push(due, content),
            }
        }
        self.age(now, outbox, in_flight);
        if let Some(backlog) = self.backlog.take_if(|_| caught_up) {
            summary::put(backlog, outbox, in_flight);
        }
    }

    /// Takes the waiting alerts that are due, in order. Where too many wait, it takes half of them, so that it seldom has to.
    fn take_due(&mut self, time: Time) -> Vec<Waiting> {
        let many = self.waiting.len() > WAITING_KEPT;
        // Asked for every event: what waits is not moved for nothing.
        if !many && self.waiting.iter().all(|w| w.due > time) {
            return Vec::new();
        }
        let all = std::mem::take(&mut self.waiting).into_iter();
        let (mut due, waiting): (Vec<Waiting>, _) = all.partition(|w| w.due <= time);
        self.waiting = waiting;
        if self.waiting.len() > WAITING_KEPT {
            let whose = |w: &Waiting| w.content.group().map(|(kind, of)| (kind, of.to_owned()));
            let waiting = &mut self.waiting;
            let gone = evict(
                waiting,
                WAITING_KEPT / 2,
                |_| (),
                whose,
                |_, w| (w.due, w.id),
            );
            due.extend(gone);
        }
        due.retain(|w| !w.told);
        due.sort_by_key(|w| (w.due, w.id));
        due
    }

    /// Moves old or excess alerts from the outbox into the summary.
    fn age(&mut self, now: Time, outbox: &mut Outbox<'_>, in_flight: Option<u64>) {
        let flood = outbox.too_many(in_flight);
        for message in std::mem::take(outbox.messages) {
            let old = flood.contains(&message.id) || now.since(message.since) > NEWS;
            if old && message.content.group().is_some() && Some(message.id) != in_flight {
                let backlog = self.backlog.get_or_insert_default();
                backlog.maybe_repeated |= message.maybe_repeated;
                summary::fold(backlog, message.since, message.content);
            } else {
                outbox.messages.push(message);
            }
        }
    }

    /// When the next alert in the outbox becomes too old and joins the summary.
    pub fn ages(messages: &[Message], in_flight: Option<u64>) -> Option<Time> {
        let alerts = messages
            .iter()
            .filter(|m| m.content.group().is_some() && Some(m.id) != in_flight);
        alerts.map(|m| m.since.plus(NEWS)).min()
    }

    /// When `advance` has something to do next, as far as time alone brings it.
    pub fn due(&self, rules: PolicyOf<'_>) -> Option<Time> {
        let gathered = self
            .groups
            .iter()
            .filter(|(_, group)| group.gathered.is_some())
            .map(|(name, group)| group.due(&rules(partner_of(name))));
        self.waiting.iter().map(|w| w.due).chain(gathered).min()
    }
}

impl Group {
    /// When the next message may be told, if that is after `at`: `max-per-hour` of them were told within the hour before.
    fn free_from(&self, at: Time, rules: &policy::Alerts) -> Option<Time> {
        let most = rules.max_per_hour as usize;
        let first = self
            .told
            .len()
            .checked_sub(most)
            .and_then(|oldest| self.told.get(oldest))?;
        Some(first.plus(HOUR)).filter(|&free| free > at)
    }

    /// When what was gathered is told.
    fn due(&self, rules: &policy::Alerts) -> Time {
        self.free_from(self.until, rules).unwrap_or(self.until)
    }

    /// Notes that a message is told, and opens the window behind it.
    fn note(&mut self, at: Time, rules: &policy::Alerts) {
        self.told.push(at);
        let most = (rules.max_per_hour as usize).max(1);
        let excess = self.told.len().saturating_sub(most);
        self.told.drain(..excess);
        self.until = at.plus(rules.group_window);
    }
}
