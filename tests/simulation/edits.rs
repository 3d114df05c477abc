//! Edits and threads in the simulated Slack, and what people do to messages there.

use sftp_monitor::domain::alerts::{Content, Matter, Message, SlackRef};
use sftp_monitor::domain::delivery;
use sftp_monitor::domain::slack_reply::{AfterPost, PostResult};
use sftp_monitor::domain::state::Daily;

use crate::daemon::Daemon;
use crate::machine::Simulation;
use crate::sabotage::Fault;
use crate::slack::Answer;

/// An edit under way, and the delivery that shows it, if Slack took it.
pub(crate) type Editing = (Box<Matter>, PostResult);

/// The address of a delivery.
pub(crate) fn address(number: usize) -> SlackRef {
    SlackRef {
        channel: "C1".to_owned(),
        ts: format!("1.{number}"),
    }
}

/// The number of the delivery at this address.
pub(crate) fn number(at: &SlackRef) -> usize {
    let number = at.ts.split_once('.').and_then(|(_, n)| n.parse().ok());
    number.expect("an address of a delivery")
}

impl Simulation {
    /// Somebody deletes a message in Slack.
    pub(crate) fn delete_message(&self) {
        let mut messages = self.slack.messages.borrow_mut();
        if messages.is_empty() {
            return;
        }
        let at = self.world.dice.index(messages.len());
        self.trace(|| format!("somebody deletes message {}", messages[at].id));
        messages[at].gone = true;
    }

    /// Is the thread that this message goes into gone?
    pub(crate) fn thread_is_gone(&self, message: &Message) -> bool {
        let messages = self.slack.messages.borrow();
        let first = message.thread.as_ref().map(number);
        first.is_some_and(|first| messages[first].gone)
    }

    /// A matter is told by another message: what ended it is told there again.
    pub(crate) fn tell_again(&self, matter: Option<u64>) {
        let daily = self.durable().unwrap_or_default();
        let matter = matter.and_then(|id| daily.resume.matters.get(id).cloned());
        let end = matter.and_then(|matter| matter.end);
        self.slack.again.borrow_mut().extend(end.map(|end| *end));
    }

    /// Starts the next edit, as the real editor does.
    pub(crate) fn begin_edit(&self, daemon: &mut Daemon) {
        let now = self.clock.now();
        if daemon.editing.is_some() || daemon.editor.ready_at(now, None) > now {
            return;
        }
        let Some(edit) = daemon.committer.edit().cloned() else {
            return;
        };
        if self.fault == Fault::EarlyEdit {
            let done = |daily: &mut Daily| {
                delivery::settle_edit(daily, &edit, &AfterPost::Done, now);
            };
            let _ = daemon.committer.change(now, done);
        }
        let result = self.post_edit(daemon.process, &edit);
        self.trace(|| {
            format!(
                "daemon {} edits {}: {result:?}, {:?}",
                daemon.process,
                edit.id,
                edit.shown()
            )
        });
        daemon.editing = Some((Box::new(edit), result));
    }

    pub(crate) fn end_edit(&self, daemon: &mut Daemon) {
        let Some((edit, result)) = daemon.editing.take() else {
            return;
        };
        let now = self.clock.now();
        let next = daemon.editor.settle(edit.form, &result, now);
        if let AfterPost::Gone { .. } | AfterPost::Park { .. } = next {
            self.tell_again(Some(edit.id));
            self.slack.messages.borrow_mut()[number(edit.at.as_ref().expect("it was posted"))]
                .left = true;
        }
        let _ = daemon
            .committer
            .change(now, |daily| delivery::settle_edit(daily, &edit, &next, now));
    }

    /// What Slack does with an edit.
    fn post_edit(&self, process: u64, edit: &Matter) -> PostResult {
        let place = number(edit.at.as_ref().expect("only what Slack has is edited"));
        let gone = self.slack.messages.borrow()[place].gone;
        let Answer { taken, result } = match gone {
            true => self.refused("message_not_found"),
            false => self.answer(process, true),
        };
        if taken {
            let shown = &mut self.slack.messages.borrow_mut()[place];
            (shown.content, shown.all) = (edit.content.clone(), edit.shown());
        }
        if taken {
            self.perhaps_kill(process);
        }
        result
    }
}

/// A deliberate fault: the daemon that starts knows of no edit that waits.
pub(crate) fn forget_edits(daily: &mut Daily) {
    let matters = serde_json::to_string(&daily.resume.matters).expect("it is data");
    let mut matters: Vec<Matter> = serde_json::from_str(&matters).expect("a list");
    matters.iter_mut().for_each(|matter| matter.edit = false);
    let matters = serde_json::to_string(&matters).expect("it is data");
    daily.resume.matters = serde_json::from_str(&matters).expect("a list");
}

/// Does one of its parts end this trouble?
pub(crate) fn ends(trouble: &Content, content: &Content) -> bool {
    content.parts().iter().any(|part| match (trouble, part) {
        (Content::Troubled(a), Content::Files(b)) => {
            let whole = |path: &String| {
                let mut files = b.files.iter();
                files.any(|file| file.path == *path || file.was.as_ref() == Some(path))
            };
            a.files.iter().all(|file| whole(&file.path))
        }
        (Content::Failures(a), Content::Logins(b)) => {
            let own = |from: &String| b.addresses.contains(from);
            a.partner == b.partner && a.addresses.iter().any(own)
        }
        (Content::Troubled(a), Content::Summary(s)) => s
            .partners
            .get(&a.partner)
            .is_some_and(|row| row.uploads > 0),
        (Content::Failures(a), Content::Summary(s)) => {
            s.partners.get(&a.partner).is_some_and(|row| row.logins > 0)
        }
        _ => false,
    })
}
