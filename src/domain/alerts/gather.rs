//! Gathering: decides which alerts are reported at once, which are joined with others of the same kind and partner, and
//! which go into the summary.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::agenda::Agenda;
use super::group::{Group, HOUR};
use super::{Content, Matters, Message, Outbox, Summary, Transfer, Tried, merge, summary, sweep};
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
    /// The partners whose names were used in recent failures.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tried: Tried,
    /// The id of the latest waiting alert.
    pub next: u64,
    /// When something of this may be due. Made anew with each `advance`.
    #[serde(skip)]
    pub(crate) agenda: Agenda,
}

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
pub(crate) type PolicyOf<'a> = &'a dyn Fn(&str) -> policy::Alerts;

/// The partner of a group, by the group's name.
fn partner_of(group: &str) -> &str {
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
        if let Some((_, partner)) = content.group() {
            self.tell_answered(at, &content, &rules(partner), outbox);
        }
        let old = content.group().is_some() && now.since(at) > NEWS;
        // What mends a trouble that was told is told there, however late it is read.
        if old && !outbox.matters.await_event(&content, outbox.messages) {
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
        // The end of a matter is reported at once, in its thread.
        let ends = outbox.matters.await_event(&content, outbox.messages);
        if ends && matches!(content, Content::Files(_)) {
            outbox.push(at, content);
            return;
        }
        let name = format!("{kind} {partner}");
        let group = self.groups.entry(name.clone()).or_default();
        // A log-in after failures is always reported, because its message also reports the failures.
        let again = matches!(&content, Content::Logins(l) if l.after_failures == 0 && !l.is_new());
        let again = again && !rules.again_after.is_zero();
        let lately = |&told: &Time| at.since(told) < rules.again_after;
        let again = again && group.told.last().is_some_and(lately);
        if again && !ends {
            return;
        }
        let mut open = group.gathered.is_some() || at < group.until;
        if matches!(content, Content::Sweep(_)) && !open {
            group.until = at.plus(sweep::WINDOW);
            open = true;
        }
        let held = open || group.free_from(at, rules).is_some();
        if ends && (held || again) {
            outbox.push(at, content);
            return;
        }
        if held {
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
            let message = outbox.follow(group.message, at, logins, rules.follow_up);
            group.message = Some(message);
        }
    }

    /// Reports gathered troubles that this event mends first, so that its message ends them.
    fn tell_answered(
        &mut self,
        at: Time,
        content: &Content,
        rules: &policy::Alerts,
        outbox: &mut Outbox<'_>,
    ) {
        for name in self.answered(content) {
            let Some(group) = self.groups.get_mut(&name) else {
                continue;
            };
            if let Some((_, troubles)) = group.gathered.take() {
                let message = outbox.follow(group.message, at, troubles, rules.follow_up);
                group.message = Some(message);
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
        let names = MENDED.iter().map(|kind| format!("{kind} {partner}"));
        let mended = |name: &String| {
            let group = self.groups.get(name);
            let gathered = group.and_then(|group| group.gathered.as_ref());
            gathered.is_some_and(|(_, troubles)| troubles.is_mended_by(content))
        };
        names.filter(mended).collect()
    }

    /// Takes the waiting upload alerts of a file that is now downloaded, or whose next upload breaks off: the upload must be
    /// reported first.
    fn take_arrived(&mut self, content: &Content) -> Vec<Waiting> {
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
        if let Some(backlog) = self.backlog.take_if(|_| caught_up) {
            summary::put(backlog, outbox, in_flight);
        }
    }

    fn make_agenda(&mut self) {
        let groups = self.groups.iter();
        let gathered = groups.filter(|(_, group)| group.gathered.is_some());
        self.agenda = Agenda::of(gathered.map(|(name, group)| (group.until, name.clone())));
    }

    /// Nothing is due before this time; `None` if nothing waits.
    pub fn soonest(&self) -> Option<Time> {
        let any = !self.waiting.is_empty() || !self.groups.is_empty();
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
        self.agenda.settle(self.waiting.iter().map(|w| w.due).min());
        late.sort_by_key(|(since, ..)| *since);
        for (since, due, name, follow_up, content) in late {
            // An alert that `max-per-hour` delayed is only as old as the time when it became due.
            match now.since(due) > NEWS {
                true => summary::fold(self.backlog.get_or_insert_default(), since, content),
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

    /// Moves old or excess alerts from the outbox into the summary.
    pub(crate) fn age(&mut self, now: Time, outbox: &mut Outbox<'_>, in_flight: Option<u64>) {
        let flood = outbox.too_many(in_flight);
        for message in std::mem::take(outbox.messages) {
            let aged = !outbox.matters.has_thread(&message) && now.since(message.since) > NEWS;
            let old = flood.contains(&message.id) || aged;
            if old && message.content.group().is_some() && Some(message.id) != in_flight {
                // What the first message of the matter shows anyway is told there.
                if !outbox.matters.tells(&message) {
                    let backlog = self.backlog.get_or_insert_default();
                    backlog.maybe_repeated |= message.maybe_repeated;
                    summary::fold(backlog, message.since, message.content);
                }
            } else {
                outbox.messages.push(message);
            }
        }
    }

    /// When the next alert in the outbox becomes too old and joins the summary.
    pub fn ages(messages: &[Message], matters: &Matters, in_flight: Option<u64>) -> Option<Time> {
        let alerts = messages
            .iter()
            .filter(|m| m.content.group().is_some() && !matters.has_thread(m))
            .filter(|m| Some(m.id) != in_flight);
        alerts.map(|m| m.since.plus(NEWS)).min()
    }
}
