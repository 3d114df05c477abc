//! Joins messages that waited for Slack for long: all messages of a partner become one.

use std::time::Duration;

use crate::domain::alerts::{Content, Message, merge};
use crate::domain::base::time::Time;

/// What waits for no longer than this is told as it happened, one message after the other.
const WAITED: Duration = Duration::from_secs(60);

impl Content {
    /// What it is made of: itself alone, or what was gathered of a partner.
    pub fn parts(&self) -> &[Content] {
        match self {
            Content::Several { parts, .. } => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// The same, to be changed.
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

/// The oldest message is about to be posted: where it waited for long, all that waits of its partner goes with it. What was
/// sent, and may have been taken, stays as it is.
pub fn gather_waited(messages: &mut Vec<Message>, now: Time) {
    let certain = |m: &Message| !m.maybe_repeated && m.settles().is_none_or(|at| at <= now);
    let Some(head) = messages.first().filter(|head| certain(head)) else {
        return;
    };
    let partner = head.content.group().map_or("", |(_, partner)| partner);
    if partner.is_empty() || now.since(head.since) <= WAITED {
        return;
    }
    let partner = partner.to_owned();
    let own = |m: &Message| m.content.group().is_some_and(|(_, of)| of == partner) && certain(m);
    let (mut own, rest): (Vec<Message>, Vec<Message>) =
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
    own.truncate(1);
    for head in &mut own {
        head.content = match parts.len() {
            1 => parts.remove(0),
            _ => Content::Several {
                partner: partner.clone(),
                parts: std::mem::take(&mut parts),
            },
        };
    }
    *messages = own;
    messages.extend(rest);
}

/// The content, which leaves nothing behind.
fn take(content: &mut Content) -> Content {
    let nothing = Content::Several {
        partner: String::new(),
        parts: Vec::new(),
    };
    std::mem::replace(content, nothing)
}
