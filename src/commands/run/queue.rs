//! The way out of the outbox: one message at a time, each removed by its id once Slack has it.

use std::os::fd::OwnedFd;
use std::time::Duration;

use super::commit::Committer;
use crate::adapters::log::{Priority, Topic, about, line};
use crate::adapters::store::{Disk, SendLock, StateError};
use crate::domain::alerts::{Message, SETTLES};
use crate::domain::base::time::Time;
use crate::domain::delivery;
use crate::domain::slack_reply::{Mend, Next, Pace, Verdict};

/// How soon the lock of sending is tried again while another process posts.
const LOCK_AGAIN: Duration = Duration::from_millis(300);

/// How soon the state is looked at again while messages are kept back: another process may have posted something, which
/// shows that whatever kept them back is mended.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A message that was taken for posting.
pub struct Taken<L = OwnedFd> {
    /// The message as it was before it was marked as perhaps sent.
    pub message: Message,
    /// Held until the answer is committed.
    _lock: SendLock<L>,
}

/// Whether the state knows what came of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It does.
    Yes,
    /// It could not be written: the message stays there, marked as one that may be a repeat, and is posted again.
    No,
    /// Another process is committing: to be settled again a little later. Until then nothing else is posted.
    Later,
}

/// When the head of the outbox may go, and what becomes of it.
pub struct Queue {
    /// The pace that Slack asks for; none where messages are printed.
    pace: Option<Pace>,
    /// Another process was posting: not before then.
    again: Option<Time>,
    /// When the state was last looked at while it says why Slack takes nothing; none where it does not.
    looked: Option<Time>,
}

impl Queue {
    /// One that has posted nothing yet.
    pub fn new(pace: Option<Pace>) -> Self {
        Queue {
            pace,
            again: None,
            looked: None,
        }
    }

    /// When the next message may be posted; none while there is none.
    pub fn ready_at<D: Disk>(&self, committer: &Committer<D>, now: Time) -> Option<Time> {
        if committer.view.waiting == 0 {
            return None;
        }
        let pace = self.pace.as_ref();
        let pace = pace.map_or(now, |pace| pace.ready_at(now, committer.view.pause_until));
        // A clock that ran ahead left times that are far away: nothing is held back until then.
        let settled = committer.view.settles;
        let settled = settled.filter(|settled| *settled <= now.plus(SETTLES));
        let again = self.again.filter(|again| *again <= now.plus(LOCK_AGAIN));
        let ready = again.max(settled).map_or(pace, |time| time.max(pace));
        Some(self.look_at(now).map_or(ready, |look| look.min(ready)))
    }

    /// When the state is looked at next; none where nothing is kept back.
    fn look_at(&self, now: Time) -> Option<Time> {
        let looked = self.looked.filter(|looked| *looked <= now);
        self.looked
            .map(|_| looked.map_or(now, |looked| looked.plus(LOOK_AGAIN)))
    }

    /// Learns whether another process posted something meanwhile.
    fn look<D: Disk>(&mut self, committer: &mut Committer<D>, now: Time) {
        if self.look_at(now).is_some_and(|look| look <= now) {
            self.looked = Some(now);
            // A commit that fails is said where something is to be written.
            let _ = committer.change(now, |_| ());
        }
        if self.looked.is_some() && !committer.view.refused {
            self.looked = None;
            self.pace.iter_mut().for_each(Pace::over);
        }
    }

    /// Takes the head of the outbox if it may be posted now. Until it is settled, others may not send.
    pub fn take<D: Disk>(
        &mut self,
        committer: &mut Committer<D>,
        now: Time,
    ) -> Option<Taken<D::Lock>> {
        self.look(committer, now);
        if self.ready_at(committer, now)? > now {
            return None;
        }
        self.again = Some(now.plus(LOCK_AGAIN));
        let lock = match committer.store().send_lock(Duration::ZERO) {
            Ok(Some(lock)) => lock,
            Ok(None) => return None,
            Err(error) => {
                line(Priority::Error, &format!("{error:#}"));
                return None;
            }
        };
        // What Slack asked of another process meanwhile is known only now.
        let pace = self.pace.as_ref();
        let taken = committer.change(now, |daily| {
            let asked = daily.resume.pause_until;
            let ready = pace.is_none_or(|pace| pace.ready_at(now, asked) <= now);
            ready.then(|| delivery::take_message(daily, now)).flatten()
        });
        let message = match taken {
            Ok(message) => message?,
            // A commit of another process: it takes milliseconds.
            Err(StateError::Busy { .. }) => return None,
            Err(error) => {
                line(Priority::Error, &format!("{error:#}; the message waits"));
                return None;
            }
        };
        self.again = None;
        committer.in_flight = Some(message.id);
        Some(Taken {
            message,
            _lock: lock,
        })
    }

    /// Takes in what came of a post.
    pub fn settle<D: Disk>(
        &mut self,
        committer: &mut Committer<D>,
        message: &Message,
        verdict: &Verdict,
        now: Time,
    ) -> Settled {
        let mut pace = self.pace.clone();
        let next = match &mut pace {
            Some(pace) => pace.settle(message.form, verdict, now),
            None => Next::Done,
        };
        let in_flight = committer.in_flight.take();
        let settled = committer.change(now, |daily| {
            delivery::answered(daily, verdict, &next, now);
            delivery::settle_message(daily, message, &next);
        });
        if let Err(StateError::Busy { .. }) = &settled {
            committer.in_flight = in_flight;
            return Settled::Later;
        }
        self.pace = pace;
        // Only where the state knows of the refusal does it tell when that is over.
        self.looked = (settled.is_ok() && committer.view.refused).then_some(now);
        Self::say(committer, verdict, &next);
        match settled {
            Ok(_) => Settled::Yes,
            Err(error) => {
                line(
                    Priority::Error,
                    &format!("{error:#}; a message may be posted again"),
                );
                Settled::No
            }
        }
    }

    /// Drops a message that says nothing any more.
    pub(super) fn discard<D: Disk>(
        committer: &mut Committer<D>,
        message: &Message,
        now: Time,
    ) -> Settled {
        let in_flight = committer.in_flight.take();
        let done = Next::Done;
        match committer.change(now, |daily| delivery::settle_message(daily, message, &done)) {
            Ok(()) => Settled::Yes,
            Err(StateError::Busy { .. }) => {
                committer.in_flight = in_flight;
                Settled::Later
            }
            Err(error) => {
                line(Priority::Error, &format!("{error:#}"));
                Settled::No
            }
        }
    }

    /// One line an episode: when Slack begins to fail, fails otherwise, refuses a message, takes one again.
    fn say<D: Disk>(committer: &mut Committer<D>, verdict: &Verdict, next: &Next) {
        let trouble = match next {
            Next::Done => None,
            _ => Some(verdict.to_string()),
        };
        let mend = verdict.code().and_then(Mend::of);
        let mend = mend.map(|mend| format!(": {}", mend.said()));
        match (&committer.trouble, &trouble) {
            (Some(_), None) => about(
                Topic::SlackRecovered,
                Priority::Notice,
                "Slack takes messages again",
            ),
            (before, Some(now)) if before.as_ref() != Some(now) => {
                about(
                    Topic::SlackFailing,
                    Priority::Warning,
                    &format!("Slack: {now}{}; messages wait", mend.unwrap_or_default()),
                );
            }
            _ => {}
        }
        if let Next::Park { error } = next {
            about(
                Topic::MessageRefused,
                Priority::Error,
                &format!(
                    "Slack refused a message for good: {error}; `sftp-monitor status` shows it"
                ),
            );
        }
        committer.trouble = trouble;
    }
}
