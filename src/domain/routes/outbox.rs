//! Prepares the outbox for the next post by the routes as they are now, so that a corrected configuration also moves what waits.

use super::route::Routes;
use crate::domain::alerts::{Message, gather_waited};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

impl Routes {
    /// Removes what goes nowhere, splits the first message by channel, and joins with it what waited long for the same channel.
    /// `next` is the id of the latest message.
    pub fn prepare(&self, outbox: &mut Vec<Message>, next: &mut u64, now: Time) {
        if !self.is_plain() {
            outbox.retain(|message| self.of(&message.content).channel.is_some());
            self.split_first(outbox, next);
        }
        gather_waited(outbox, now, |first, other| {
            self.of(first).channel == self.of(other).channel
        });
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
