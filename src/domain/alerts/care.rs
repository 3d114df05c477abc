//! A person takes care of a partner's open matters.

use super::{AlertKind, Content, Matter, Matters, Message, Outbox, ThreadReply};
use crate::domain::base::time::Time;

impl Matter {
    /// What it is about, apart from answers.
    pub fn about(&self) -> &Content {
        let mut parts = self.content.parts().iter();
        let about = parts.find(|part| !matches!(part, Content::Reply { .. }));
        about.unwrap_or(&self.content)
    }

    /// Is it about this partner?
    fn is_of(&self, partner: &str) -> bool {
        let mut needs = self.needs.iter();
        self.content.partner() == Some(partner) || needs.any(|n| n.partner() == Some(partner))
    }

    /// Does a person mean this matter? By its kind, or a part of the name of a file or feed.
    fn is_meant(&self, what: &str) -> bool {
        let what = folded(what);
        let mut parts = self.content.parts().iter();
        parts.any(|part| {
            let kind = part.nature().kind.map(AlertKind::name);
            kind == Some(&what) || names(part).iter().any(|name| folded(name).contains(&what))
        })
    }
}

/// A name as people type it: they leave out the wildcards of a pattern.
fn folded(name: &str) -> String {
    name.to_lowercase().replace(['*', '?'], "")
}

/// The names of files that a content has.
fn names(content: &Content) -> Vec<&str> {
    match content {
        Content::FeedMissing(missing) => {
            let lacking = missing.lack.names.iter().map(String::as_str);
            lacking.chain([missing.files.as_str()]).collect()
        }
        Content::Troubled(files) => files.files.iter().map(|file| file.path.as_str()).collect(),
        Content::Hindered(hindered) => {
            let earlier = hindered.earlier.iter().map(|refused| refused.path.as_str());
            earlier.chain(hindered.path.as_deref()).collect()
        }
        _ => Vec::new(),
    }
}

impl Matters {
    /// The matters of a partner that are open.
    pub fn open_of<'a>(
        &'a self,
        partner: &'a str,
        waiting: &'a [Message],
    ) -> impl Iterator<Item = &'a Matter> {
        let open = self.iter().filter(|matter| matter.is_open());
        open.filter(move |matter| matter.is_of(partner) && matter.is_there(waiting))
    }
}

impl Outbox<'_> {
    /// Notes that a person takes care of the partner's open matters, or of those that are meant. Returns what they are about.
    pub fn take_care(
        &mut self,
        (partner, what): (&str, Option<&str>),
        reply: &ThreadReply,
        at: Time,
    ) -> Vec<Content> {
        let open = self.matters.open_of(partner, self.messages);
        let meant = open.filter(|matter| what.is_none_or(|what| matter.is_meant(what)));
        let meant: Vec<(u64, Content)> = meant.map(|m| (m.id, m.about().clone())).collect();
        for (id, about) in &meant {
            let answer = Content::Reply {
                reply: reply.clone(),
                of: Box::new(about.clone()),
            };
            if let Some(matter) = self.matters.get_mut(*id) {
                matter.join(at, answer.clone());
                matter.taken = true;
            }
            self.append(at, answer, Some((*id, true)));
        }
        meant.into_iter().map(|(_, about)| about).collect()
    }
}
