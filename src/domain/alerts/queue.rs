//! The outbox: messages that wait for Slack, and which of them are evicted when there are too many alerts.

use std::cmp::Reverse;

use super::{Content, Matters, Message};
use crate::domain::base::evict::to_evict;
use crate::domain::base::numbers::add;
use crate::domain::base::policy::FollowUp;
use crate::domain::base::time::Time;

/// How many alerts wait before some of them go into a summary: at one message per second, later ones would be too old for an
/// alert.
const ALERTS_KEPT: usize = 60;

/// The destination of messages: the outbox and the number of the latest message.
pub struct Outbox<'a> {
    /// The messages, oldest first.
    pub messages: &'a mut Vec<Message>,
    /// The id of the latest message.
    pub next: &'a mut u64,
    /// The matters of earlier messages.
    pub matters: &'a mut Matters,
}

impl Outbox<'_> {
    /// Are there so many messages that some alerts may have to be evicted? More than may stay, so that this is rarely true.
    pub(crate) fn is_flooded(&self) -> bool {
        let alerts = || self.messages.iter().filter(|m| m.content.group().is_some());
        self.messages.len() > 2 * ALERTS_KEPT && alerts().count() > 2 * ALERTS_KEPT
    }

    /// The alerts to evict. Those that any peer without a log-in can cause go first, then those of the partner with the
    /// most, the latest first.
    pub(crate) fn too_many(&self, in_flight: Option<u64>) -> Vec<u64> {
        let alerts = self.messages.iter().filter(|m| m.content.group().is_some());
        let alerts: Vec<(u64, &Message)> = alerts
            .filter(|m| Some(m.id) != in_flight)
            .map(|m| (m.id, m))
            .collect();
        to_evict(
            alerts.into_iter(),
            ALERTS_KEPT,
            |m| !m.content.nature().is_anybodys(),
            |m| m.content.nature().owner(),
            |id, _| Reverse(*id),
        )
    }

    /// Appends a message, in the thread of its matter if there is one. Returns its id.
    pub fn push(&mut self, since: Time, content: Content) -> u64 {
        self.tidy();
        match self.matters.end(since, &content) {
            Some(ended) => self.append(since, content, Some((ended, false))),
            None => self.push_late(since, content),
        }
    }

    /// Appends a message that ends no matter: what it tells happened before the matters that are open now.
    fn push_late(&mut self, since: Time, content: Content) -> u64 {
        self.tidy();
        let matter = self.matters.note(since, &content);
        self.append(since, content, matter)
    }

    /// Ends matters with an event that no message of its own reports: the first message alone shows it.
    pub(super) fn end_quietly(&mut self, at: Time, content: &Content) {
        self.tidy();
        let _ = self.matters.end(at, content);
    }

    /// Appends what was gathered after the message `first`, or shows it in that message. Returns the id of the message that shows it.
    pub(super) fn follow(
        &mut self,
        first: Option<u64>,
        since: Time,
        content: Content,
        how: FollowUp,
    ) -> u64 {
        let shows = |first: &u64| self.matters.shows(*first, since, self.messages);
        let first = first.filter(shows);
        let first = first.filter(|_| !self.matters.is_followed(since, &content));
        match (first, how) {
            (None, _) | (_, FollowUp::Post) => self.push_late(since, content),
            (Some(first), FollowUp::Thread) => self.append(since, content, Some((first, false))),
            (Some(first), FollowUp::Edit) => {
                self.matters.join(first, since, &content, self.messages);
                first
            }
        }
    }

    /// Appends a message. If many messages that stand alone wait, it replaces the earlier one about the same matter: the
    /// tables of the days contain that information too.
    pub(super) fn append(
        &mut self,
        since: Time,
        content: Content,
        matter: Option<(u64, bool)>,
    ) -> u64 {
        if let Some(matter) = content.nature().matter() {
            let alone = |m: &Message| m.content.nature().matter().is_some();
            if self.messages.iter().filter(|m| alone(m)).count() >= ALERTS_KEPT {
                // Slack may already have accepted a message that was sent: it stays until this is known.
                self.messages
                    .retain(|m| m.maybe_repeated || m.content.nature().matter() != Some(matter));
            }
        }
        add(self.next, 1);
        let (matter, in_first) = matter.unzip();
        let id = self.put(Message {
            matter,
            in_first: in_first.unwrap_or_default(),
            ..Message::new(*self.next, since, content)
        });
        if let Some(excess) = self.matters.excess() {
            self.stand_anew(excess, since);
        }
        id
    }

    /// Appends a message that a mute has kept back. It keeps its id.
    pub(super) fn push_kept(&mut self, mut message: Message) {
        self.tidy();
        let matter = self.matters.note(message.since, &message.content);
        let (matter, in_first) = matter.unzip();
        (message.matter, message.in_first) = (matter, in_first.unwrap_or_default());
        self.put(message);
    }

    fn put(&mut self, message: Message) -> u64 {
        let id = message.id;
        match message.matter {
            Some(first) if !message.content.needs().is_empty() => {
                self.matters.await_too(first, &message.content);
            }
            _ => self.matters.begin(id, message.since, &message.content),
        }
        self.messages.push(message);
        id
    }

    /// Forgets matters whose first message neither waits nor is known to be in Slack. If a message about a trouble waits for its
    /// thread, it becomes the first one.
    pub(crate) fn tidy(&mut self) {
        for id in self.matters.homeless(self.messages) {
            let mut further = self.messages.iter_mut();
            let next = further
                .find(|m| m.matter == Some(id) && (m.in_first || !m.content.needs().is_empty()));
            let Some(next) = next else {
                self.matters.remove(id);
                continue;
            };
            let (new, same) = (next.id, next.in_first);
            (next.matter, next.in_first) = (None, false);
            let own = |m: &&Message| m.id == new || m.matter == Some(id);
            let own = self.messages.iter().filter(own).map(|m| &m.content);
            let own: Vec<Content> = own.cloned().collect();
            let matter = self.matters.begin_with(id, new);
            if let Some(matter) = matter.filter(|_| !same) {
                matter.keep_to(&own);
            }
            let replies = self.messages.iter_mut().filter(|m| m.matter == Some(id));
            replies.for_each(|reply| reply.matter = Some(new));
        }
    }

    /// The first message was split into these parts. Each begins a matter of its own. A reply that waits goes into the thread of
    /// the part that it stands `together` with, or stands alone.
    pub(crate) fn divide(
        &mut self,
        parts: &[Message],
        together: impl Fn(&Content, &Content) -> bool,
    ) {
        let Some(id) = parts.first().map(|first| first.id) else {
            return;
        };
        let replies = self.messages.iter().filter(|m| m.matter == Some(id));
        let replies: Vec<&Content> = replies.map(|m| &m.content).collect();
        let of_part = |part: &Message| {
            let own = replies.iter().filter(|of| together(&part.content, of));
            own.copied().chain([&part.content]).cloned().collect()
        };
        let own: Vec<Vec<Content>> = parts.iter().map(of_part).collect();
        self.matters.divide(id, parts.iter().zip(own));
        for reply in self.messages.iter_mut().filter(|m| m.matter == Some(id)) {
            let own = |part: &&Message| together(&part.content, &reply.content);
            reply.matter = parts.iter().find(own).map(|part| part.id);
            if reply.matter.is_none() {
                reply.in_first = false;
                if !reply.content.needs().is_empty() {
                    (self.matters).begin(reply.id, reply.since, &reply.content);
                }
            }
        }
    }

    /// The first message of this matter is gone from Slack: a new one takes its place, before the replies that wait, which go
    /// into its thread. Of these it replaces those that tell nothing else.
    pub(crate) fn stand_anew(&mut self, id: u64, now: Time) {
        add(self.next, 1);
        let new = *self.next;
        let Some(content) = self.matters.move_to(id, new) else {
            // What follows a matter that is forgotten stands alone.
            let replies = self.messages.iter_mut().filter(|m| m.matter == Some(id));
            replies.for_each(|reply| (reply.matter, reply.in_first) = (None, false));
            return;
        };
        let replies = |message: &Message| message.matter == Some(id);
        let place = self.messages.iter().position(replies);
        let told = |part: &Content| content.parts().contains(part);
        self.messages.retain(|reply| {
            let told = reply.in_first || reply.content.parts().iter().all(told);
            !replies(reply) || !told
        });
        for reply in self.messages.iter_mut().filter(|m| replies(m)) {
            // The new first message shows its facts already.
            (reply.matter, reply.in_first) = (Some(new), false);
        }
        let place = place.map_or(self.messages.len(), |place| place.min(self.messages.len()));
        let message = Message::new(new, now, content);
        self.messages.insert(place, message);
    }
}
