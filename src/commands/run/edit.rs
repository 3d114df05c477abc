//! Edits messages in Slack that no longer show everything, one at a time, beside the posts.

use super::commit::Committer;
use super::flight::Flight;
use super::post::Sender;
use crate::adapters::log::{Priority, line};
use crate::domain::alerts::Matter;
use crate::domain::base::time::Time;
use crate::domain::delivery;
use crate::domain::slack_reply::{AfterPost, PostResult, RateLimiter};

/// Edits messages. `chat.update` has a rate limit of its own, so edits delay no post.
#[derive(Default)]
pub(super) struct Editor {
    limiter: RateLimiter,
    pub(super) editing: Option<Flight<Edited>>,
    /// The last trouble that was logged.
    trouble: Option<String>,
}

/// An edit that Slack has answered.
pub(super) struct Edited {
    matter: Box<Matter>,
    answer: PostResult,
}

impl Editor {
    /// When the next edit may begin; `None` without one, and while one is in flight.
    pub(super) fn ready_at(
        &self,
        sender: &Sender,
        committer: &Committer,
        now: Time,
    ) -> Option<Time> {
        let waits = committer.view.edit.is_some() && self.editing.is_none() && sender.edits();
        waits.then(|| self.limiter.ready_at(now, committer.view.pause_until))
    }

    /// Starts the next edit, if that is allowed now.
    pub(super) fn turn(&mut self, sender: &Sender, committer: &Committer, now: Time) {
        if self
            .ready_at(sender, committer, now)
            .is_none_or(|ready| ready > now)
        {
            return;
        }
        let Some(matter) = committer.view.edit.clone() else {
            return;
        };
        if let Some(editing) = sender.edit(&matter) {
            self.editing = Some(Box::pin(async {
                let answer = editing.await;
                Edited { matter, answer }
            }));
        }
    }

    /// Takes in the result of an edit. If the state cannot be written, the edit is repeated: that does no harm.
    pub(super) fn settle(&mut self, committer: &mut Committer, edited: &Edited, now: Time) {
        let Edited { matter, answer } = edited;
        let next = self.limiter.settle(matter.form, answer, now);
        let settled = committer.change(now, |daily| {
            delivery::settle_edit(daily, matter, &next, now);
        });
        let trouble = match (&next, settled) {
            (AfterPost::Done, Ok(())) => None,
            (AfterPost::Done, Err(error)) => Some(format!("{error:#}")),
            _ => Some(answer.to_string()),
        };
        if let Some(told) = trouble.as_ref().filter(|_| self.trouble != trouble) {
            let told = format!("editing a message in Slack: {told}");
            line(Priority::Warning, &told);
        }
        self.trouble = trouble;
    }
}
