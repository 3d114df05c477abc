//! Messages that waited long for Slack: those of a partner become one, and old alerts go into the summary.

use std::time::Duration;

use crate::domain::alerts::{Alerts, Content, Matters, Message, NEWS, Outbox, merge};
use crate::domain::base::time::Time;

/// A message that waited no longer than this is posted separately.
const WAITED: Duration = Duration::from_secs(60);

impl Content {
    /// Its contents: itself, or the parts of `Several`.
    pub fn parts(&self) -> &[Content] {
        match self {
            Content::Several { parts, .. } => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// The same, mutable.
    pub(crate) fn parts_mut(&mut self) -> &mut [Content] {
        match self {
            Content::Several { parts, .. } => parts,
            other => std::slice::from_mut(other),
        }
    }

    /// Contents of one partner in one: the content itself if there is one alone.
    pub(crate) fn of_parts(partner: &str, mut parts: Vec<Content>) -> Content {
        match parts.len() {
            1 => parts.remove(0),
            _ => Content::Several {
                partner: partner.to_owned(),
                parts,
            },
        }
    }

    pub(crate) fn into_parts(self) -> Vec<Content> {
        match self {
            Content::Several { parts, .. } => parts,
            other => vec![other],
        }
    }
}

/// Called before the oldest message is posted: if it waited long, all waiting messages of its partner that may stand
/// `together` with it are joined with it. A message that Slack may have accepted already stays unchanged, and so does one for
/// a thread.
pub fn gather_waited(
    messages: &mut Vec<Message>,
    matters: &mut Matters,
    now: Time,
    together: impl Fn(&Content, &Content) -> bool,
) {
    let settled = |m: &Message| m.settles().is_none_or(|at| at <= now);
    let certain = |m: &Message| !m.maybe_repeated && !matters.has_thread(m) && settled(m);
    let Some(head) = messages.first().filter(|head| certain(head)) else {
        return;
    };
    let partner = head.content.group().map_or("", |(_, partner)| partner);
    if partner.is_empty() || now.since(head.since) <= WAITED {
        return;
    }
    let (partner, first) = (partner.to_owned(), head.content.clone());
    let of_partner = |m: &Message| m.content.group().is_some_and(|(_, of)| of == partner);
    let own = |m: &Message| of_partner(m) && certain(m) && together(&first, &m.content);
    let (mut own, mut rest): (Vec<Message>, Vec<Message>) =
        std::mem::take(messages).into_iter().partition(own);
    // Trouble that has ended meanwhile comes after its end, as in a message that is edited.
    let ended = |m: &Message| matters.get(m.id).is_some_and(|matter| matter.end.is_some());
    let mut contents: Vec<(bool, Content)> = own
        .iter_mut()
        .map(|m| (ended(m), take(&mut m.content)))
        .collect();
    contents.sort_by_key(|(ended, _)| *ended);
    let mut parts: Vec<Content> = Vec::new();
    for part in contents
        .into_iter()
        .flat_map(|(_, content)| content.into_parts())
    {
        let mut alike = parts.iter_mut().filter(|p| p.group() == part.group());
        match alike.next() {
            Some(first) => merge::join(first, part),
            None => parts.push(part),
        }
    }
    let gone: Vec<u64> = own.iter().skip(1).map(|m| m.id).collect();
    own.truncate(1);
    for head in &mut own {
        head.content = Content::of_parts(&partner, std::mem::take(&mut parts));
        (head.matter, head.in_first) = (None, false);
        matters.gathered(head, &gone);
        // What is not final yet goes into the thread of the joined message.
        let replies = rest.iter_mut();
        let replies = replies.filter(|m| m.matter.is_some_and(|first| gone.contains(&first)));
        replies.for_each(|reply| reply.matter = Some(head.id));
    }
    *messages = own;
    messages.extend(rest);
}

impl Alerts {
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
                    self.add_late(message.since, message.content);
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

/// Takes the content out and leaves an empty one.
fn take(content: &mut Content) -> Content {
    let nothing = Content::Several {
        partner: String::new(),
        parts: Vec::new(),
    };
    std::mem::replace(content, nothing)
}
