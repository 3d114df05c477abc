//! Matters: messages in Slack that later events still concern. What follows goes into the message's thread, and its end is
//! shown in the message itself.
//!
//! An edit of a message is not in the outbox: the matter says that its message no longer shows everything, until Slack has
//! accepted an edit. So an edit may be repeated without harm, and a lost answer leaves no matter without its end.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::matter::{Matter, absorb};
use super::needs::Need;
use super::{Content, Layout, Message, SlackRef};
use crate::domain::base::evict::evict;
use crate::domain::base::time::Time;

/// How many matters are kept. Evicted first are those that wait for nothing, then the oldest of the partner with the most.
const KEPT: usize = 200;

/// How many edits may wait. Beyond it, a new message stands for the oldest: Slack may refuse edits for days.
const EDITS: usize = 200;

/// How long a message shows what is gathered after it. After that the channel is told anew.
const GATHERED: Duration = Duration::from_secs(600);

/// How long a matter without needs is kept after its last event, for alerts that are still being gathered.
const SETTLED: Duration = Duration::from_secs(3_600);

/// How long an open matter is kept after its last event.
const OPEN: Duration = Duration::from_secs(31 * 24 * 3_600);

/// The matters of late, in the order of their first messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Matters(Vec<Matter>);

impl Matters {
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order of their first messages.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Matter> {
        self.0.iter()
    }

    /// The matter with this id.
    pub fn get(&self, id: u64) -> Option<&Matter> {
        let at = self.0.binary_search_by_key(&id, |matter| matter.id).ok()?;
        self.0.get(at)
    }

    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut Matter> {
        let at = self.0.binary_search_by_key(&id, |matter| matter.id).ok()?;
        self.0.get_mut(at)
    }

    /// Does a matter wait for this event?
    pub(crate) fn await_event(&self, content: &Content, waiting: &[Message]) -> bool {
        let there = self.0.iter().filter(|matter| matter.is_there(waiting));
        let mut needs = there.flat_map(|matter| &matter.needs);
        needs.any(|need| need.is_met_by(content))
    }

    /// A message that waited was split: each part begins a matter of its own, with those needs and that end that belong to it and
    /// to the replies that go into its thread.
    pub(super) fn divide<'a>(
        &mut self,
        id: u64,
        parts: impl Iterator<Item = (&'a Message, Vec<Content>)>,
    ) {
        let Some(whole) = self.get(id).cloned() else {
            return;
        };
        self.remove(id);
        for (message, own) in parts {
            let mut part = Matter {
                id: message.id,
                content: message.content.clone(),
                ..whole.clone()
            };
            part.keep_to(&own);
            if part.is_open() || part.end.is_some() || message.content.group().is_some() {
                let place = self.0.partition_point(|matter| matter.id < message.id);
                self.0.insert(place, part);
            }
        }
    }

    /// Begins the matter of a message that waits for all of these events.
    pub(super) fn await_all(
        &mut self,
        id: u64,
        at: Time,
        content: &Content,
        needs: impl Iterator<Item = Need>,
    ) {
        let mut all = Vec::new();
        needs.for_each(|need| Need::add(&mut all, need));
        if !all.is_empty() {
            self.insert(id, at, content, all);
        }
    }

    /// The matter waits also for what ends the trouble of a reply in its thread.
    pub(super) fn await_too(&mut self, id: u64, reply: &Content) {
        if let Some(matter) = self.get_mut(id) {
            let needs = reply.needs().into_iter();
            needs.for_each(|need| Need::add(&mut matter.needs, need));
        }
    }

    /// Begins the matter of a message that is put into the outbox.
    pub(super) fn begin(&mut self, id: u64, at: Time, content: &Content) {
        let needs = content.needs();
        if needs.is_empty() && content.group().is_none() {
            return;
        }
        self.insert(id, at, content, needs);
    }

    fn insert(&mut self, id: u64, at: Time, content: &Content, needs: Vec<Need>) {
        // A message that a mute kept back has an older id than others.
        let place = self.0.partition_point(|matter| matter.id < id);
        let matter = Matter {
            id,
            began: at,
            last: at,
            content: content.clone(),
            at: None,
            form: Layout::default(),
            needs,
            end: None,
            edit: false,
            taken: false,
            reminded: None,
        };
        self.0.insert(place, matter);
        // Some more are allowed, so that this does not run for each message.
        let most = KEPT + KEPT / 4;
        if self.0.len() <= most {
            return;
        }
        // An edit that waits has facts that no other message has. Such matters leave the others their room.
        let edits = self.0.iter().filter(|matter| matter.edit).count();
        if self.0.len() > most + edits {
            let whose = |m: &Matter| m.content.partner().map(str::to_owned);
            let worth = |m: &Matter| (m.edit, m.is_open());
            evict(&mut self.0, KEPT + edits, worth, whose, |_, m| m.id);
        }
    }

    /// Finds the matter that a new message concerns. Returns its id, and whether its first message shows the new facts too.
    pub(super) fn note(&mut self, at: Time, content: &Content) -> Option<(u64, bool)> {
        let mut late = self.0.iter_mut().rev();
        if let Some(matter) = late.find(|matter| matter.is_followed_by(at, content)) {
            matter.join(at, content.clone());
            return Some((matter.id, true));
        }
        let mut late = self.0.iter().rev();
        let near = late.find(|matter| matter.is_accompanied_by(at, content));
        near.map(|matter| (matter.id, false))
    }

    /// Forgets the matters of feeds that are no longer expected.
    pub(crate) fn keep_feeds(&mut self, is_expected: impl Fn(&str) -> bool) {
        let is_expected = |need: &Need| match need {
            Need::Feed(id) => is_expected(id),
            Need::Login { .. } | Need::Session(_) | Need::File { .. } => true,
        };
        self.0.retain(|matter| matter.needs.iter().all(is_expected));
    }

    /// Does an open matter concern the same trouble?
    pub(super) fn is_followed(&self, at: Time, content: &Content) -> bool {
        self.0
            .iter()
            .any(|matter| matter.is_followed_by(at, content))
    }

    /// Takes this event off what matters wait for. Returns the first matter that waited for it: its thread tells it.
    pub(super) fn end(&mut self, at: Time, content: &Content) -> Option<u64> {
        let mut first = None;
        for matter in &mut self.0 {
            let before = matter.needs.len();
            matter.needs.retain(|need| !need.is_met_by(content));
            if matter.needs.len() == before {
                continue;
            }
            match &mut matter.end {
                Some(earlier) => absorb(earlier, content.clone()),
                none => *none = Some(Box::new(content.clone())),
            }
            matter.edit = true;
            matter.last = matter.last.max(at);
            first = first.or(Some(matter.id));
        }
        first
    }

    /// Shows what was gathered after a first message in it.
    pub(super) fn join(&mut self, id: u64, at: Time, content: &Content, waiting: &mut [Message]) {
        let unsent = |m: &&mut Message| m.id == id && !m.maybe_repeated;
        if let Some(message) = waiting.iter_mut().find(unsent) {
            absorb(&mut message.content, content.clone());
        }
        if let Some(matter) = self.get_mut(id) {
            matter.join(at, content.clone());
        }
    }

    /// May what is gathered after this message be shown in it? Not while Slack's answer to it is unknown.
    pub(super) fn shows(&self, id: u64, at: Time, waiting: &[Message]) -> bool {
        let unsent = || waiting.iter().any(|m| m.id == id && !m.maybe_repeated);
        self.get(id).is_some_and(|matter| {
            let there = matter.at.is_some() || unsent();
            there && matter.end.is_none() && at.since(matter.began) <= GATHERED
        })
    }

    /// Slack has accepted a first message. It, and replies that wait, may have been corrected or summed up while they waited.
    pub(crate) fn posted(&mut self, message: &Message, at: Option<SlackRef>, waiting: &[Message]) {
        let Some(matter) = self.get_mut(message.id) else {
            return;
        };
        (matter.at, matter.form) = (at, message.form);
        matter.content.clone_from(&message.content);
        matter.edit = matter.end.is_some();
        let replies = waiting.iter().filter(|m| m.matter == Some(message.id));
        for reply in replies.filter(|m| m.in_first) {
            absorb(&mut matter.content, reply.content.clone());
            matter.edit = true;
        }
    }

    /// Slack has accepted an edit.
    pub(crate) fn edited(&mut self, edit: &Matter) {
        if let Some(matter) = self.get_mut(edit.id) {
            matter.edit &= matter.shown() != edit.shown();
            matter.form = edit.form;
        }
    }

    /// From now on another message is the first one of this matter. Returns what that message has to show.
    pub(crate) fn move_to(&mut self, id: u64, message: u64) -> Option<Content> {
        let matter = self.begin_with(id, message)?;
        let shown = matter.shown();
        (matter.content, matter.end, matter.edit) = (shown.clone(), None, false);
        Some(shown)
    }

    /// From now on this waiting message is the first one of the matter.
    pub(super) fn begin_with(&mut self, id: u64, message: u64) -> Option<&mut Matter> {
        let at = self.0.binary_search_by_key(&id, |matter| matter.id).ok()?;
        let mut matter = self.0.remove(at);
        (matter.id, matter.at) = (message, None);
        // A reply may have had a matter of its own.
        self.0.retain(|other| other.id != message);
        let at = self.0.partition_point(|other| other.id < message);
        self.0.insert(at, matter);
        self.0.get_mut(at)
    }

    /// Messages of one partner were joined into the first of them.
    pub(super) fn gathered(&mut self, head: &Message, gone: &[u64]) {
        let (gone, kept): (Vec<Matter>, Vec<Matter>) =
            (std::mem::take(&mut self.0).into_iter()).partition(|m| gone.contains(&m.id));
        self.0 = kept;
        if let Some(matter) = self.get_mut(head.id) {
            // An end that goes into another thread is told by none of the messages that were joined.
            matter.end = matter.end_beside(&head.content).map(Box::new);
            matter.content.clone_from(&head.content);
            for other in gone {
                match (&mut matter.end, other.end_beside(&head.content)) {
                    (Some(end), Some(further)) => absorb(end, further),
                    (none @ None, further) => *none = further.map(Box::new),
                    (Some(_), None) => {}
                }
                for need in other.needs {
                    Need::add(&mut matter.needs, need);
                }
            }
            matter.edit = matter.end.is_some();
        }
    }

    /// Will the first message, which Slack has, show what this reply tells?
    pub(super) fn tells(&self, message: &Message) -> bool {
        message.in_first && self.has_thread(message)
    }

    /// The oldest of too many edits that wait.
    pub(super) fn excess(&self) -> Option<u64> {
        let mut edits = self
            .0
            .iter()
            .filter(|matter| matter.edit && matter.at.is_some());
        let oldest = edits.next()?.id;
        (edits.count() >= EDITS).then_some(oldest)
    }

    /// Corrects contents that Slack does not show yet.
    pub(super) fn correct_edits(&mut self, mut correct: impl FnMut(&mut Content) -> Option<()>) {
        let edits = self.0.iter_mut().rev().filter(|matter| matter.edit);
        let mut contents = edits.flat_map(|matter| matter.content.parts_mut().iter_mut().rev());
        contents.find_map(&mut correct);
    }

    /// Is the first message of this one's thread in Slack?
    pub(super) fn has_thread(&self, message: &Message) -> bool {
        let first = message.matter.and_then(|id| self.get(id));
        first.is_some_and(|matter| matter.at.is_some())
    }

    /// The next edit: a message that Slack has, and that does not show everything.
    pub fn next_edit(&self) -> Option<&Matter> {
        self.0
            .iter()
            .find(|matter| matter.edit && matter.at.is_some())
    }

    /// The matters whose first message neither waits nor is known to be in Slack.
    pub(super) fn homeless(&self, waiting: &[Message]) -> Vec<u64> {
        let homeless = self.0.iter().filter(|matter| !matter.is_there(waiting));
        homeless.map(|matter| matter.id).collect()
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.0.retain(|matter| matter.id != id);
    }

    /// Forgets matters that nothing concerns any more.
    pub(crate) fn forget(&mut self, now: Time, waiting: &[Message]) {
        self.0.retain_mut(|matter| {
            // A clock that ran ahead leaves times in the future: the matter would be followed until then.
            (matter.began, matter.last) = (matter.began.min(now), matter.last.min(now));
            let kept = if matter.is_open() { OPEN } else { SETTLED };
            let replies = || waiting.iter().any(|m| m.matter == Some(matter.id));
            matter.edit || now.since(matter.last) <= kept || replies()
        });
    }
}
