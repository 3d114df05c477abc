//! One matter: what it shows, what it waits for, and which later messages belong to it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::needs::Need;
use super::{Content, Layout, Message, SlackRef, merge};
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// How long alerts of the same kind still belong to a matter that has not ended. After that the channel is told anew.
const FOLLOWED: Duration = Duration::from_secs(12 * 3_600);

/// How long failures from any address belong to the same matter. After that only those from its addresses do, so that somebody
/// else's attempts do not hide the partner's own in a thread.
const ANYWHERE: Duration = Duration::from_secs(3_600);

/// How long a partner's log-ins go into the thread of its open matter.
const ACCOMPANIED: Duration = Duration::from_secs(24 * 3_600);

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
    pub form: Layout,
    /// The events that it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// What ended it, or a part of it so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Box<Content>>,
    /// The first message does not show all of this yet.
    #[serde(default, skip_serializing_if = "is_default")]
    pub edit: bool,
    /// A person takes care of it: no reminders.
    #[serde(default, skip_serializing_if = "is_default")]
    pub taken: bool,
    /// The latest reminder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<Time>,
}

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

    /// The end of its trouble, unless this content tells it too.
    pub(super) fn end_beside(&self, content: &Content) -> Option<Content> {
        let end = self.end.as_deref()?;
        // The latest event in it that fulfils a need: what came before the end does not tell it.
        let met = |need: &Need, by: &Content| {
            let parts = by.parts().iter();
            parts.filter(|part| need.is_met_by(part)).map(when).max()
        };
        let needs = self.content.needs();
        let ended = needs
            .iter()
            .filter_map(|need| Some((need, met(need, end)?)));
        let mut ended = ended.peekable();
        let told = ended.peek().is_some() && ended.all(|(need, at)| met(need, content) >= Some(at));
        (!told).then(|| end.clone())
    }

    /// Keeps those needs, and that part of its end, that are about these contents alone.
    pub(super) fn keep_to(&mut self, contents: &[Content]) {
        let own = |need: &Need| contents.iter().any(|content| content.has_need(need));
        self.needs.retain(own);
        self.end = self.end.take().and_then(|end| {
            let own = |part: &Content| contents.iter().any(|content| content.is_mended_by(part));
            let parts: Vec<Content> = end.into_parts().into_iter().filter(own).collect();
            let partner = parts.first()?.partner().unwrap_or_default().to_owned();
            Some(Box::new(Content::of_parts(&partner, parts)))
        });
        self.edit = self.end.is_some();
    }

    /// Adds a later event of the same matter.
    pub(super) fn join(&mut self, at: Time, content: Content) {
        for need in content.needs() {
            Need::add(&mut self.needs, need);
        }
        // A further deadline is another one than the person has answered.
        self.taken &= !matches!(content, Content::FeedMissing(_));
        absorb(&mut self.content, content);
        self.last = self.last.max(at);
        self.edit = true;
    }

    /// Is this alert about the same trouble?
    pub(super) fn is_followed_by(&self, at: Time, content: &Content) -> bool {
        if !self.is_open() || at.since(self.began) > FOLLOWED && !content.is_for_all() {
            return false;
        }
        let same = |part: &Content| match (part, content) {
            (Content::FeedMissing(_), Content::FeedMissing(_))
            | (Content::Hindered(_), Content::Hindered(_))
            | (Content::Blind(_), Content::Blind(_)) => part.is_alike(content),
            (Content::Failures(a), Content::Failures(b)) => {
                let mut known = b.addresses.iter().map(|from| a.addresses.contains(from));
                let near = at.since(self.began) <= ANYWHERE || known.all(|known| known);
                a.partner == b.partner && a.own == b.own && near
            }
            (Content::Troubled(a), Content::Troubled(b)) => {
                let needs = content.needs();
                a.what == b.what && needs.iter().all(|need| self.needs.contains(need))
            }
            _ => false,
        };
        self.content.parts().iter().any(same)
    }

    /// Does this message, which is no event of the matter, interest those who follow it?
    pub(super) fn is_accompanied_by(&self, at: Time, content: &Content) -> bool {
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

    /// Is its first message in Slack, or does it wait?
    pub(super) fn is_there(&self, waiting: &[Message]) -> bool {
        self.at.is_some() || waiting.iter().any(|message| message.id == self.id)
    }
}

/// Adds a content to another one, which may become several.
pub(super) fn absorb(whole: &mut Content, further: Content) {
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

impl Content {
    /// Do they have the same name, and the same partner or feed?
    fn is_alike(&self, other: &Content) -> bool {
        let (own, other) = (self.nature(), other.nature());
        (own.group(), own.matter()) == (other.group(), other.matter())
    }
}

/// When this happened, if it can end something.
fn when(event: &Content) -> Time {
    match event {
        Content::Logins(logins) => logins.at,
        Content::Works(works) => works.at,
        Content::Files(files) => files.at,
        Content::FeedArrived(arrived) => arrived.at,
        _ => Time::default(),
    }
}
