//! Prepares the outbox for the next post by the routes as they are now, so that a corrected configuration also moves what waits.

use super::route::Routes;
use crate::domain::alerts::{
    AlertKind, Content, Matters, Message, Need, Outbox, SlackRef, gather_waited,
};
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
            self.split_first(messages, next, matters);
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

    fn split_first(&self, outbox: &mut Vec<Message>, next: &mut u64, matters: &mut Matters) {
        let Some(first) = outbox.first() else {
            return;
        };
        let (mut first, whole) = (first.clone(), first.content.clone());
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
        if first.content != whole {
            // Each channel is shown the ends of what it was told, and of nothing else.
            let parts = [&first].into_iter().chain(&others);
            matters.divide(
                first.id,
                parts.map(|part| (part.id, &part.content)),
                |content, need| self.has_need(content, need),
                |content, end| self.of(content).channel == self.of(end).channel,
            );
        }
        outbox.splice(..1, [first].into_iter().chain(others));
    }

    /// Is this need one of the troubles in this part of a message? A summary has no needs of its own: those of its channel are
    /// meant.
    fn has_need(&self, part: &Content, need: &Need) -> bool {
        let kinds: &[AlertKind] = match (part, need) {
            (Content::Summary(_), Need::Login { .. }) => &[AlertKind::Failure, AlertKind::Warning],
            (Content::Summary(_), Need::File { .. }) => {
                &[AlertKind::Interrupted, AlertKind::Warning]
            }
            (Content::Summary(_), Need::Session(_)) => &[AlertKind::Warning],
            (Content::Summary(_), Need::Feed(_)) => &[],
            (part, need) => return part.needs().iter().any(|own| own.is_alike(need)),
        };
        let Some(partner) = need.partner() else {
            return false;
        };
        let channel = self.of(part).channel;
        let mut kinds = kinds.iter();
        kinds.any(|kind| self.find(*kind, &[partner]).channel == channel)
    }
}
