//! Matters: messages in Slack that later events still concern. What follows goes into the message's thread, and its end is
//! shown in the message itself.
//!
//! An edit of a message is not in the outbox: the matter says that its message no longer shows everything, until Slack has
//! accepted an edit. So an edit may be repeated without harm, and a lost answer leaves no matter without its end.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::needs::Need;
use super::{Content, Form, Message, merge};
use crate::domain::base::evict::evict;
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// How many matters are kept. Evicted first are those that wait for nothing, then the oldest of the partner with the most.
const KEPT: usize = 200;

/// How many edits may wait. Beyond it, a new message stands for the oldest: Slack may refuse edits for days.
const EDITS: usize = 200;

/// How long alerts of the same kind still belong to a matter that has not ended. After that the channel is told anew.
const FOLLOWED: Duration = Duration::from_secs(12 * 3_600);

/// How long failures from any address belong to the same matter. After that only those from its addresses do, so that somebody
/// else's attempts do not hide the partner's own in a thread.
const ANYWHERE: Duration = Duration::from_secs(3_600);

/// How long a message shows what is gathered after it. After that the channel is told anew.
const GATHERED: Duration = Duration::from_secs(600);

/// How long a partner's log-ins go into the thread of its open matter.
const ACCOMPANIED: Duration = Duration::from_secs(24 * 3_600);

/// How long a matter without needs is kept after its last event, for alerts that are still being gathered.
const SETTLED: Duration = Duration::from_secs(3_600);

/// How long an open matter is kept after its last event.
const OPEN: Duration = Duration::from_secs(31 * 24 * 3_600);

/// A message in Slack: the channel and the `ts` of `chat.postMessage`'s answer, which identify it for replies and edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackRef {
    /// The channel's id.
    pub channel: String,
    /// The message's `ts`.
    pub ts: String,
}

/// A message that later events may concern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matter {
    /// The id of its first message.
    pub id: u64,
    /// When it began.
    pub began: Time,
    /// The latest event.
    pub last: Time,
    /// What the first message shows, apart from the end.
    pub content: Content,
    /// The first message in Slack, once Slack has accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<SlackRef>,
    /// The form in which Slack accepted it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub form: Form,
    /// The events that it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// What ended it, or a part of it so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Box<Content>>,
    /// The first message does not show all of this yet.
    #[serde(default, skip_serializing_if = "is_default")]
    pub edit: bool,
}

/// The matters of late, in the order of their first messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Matters(Vec<Matter>);

impl Matter {
    /// What its first message has to show: the end first, for those who scroll past.
    pub fn shown(&self) -> Content {
        let Some(end) = &self.end else {
            return self.content.clone();
        };
        let parts = [&**end, &self.content];
        Content::Several {
            partner: self.content.partner().unwrap_or_default().to_owned(),
            parts: parts
                .into_iter()
                .flat_map(Content::parts)
                .cloned()
                .collect(),
        }
    }

    /// Does it still wait for something?
    pub fn is_open(&self) -> bool {
        !self.needs.is_empty()
    }

    /// Adds a later event of the same matter.
    fn join(&mut self, at: Time, content: Content) {
        for need in content.needs() {
            Need::add(&mut self.needs, need);
        }
        absorb(&mut self.content, content);
        self.last = self.last.max(at);
        self.edit = true;
    }

    /// Is this alert about the same trouble?
    fn is_followed_by(&self, at: Time, content: &Content) -> bool {
        if !self.is_open() || at.since(self.began) > FOLLOWED && !content.is_for_all() {
            return false;
        }
        let same = |part: &Content| match (part, content) {
            (Content::FeedMissing(a), Content::FeedMissing(b)) => a.id == b.id,
            (Content::Failures(a), Content::Failures(b)) => {
                let mut known = b.addresses.iter().map(|from| a.addresses.contains(from));
                let near = at.since(self.began) <= ANYWHERE || known.all(|known| known);
                a.partner == b.partner && a.own == b.own && near
            }
            (Content::Hindered(a), Content::Hindered(b)) => {
                a.partner == b.partner && a.obstacle == b.obstacle
            }
            (Content::Blind(a), Content::Blind(b)) => a.partner == b.partner,
            (Content::Troubled(a), Content::Troubled(b)) => {
                let needs = content.needs();
                a.what == b.what && needs.iter().all(|need| self.needs.contains(need))
            }
            _ => false,
        };
        self.content.parts().iter().any(same)
    }

    /// Does this message, which is no event of the matter, interest those who follow it?
    fn is_accompanied_by(&self, at: Time, content: &Content) -> bool {
        if !self.is_open() || at.since(self.began) > ACCOMPANIED {
            return false;
        }
        let near = |part: &Content| match (part, content) {
            (
                Content::FeedMissing(_)
                | Content::Troubled(_)
                | Content::Blind(_)
                | Content::Hindered(_),
                Content::Logins(_),
            ) => part.partner() == content.partner(),
            // sshd refuses connections because attempts failed.
            (Content::Failures(_), Content::Hindered(hindered)) => {
                hindered.obstacle.is_turned_away() && part.partner() == content.partner()
            }
            _ => false,
        };
        self.content.parts().iter().any(near)
    }
}

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

    /// Does a matter that Slack shows wait for this event?
    pub(crate) fn shows_until(&self, content: &Content) -> bool {
        self.await_event(content, &[])
    }

    /// Begins the matter of a message that is put into the outbox.
    pub(super) fn begin(&mut self, id: u64, at: Time, content: &Content) {
        let needs = content.needs();
        if needs.is_empty() && content.group().is_none() {
            return;
        }
        self.0.push(Matter {
            id,
            began: at,
            last: at,
            content: content.clone(),
            at: None,
            form: Form::default(),
            needs,
            end: None,
            edit: false,
        });
        // Some more are allowed, so that this does not run for each message.
        if self.0.len() > KEPT + KEPT / 4 {
            let whose = |m: &Matter| m.content.partner().map(str::to_owned);
            let worth = |m: &Matter| (m.edit, m.is_open());
            // An edit that waits has facts that no other message has.
            let edits = self.0.iter().filter(|matter| matter.edit).count();
            evict(&mut self.0, KEPT.max(edits), worth, whose, |_, m| m.id);
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
            matter.content.clone_from(&head.content);
            (matter.end, matter.edit) = (None, false);
            for need in gone.into_iter().flat_map(|matter| matter.needs) {
                Need::add(&mut matter.needs, need);
            }
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

impl Matter {
    /// Is its first message in Slack, or does it wait?
    fn is_there(&self, waiting: &[Message]) -> bool {
        self.at.is_some() || waiting.iter().any(|message| message.id == self.id)
    }
}

/// Adds a content to another one, which may become several.
fn absorb(whole: &mut Content, further: Content) {
    for part in further.into_parts() {
        let alike = |known: &&mut Content| known.is_alike(&part);
        match whole.parts_mut().iter_mut().find(alike) {
            Some(known) if part.group().is_none() => *known = part,
            Some(known) => merge::join(known, part),
            None => {
                let partner = whole.partner().unwrap_or_default().to_owned();
                let parts = whole.parts().iter().cloned().chain([part]).collect();
                *whole = Content::Several { partner, parts };
            }
        }
    }
}
