//! Prepares the outbox for the next post by the routes as they are now, so that a corrected configuration also moves what waits.

use super::route::Routes;
use crate::domain::alerts::{Matters, Message, Outbox, SlackRef, gather_waited};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

impl Routes {
    /// Removes what goes nowhere, splits the first message by channel, and joins with it what waited long for the same channel.
    pub fn prepare(&self, mut outbox: Outbox<'_>, now: Time) {
        if !self.is_plain() {
            let somewhere = |message: &Message| self.of(&message.content).channel.is_some();
            outbox.messages.retain(somewhere);
            outbox.tidy();
            self.split_first(&mut outbox);
        }
        gather_waited(outbox.messages, outbox.matters, now, |first, other| {
            self.of(first).channel == self.of(other).channel
        });
    }

    /// The first message of a message's matter, if both go to the same channel.
    pub fn thread(&self, message: &Message, matters: &Matters) -> Option<SlackRef> {
        let matter = matters.get(message.matter?)?;
        let same = self.of(&matter.content).channel == self.of(&message.content).channel;
        matter.at.clone().filter(|_| same)
    }

    fn split_first(&self, outbox: &mut Outbox<'_>) {
        let Some(first) = outbox.messages.first() else {
            return;
        };
        let (mut first, whole) = (first.clone(), first.content.clone());
        let mut parts = self.scatter(first.content).into_iter();
        let Some(part) = parts.next() else {
            return;
        };
        first.content = part;
        if first.content == whole {
            return;
        }
        let others = parts.map(|content| {
            add(outbox.next, 1);
            Message {
                id: *outbox.next,
                content,
                ..first.clone()
            }
        });
        let parts: Vec<Message> = others.collect();
        let parts: Vec<Message> = [first].into_iter().chain(parts).collect();
        outbox.divide(&parts, |part, reply| {
            let of = reply.partner();
            of.is_some_and(|of| part.nature().partners().contains(&of))
                && self.of(part).channel == self.of(reply).channel
        });
        outbox.messages.splice(..1, parts);
    }
}
