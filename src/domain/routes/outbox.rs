//! Prepares the outbox for the next post by the routes as they are now, so that a corrected configuration also moves what waits.

use super::route::Routes;
use crate::domain::alerts::{Matters, Message, Outbox, SlackRef, gather_waited};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

impl Routes {
    /// Removes what goes nowhere, splits the first message by channel, and joins with it what waited long for the same channel.
    pub fn prepare(&self, outbox: Outbox<'_>, now: Time) {
        let Outbox {
            messages,
            next,
            matters,
        } = outbox;
        if !self.is_plain() {
            messages.retain(|message| self.of(&message.content).channel.is_some());
            self.split_first(messages, next);
        }
        gather_waited(messages, matters, now, |first, other| {
            self.of(first).channel == self.of(other).channel
        });
    }

    /// The first message of a message's matter, if both go to the same channel.
    pub fn thread(&self, message: &Message, matters: &Matters) -> Option<SlackRef> {
        let matter = matters.get(message.matter?)?;
        let same = self.of(&matter.content).channel == self.of(&message.content).channel;
        matter.at.clone().filter(|_| same)
    }

    fn split_first(&self, outbox: &mut Vec<Message>, next: &mut u64) {
        let Some(first) = outbox.first() else {
            return;
        };
        let mut first = first.clone();
        let mut parts = self.scatter(first.content).into_iter();
        let Some(part) = parts.next() else {
            return;
        };
        first.content = part;
        let others: Vec<Message> = parts
            .map(|content| {
                add(next, 1);
                Message {
                    id: *next,
                    content,
                    ..first.clone()
                }
            })
            .collect();
        outbox.splice(..1, [first].into_iter().chain(others));
    }
}
