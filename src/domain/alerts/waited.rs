//! Joins messages that waited long for Slack: all messages of a partner become one.

use std::time::Duration;

use crate::domain::alerts::{Content, Matters, Message, merge};
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

    pub(crate) fn into_parts(self) -> Vec<Content> {
        match self {
            Content::Several { parts, .. } => parts,
            other => vec![other],
        }
    }
}

/// Called before the oldest message is posted: if it waited long, all waiting messages of its partner are joined with it. A
/// message that Slack may have accepted already stays unchanged, and so does one for a thread.
pub fn gather_waited(messages: &mut Vec<Message>, matters: &mut Matters, now: Time) {
    let settled = |m: &Message| m.settles().is_none_or(|at| at <= now);
    let certain = |m: &Message| !m.maybe_repeated && !matters.has_thread(m) && settled(m);
    let Some(head) = messages.first().filter(|head| certain(head)) else {
        return;
    };
    let partner = head.content.group().map_or("", |(_, partner)| partner);
    if partner.is_empty() || now.since(head.since) <= WAITED {
        return;
    }
    let partner = partner.to_owned();
    let own = |m: &Message| m.content.group().is_some_and(|(_, of)| of == partner) && certain(m);
    let (mut own, mut rest): (Vec<Message>, Vec<Message>) =
        std::mem::take(messages).into_iter().partition(own);
    let contents: Vec<Content> = own.iter_mut().map(|m| take(&mut m.content)).collect();
    let mut parts: Vec<Content> = Vec::new();
    for part in contents.into_iter().flat_map(Content::into_parts) {
        let mut alike = parts.iter_mut().filter(|p| p.group() == part.group());
        match alike.next() {
            Some(first) => merge::join(first, part),
            None => parts.push(part),
        }
    }
    let gone: Vec<u64> = own.iter().skip(1).map(|m| m.id).collect();
    own.truncate(1);
    for head in &mut own {
        head.content = match parts.len() {
            1 => parts.remove(0),
            _ => Content::Several {
                partner: partner.clone(),
                parts: std::mem::take(&mut parts),
            },
        };
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

/// Takes the content out and leaves an empty one.
fn take(content: &mut Content) -> Content {
    let nothing = Content::Several {
        partner: String::new(),
        parts: Vec::new(),
    };
    std::mem::replace(content, nothing)
}
