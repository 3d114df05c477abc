//! The outbox: messages that wait for Slack, and which of them are evicted when there are too many alerts.

use std::cmp::Reverse;

use super::{Content, Form, Message, Obstacle};
use crate::domain::base::evict::to_evict;
use crate::domain::base::numbers::add;
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
            |m| !is_anybodys(&m.content),
            |m| whose(&m.content),
            |id, _| Reverse(*id),
        )
    }

    /// Appends a message. If many messages that stand alone wait, it replaces the earlier one about the same matter: the
    /// tables of the days contain that information too.
    pub fn push(&mut self, since: Time, content: Content) {
        if let Some(matter) = content.matter() {
            let alone = |m: &Message| m.content.matter().is_some();
            if self.messages.iter().filter(|m| alone(m)).count() >= ALERTS_KEPT {
                // Slack may already have accepted a message that was sent: it stays until this is known.
                self.messages
                    .retain(|m| m.maybe_repeated || m.content.matter() != Some(matter));
            }
        }
        add(self.next, 1);
        let id = *self.next;
        self.messages.push(Message {
            id,
            since,
            content,
            maybe_repeated: false,
            form: Form::default(),
            refused: None,
        });
    }
}

/// Can any peer that reaches the port cause this, in any partner's name?
pub(super) fn is_anybodys(content: &Content) -> bool {
    match content {
        Content::Failures(failures) => !failures.own,
        Content::Hindered(hindered) => hindered.obstacle == Obstacle::AttemptsTurnedAway,
        Content::Sweep(_) => true,
        Content::Several { parts, .. } => parts.iter().all(is_anybodys),
        Content::Logins(_)
        | Content::Files(_)
        | Content::Troubled(_)
        | Content::Blind(_)
        | Content::FeedMissing(_)
        | Content::FeedArrived(_)
        | Content::FeedChanged(_)
        | Content::FeedOdd(_)
        | Content::Quiet(_)
        | Content::Expiring(_)
        | Content::Summary(_)
        | Content::Started { .. }
        | Content::LogLevel { .. }
        | Content::Unseen { .. }
        | Content::Unreadable { .. } => false,
    }
}

/// The owner of an alert for eviction: the partner, or the address if any peer can cause the alert.
pub(super) fn whose(content: &Content) -> Option<&str> {
    match content {
        Content::Failures(failures) if !failures.own => {
            failures.addresses.last().map(String::as_str)
        }
        Content::Hindered(hindered) if hindered.obstacle == Obstacle::AttemptsTurnedAway => {
            hindered.addresses.last().map(String::as_str)
        }
        other => other.group().map(|(_, partner)| partner),
    }
}
