//! Gathering: decides which alerts are reported at once, which are joined with others of the same kind and partner, and
//! which go into the summary.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::agenda::AlertAgenda;
use super::group::{Group, HOUR};
use super::needs::Need;
use super::{Content, Events, Mute, Outbox, Summary, Tried, merge, sweep};
use crate::domain::base::evict::evict;
use crate::domain::base::numbers::{add, is_default};
use crate::domain::base::policy;
use crate::domain::base::process::Process;
use crate::domain::base::time::Time;

/// Events older than this are reported in a summary, not as an alert.
pub const NEWS: Duration = Duration::from_secs(600);

/// No alert waits longer than this. A later due time was noted by a clock that ran ahead.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How many alerts may wait for a few seconds. A rename follows its upload at once, so of more files in two seconds the
/// first ones of the partner with the most already have their final names. The limit keeps the state small.
const WAITING_KEPT: usize = 256;

/// Alerts that are being gathered: a part of the state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerts {
    /// For each kind and partner: the recent messages, and the alerts for the next message.
    pub groups: BTreeMap<String, Group>,
    /// Alerts that wait a few seconds: uploads that may be renamed, failures that may be followed by a log-in.
    pub waiting: Vec<Waiting>,
    /// Events older than ten minutes, until reading has caught up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog: Option<Summary>,
    /// What ends the troubles among these events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backlog_needs: Vec<Need>,
    /// The partners whose names were used in recent failures.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tried: Tried,
    /// The partners that are muted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub muted: BTreeMap<String, Mute>,
    /// The id of the latest waiting alert.
    pub next: u64,
    /// The events that wait for the webhook.
    #[serde(skip_serializing_if = "is_default")]
    pub events: Events,
    /// When something of this may be due. Made anew with each `advance`.
    #[serde(skip)]
    pub(crate) agenda: AlertAgenda,
}

/// An alert that is reported later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Its id.
    pub id: u64,
    /// When it is due.
    pub due: Time,
    /// The process that caused it.
    pub process: Process,
    /// When it happened.
    pub at: Time,
    /// Its facts.
    pub content: Content,
    /// Another message reports it, unless that message is withdrawn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub told: bool,
}

/// The configuration of a partner's alerts.
pub(crate) type PolicyOf<'a> = &'a dyn Fn(&str) -> policy::AlertPolicy;

/// The partner of a group, by the group's name.
pub(super) fn partner_of(group: &str) -> &str {
    group.split_once(' ').map_or("", |(_, partner)| partner)
}

impl Alerts {
    /// Reports this later. Returns the id with which the alert can be changed or withdrawn before that.
    pub fn wait(&mut self, process: Process, at: Time, delay: Duration, content: Content) -> u64 {
        add(&mut self.next, 1);
        let due = at.plus(delay);
        self.agenda.note(due);
        self.waiting.push(Waiting {
            id: self.next,
            due,
            process,
            at,
            content,
            told: false,
        });
        self.next
    }

    /// Reports this: at once if it is the first of its kind and partner, else joined with others; in the summary if it is
    /// too old.
    pub fn tell(
        &mut self,
        at: Time,
        now: Time,
        content: Content,
        rules: PolicyOf<'_>,
        outbox: &mut Outbox<'_>,
    ) {
        self.events.note(at, &content);
        if !content.is_enabled(rules) {
            if outbox.matters.await_event(&content, &[]) {
                self.tell_answered(at, &content, rules, outbox);
            }
            outbox.end_quietly(at, &content);
            return;
        }
        let old = now.since(at) > NEWS;
        if !old {
            for waiting in self.take_arrived(&content) {
                self.tell(waiting.at, now, waiting.content, rules, outbox);
            }
        }
        let content = if old {
            content
        } else {
            self.tried.sweep(at, content)
        };
        let Some(content) = self.keep_back(at, content, outbox) else {
            return;
        };
        self.tell_answered(at, &content, rules, outbox);
        if content.group().is_some() && old {
            outbox.end_quietly(at, &content);
            self.add_late(at, content);
            return;
        }
        let Some((kind, partner)) = content.group() else {
            outbox.push(at, content);
            return;
        };
        let rules = &rules(partner);
        // The end of a matter is reported at once, in its thread.
        let ends = (outbox.matters).await_event(&content, outbox.messages);
        if ends && matches!(content, Content::Files(_)) {
            outbox.push(at, content);
            return;
        }
        let name = format!("{kind} {partner}");
        let group = self.groups.entry(name.clone()).or_default();
        // A log-in after failures is always reported, because its message also reports the failures.
        let again = matches!(&content, Content::Logins(l) if l.after_failures == 0 && !l.is_new());
        let again = again && !ends && !rules.again_after.is_zero();
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
        if !ends && (open || group.free_from(at, rules).is_some()) {
            match &mut group.gathered {
                Some((_, gathered)) => merge::join(gathered, content),
                None => {
                    group.gathered = Some((at, content));
                    self.agenda.note_group(group.until, &name);
                }
            }
            return;
        }
        group.note(at, rules);
        if kind != "login" {
            self.log_in_first(partner, at, rules, outbox);
        }
        let message = outbox.push(at, content);
        if let Some(group) = self.groups.get_mut(&name) {
            group.message = Some(message);
        }
    }

    /// Reports gathered log-ins from before this alert first, if `max-per-hour` allows it.
    fn log_in_first(
        &mut self,
        partner: &str,
        at: Time,
        rules: &policy::AlertPolicy,
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
            let message = outbox.follow(group.message, at, logins, rules.follow_up);
            group.message = Some(message);
        }
    }

    /// Corrects times in the future, left by a clock that ran ahead, so that no alert waits for them.
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
        self.clamp_mutes(now);
    }

    /// Reports the alerts that are due when all events before `time` are known. Without `caught_up` the summary is kept
    /// back. `in_flight` is the message that is being posted: it must not change.
    pub fn advance(
        &mut self,
        time: Time,
        now: Time,
        caught_up: bool,
        rules: PolicyOf<'_>,
        outbox: &mut Outbox<'_>,
        in_flight: Option<u64>,
    ) {
        self.make_agenda();
        self.report_due(time, now, rules, outbox);
        self.tried.forget(time);
        self.groups.retain(|name, group| {
            let keep = HOUR.max(rules(partner_of(name)).again_after);
            group.gathered.is_some()
                || time < group.until
                || group.told.last().is_some_and(|&t| time.since(t) < keep)
        });
        self.age(now, outbox, in_flight);
        outbox.tidy();
        outbox.matters.forget(now, outbox.messages);
        if caught_up {
            self.put_backlog(outbox, in_flight);
        }
    }

    fn make_agenda(&mut self) {
        let groups = self.groups.iter();
        let gathered = groups.filter(|(_, group)| group.gathered.is_some());
        self.agenda = AlertAgenda::of(gathered.map(|(name, group)| (group.until, name.clone())));
    }

    /// Everything that was due is done.
    pub(super) fn settle_agenda(&mut self) {
        let waiting = self.waiting.iter().map(|w| w.due).min();
        self.agenda
            .settle(waiting.into_iter().chain(self.mute_ends()).min());
    }

    /// Nothing is due before this time; `None` if nothing waits.
    pub fn soonest(&self) -> Option<Time> {
        let any = !self.waiting.is_empty() || !self.groups.is_empty() || !self.muted.is_empty();
        self.agenda.soonest(any)
    }

    /// Reports the alerts that are due when all events before `time` are known. Its cost depends on what is due.
    pub(crate) fn report_due(
        &mut self,
        time: Time,
        now: Time,
        rules: PolicyOf<'_>,
        outbox: &mut Outbox<'_>,
    ) {
        if !self.agenda.is_made() {
            self.make_agenda();
        }
        for Waiting { at, content, .. } in self.take_due(time) {
            self.tell(at, now, content, rules, outbox);
        }
        let mut late = Vec::new();
        while let Some(name) = self.agenda.take_group(time) {
            let Some(group) = self.groups.get_mut(&name) else {
                continue;
            };
            let rules = rules(partner_of(&name));
            let due = group.due(&rules);
            if due > time && group.gathered.is_some() {
                self.agenda.note_group(due, &name);
            } else if let Some((since, content)) = group.gathered.take() {
                // Windows are based on the events' time, even if this runs late.
                group.note(due, &rules);
                late.push((since, due, name, rules.follow_up, content));
            }
        }
        self.settle_agenda();
        late.sort_by_key(|(since, ..)| *since);
        for (since, due, name, follow_up, content) in late {
            // An alert that `max-per-hour` delayed is only as old as the time when it became due.
            match now.since(due) > NEWS {
                true => self.add_late(since, content),
                false => {
                    let group = self.groups.entry(name).or_default();
                    let message = outbox.follow(group.message, due, content, follow_up);
                    group.message = Some(message);
                }
            }
        }
    }

    /// Takes the waiting alerts that are due, in order. If too many wait, takes half of them, so that this happens rarely.
    fn take_due(&mut self, time: Time) -> Vec<Waiting> {
        let many = self.waiting.len() > WAITING_KEPT;
        // This runs for every event, so nothing is moved without need.
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
}
