//! The way out of the outbox: one message at a time, each removed by its id once Slack has it.

use std::os::fd::OwnedFd;
use std::time::Duration;

use super::commit::Committer;
use crate::adapters::log::{Priority, Topic, about, line};
use crate::adapters::store::{Disk, SendLock, StateError};
use crate::domain::alerts::{Message, SETTLES};
use crate::domain::base::time::Time;
use crate::domain::delivery::{self, Turn};
use crate::domain::slack_reply::{Disposition, Fix, PostResult, RateLimiter};

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

/// When the head of the outbox may go, and what becomes of it.
pub struct Queue {
    /// How soon Slack allows the next post; none where messages are printed.
    limiter: Option<RateLimiter>,
    /// Another process was posting: not before then.
    again: Option<Time>,
    /// When the state was last looked at while it says why Slack takes nothing; none where it does not.
    looked: Option<Time>,
}

impl Queue {
    /// One that has posted nothing yet.
    pub fn new(limiter: Option<RateLimiter>) -> Self {
        Queue {
            limiter,
            again: None,
            looked: None,
        }
    }

    /// When the next message may be posted; none while there is none.
    pub fn ready_at<D: Disk>(&self, committer: &Committer<D>, now: Time) -> Option<Time> {
        if committer.view.waiting == 0 {
            return None;
        }
        let limiter = self.limiter.as_ref();
        let allowed = limiter.map_or(now, |limiter| {
            limiter.ready_at(now, committer.view.pause_until)
        });
        // A clock that ran ahead left times that are far away: nothing is held back until then.
        let settled = committer.view.settles;
        let settled = settled.filter(|settled| *settled <= now.plus(SETTLES));
        let again = self.again.filter(|again| *again <= now.plus(LOCK_AGAIN));
        let ready = again.max(settled).map_or(allowed, |time| time.max(allowed));
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
            self.limiter.iter_mut().for_each(RateLimiter::over);
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
        match self.try_take(committer, now) {
            Ok(taken) => taken,
            // A commit of another process: it takes milliseconds.
            Err(StateError::Busy { .. }) => None,
            Err(error) => {
                line(Priority::Error, &format!("{error:#}; the message waits"));
                None
            }
        }
    }

    fn try_take<D: Disk>(
        &mut self,
        committer: &mut Committer<D>,
        now: Time,
    ) -> Result<Option<Taken<D::Lock>>, StateError> {
        let Some(lock) = committer.store().send_lock(Duration::ZERO)? else {
            return Ok(None);
        };
        // What Slack asked of another process meanwhile is known only now.
        let limiter = self.limiter.as_ref();
        let turn = committer.change(now, |daily| delivery::take_message(daily, limiter, now))?;
        let Turn::Post(message) = turn else {
            return Ok(None);
        };
        self.again = None;
        committer.in_flight = Some(message.id);
        Ok(Some(Taken {
            message,
            _lock: lock,
        }))
    }

    /// Takes in what Slack answered; none where nothing was posted, since what the message says no longer holds. Where the
    /// state is busy this is to be done again a little later, and nothing else is posted until then. Where the state cannot be
    /// written the message stays there, marked as one that may be a repeat, and is posted again.
    pub fn settle<D: Disk>(
        &mut self,
        committer: &mut Committer<D>,
        message: &Message,
        answer: Option<&PostResult>,
        now: Time,
    ) -> Result<(), StateError> {
        let mut limiter = self.limiter.clone();
        let next = match (&mut limiter, answer) {
            (Some(limiter), Some(answer)) => limiter.settle(message.form, answer, now),
            (None, _) | (_, None) => Disposition::Done,
        };
        let in_flight = committer.in_flight.take();
        let settled = committer.change(now, |daily| {
            if let Some(answer) = answer {
                delivery::note_answer(daily, answer, &next, now);
            }
            delivery::settle_message(daily, message, &next);
        });
        match &settled {
            Ok(()) => {}
            Err(StateError::Busy { .. }) => {
                committer.in_flight = in_flight;
                return settled;
            }
            Err(error) => {
                let told = format!("{error:#}; a message may be posted again");
                line(Priority::Error, &told);
            }
        }
        if let Some(answer) = answer {
            self.limiter = limiter;
            // Only where the state knows of the refusal does it tell when that is over.
            self.looked = (settled.is_ok() && committer.view.refused).then_some(now);
            Self::log(committer, answer, &next);
        }
        settled
    }

    /// Logs once an episode: when Slack begins to fail, fails otherwise, refuses a message, takes one again.
    fn log<D: Disk>(committer: &mut Committer<D>, answer: &PostResult, next: &Disposition) {
        let trouble = (*next != Disposition::Done).then(|| answer.to_string());
        match &trouble {
            None if committer.trouble.is_some() => about(
                Topic::SLACK_RECOVERED,
                Priority::Notice,
                "Slack takes messages again",
            ),
            Some(now) if committer.trouble != trouble => {
                let fix = answer.code().and_then(Fix::of);
                let fix = fix.map_or_else(String::new, |fix| format!(": {}", fix.said()));
                let told = format!("Slack: {now}{fix}; messages wait");
                about(Topic::SLACK_FAILING, Priority::Warning, &told);
            }
            None | Some(_) => {}
        }
        if let Disposition::Park { error } = next {
            let told = format!(
                "Slack refused a message for good: {error}; `sftp-monitor status` shows it"
            );
            about(Topic::MESSAGE_REFUSED, Priority::Error, &told);
        }
        committer.trouble = trouble;
    }
}
