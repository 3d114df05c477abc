//! Reminders of matters that stay open, until a person takes care of them.

use std::time::Duration;

use super::{Content, Matter, Matters, Message, Outbox, ThreadReply};
use crate::domain::base::time::Time;

/// How often a content is reminded of, and not before which time; `None` for never.
pub(crate) type Reminding<'a> = &'a dyn Fn(&Content) -> Option<(Duration, Time)>;

impl Matter {
    /// When the next reminder is due, and of what. Without a message in Slack there is nothing to remind of.
    fn reminder(&self, every: Reminding<'_>, now: Time) -> Option<(Time, &Content)> {
        if !self.is_open() || self.taken || self.at.is_none() {
            return None;
        }
        let mut parts = self.content.parts().iter();
        parts.find_map(|part| {
            let (every, from) = every(part)?;
            // A clock that ran ahead leaves times in the future.
            let last = self.reminded.max(Some(self.last)).map(|at| at.min(now))?;
            Some((last.plus(every).max(from), part))
        })
    }

    /// A content without the files that came whole meanwhile.
    fn still_open(&self, content: &Content) -> Content {
        let mut content = content.clone();
        if let Content::Troubled(files) = &mut content {
            let open = |path: &str| self.needs.iter().any(|need| need.is_file(path));
            let before = files.files.len();
            files.files.retain(|file| open(&file.path));
            let gone = before.saturating_sub(files.files.len()) as u64;
            files.count = files.count.saturating_sub(gone);
            files.bytes = files.files.iter().filter_map(|file| file.bytes).sum();
        }
        content
    }
}

impl Matters {
    /// When the next reminder is due.
    pub(crate) fn reminder_due(&self, every: Reminding<'_>, now: Time) -> Option<Time> {
        let due = self.iter().filter_map(|matter| matter.reminder(every, now));
        due.map(|(due, _)| due).min()
    }
}

impl Outbox<'_> {
    /// Puts the reminders that are due into the outbox, each into the thread of its matter.
    pub(crate) fn remind(&mut self, every: Reminding<'_>, time: Time) {
        let due = self.matters.iter().filter_map(|matter| {
            let (due, content) = matter.reminder(every, time)?;
            let reply = ThreadReply::Reminder {
                since: matter.began,
                at: time,
            };
            let of = Box::new(matter.still_open(content));
            (due <= time).then_some((matter.id, Content::Reply { reply, of }))
        });
        let due: Vec<(u64, Content)> = due.collect();
        for (id, reminder) in due {
            let own = |m: &&mut Message| m.matter == Some(id) && is_reminder(&m.content);
            match self.messages.iter_mut().find(own) {
                // Slack may have it already.
                Some(waiting) if waiting.maybe_repeated => {}
                Some(waiting) => waiting.content = reminder,
                None => drop(self.append(time, reminder, Some((id, false)))),
            }
            if let Some(matter) = self.matters.get_mut(id) {
                matter.reminded = Some(time);
            }
        }
    }

    /// Drops the reminders that are over before they could be posted.
    pub(crate) fn drop_reminders(&mut self) {
        let matters = &*self.matters;
        let open = |id: Option<u64>| {
            let matter = id.and_then(|id| matters.get(id));
            matter.is_some_and(|matter| matter.is_open() && !matter.taken)
        };
        self.messages
            .retain(|m| m.maybe_repeated || !is_reminder(&m.content) || open(m.matter));
    }
}

fn is_reminder(content: &Content) -> bool {
    matches!(content, Content::Reply { reply, .. } if !reply.is_answer())
}
