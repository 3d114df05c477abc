//! Takes messages from the outbox one at a time, and removes each by its id once Slack has accepted it.

use std::os::fd::OwnedFd;
use std::time::Duration;

use super::commit::Committer;
use crate::adapters::log::{Priority, Topic, about, line};
use crate::adapters::store::{Disk, SendLock, StateError};
use crate::domain::alerts::{Message, SETTLES};
use crate::domain::base::time::Time;
use crate::domain::delivery::{self, Turn};
use crate::domain::routes::{Refusing, Routes, Way};
use crate::domain::slack_reply::{AfterPost, Fix, PostResult, RateLimiter};
use crate::domain::state::Daily;

/// The pause before the send lock is tried again while another process posts.
const LOCK_AGAIN: Duration = Duration::from_millis(300);

/// How often the state is read again while messages are held back: a post by another process shows that the cause is fixed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A message that was taken for posting.
pub struct Taken<L = OwnedFd> {
    /// The message as it was before it was marked as perhaps posted.
    pub message: Message,
    /// The channel that it is posted to, if it is no reply.
    pub way: Way,
    /// Held until the answer is committed.
    _lock: SendLock<L>,
}

/// Decides when the head of the outbox may be posted, and settles it.
pub struct Queue {
    /// Which channel each message goes to.
    pub(super) routes: Routes,
    /// The channels of routes that refuse messages.
    refusing: Refusing,
    /// The channel of a route that the message in flight is posted to.
    sent_to: Option<String>,
    /// Slack's rate limit; `None` if messages are printed.
    limiter: Option<RateLimiter>,
    /// The earliest next try for the send lock, since another process may be posting.
    again: Option<Time>,
    /// When the state was last read again while it records that Slack accepts nothing; `None` if it does not.
    looked: Option<Time>,
}

impl Queue {
    /// Creates a queue that has posted nothing yet.
    pub fn new(limiter: Option<RateLimiter>, routes: Routes) -> Self {
        Queue {
            routes,
            refusing: Refusing::default(),
            sent_to: None,
            limiter,
            again: None,
            looked: None,
        }
    }

    /// When the next message may be posted; `None` if there is none.
    pub fn ready_at<D: Disk>(&self, committer: &Committer<D>, now: Time) -> Option<Time> {
        if committer.view.waiting == 0 {
            return None;
        }
        let limiter = self.limiter.as_ref();
        let allowed = limiter.map_or(now, |limiter| {
            limiter.ready_at(now, committer.view.pause_until)
        });
        // A clock that ran ahead leaves times far in the future: they hold back nothing.
        let settled = committer.view.settles;
        let settled = settled.filter(|settled| *settled <= now.plus(SETTLES));
        let again = self.again.filter(|again| *again <= now.plus(LOCK_AGAIN));
        let ready = again.max(settled).map_or(allowed, |time| time.max(allowed));
        Some(self.look_at(now).map_or(ready, |look| look.min(ready)))
    }

    /// When to read the state again; `None` if nothing is held back.
    fn look_at(&self, now: Time) -> Option<Time> {
        let looked = self.looked.filter(|looked| *looked <= now);
        self.looked
            .map(|_| looked.map_or(now, |looked| looked.plus(LOOK_AGAIN)))
    }

    /// Checks whether another process has posted meanwhile.
    fn look<D: Disk>(&mut self, committer: &mut Committer<D>, now: Time) {
        if self.look_at(now).is_some_and(|look| look <= now) {
            self.looked = Some(now);
            // A failing commit is reported when there is something to write.
            let _ = committer.change(now, |_| ());
        }
        if self.looked.is_some() && !committer.view.refused {
            self.looked = None;
            self.limiter.iter_mut().for_each(RateLimiter::over);
        }
    }

    /// Takes the head of the outbox if it may be posted now. Other processes may not send until it is settled.
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
            // Another process is committing: that takes milliseconds.
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
        // Under the lock the state shows any pause that Slack has asked another process for.
        let (limiter, routes) = (self.limiter.as_ref(), &self.routes);
        let take = |daily: &mut Daily| {
            let used = routes.channels();
            let refusing = &mut daily.resume.refusing;
            refusing.retain(|channel, _| used.contains(&channel.as_str()));
            delivery::take_message(daily, limiter, routes, now)
        };
        let turn = committer.change(now, take)?;
        let Turn::Post(message) = turn else {
            return Ok(None);
        };
        self.again = None;
        committer.in_flight = Some(message.id);
        let way = routes.way(&message, &self.refusing, now);
        // A reply goes to the channel of its thread.
        let own = message.thread.is_none() && way.channel != routes.main;
        self.sent_to = own.then(|| way.channel.clone());
        Ok(Some(Taken {
            message,
            way,
            _lock: lock,
        }))
    }

    /// Takes in Slack's answer; `None` if the message no longer holds and was not posted. If the state is busy, call this again
    /// a little later, and post nothing else until then. If the state cannot be written, the message stays there, marked as a
    /// possible repeat, and is posted again.
    pub fn settle<D: Disk>(
        &mut self,
        committer: &mut Committer<D>,
        message: &Message,
        answer: Option<&PostResult>,
        now: Time,
    ) -> Result<(), StateError> {
        let mut limiter = self.limiter.clone();
        let channel = self.sent_to.clone();
        let refusal = answer.and_then(PostResult::refusal_of_channel);
        let refusal = channel.as_deref().zip(refusal);
        let form = message.form;
        let next = match (&mut limiter, answer) {
            (Some(limiter), Some(_)) if refusal.is_some() => limiter.refused_by_route(form, now),
            (Some(limiter), Some(answer)) => limiter.settle(form, answer, now),
            (None, _) | (_, None) => AfterPost::Done,
        };
        let in_flight = committer.in_flight.take();
        let mut is_news = false;
        let settled = committer.change(now, |daily| {
            if let Some(answer) = answer {
                delivery::note_answer(daily, answer, &next, now);
                let channel = channel.as_deref();
                is_news = channel
                    .is_some_and(|channel| delivery::note_channel(daily, channel, answer, now));
            }
            let accepted = match answer {
                Some(PostResult::Accepted { at }) => at.as_ref(),
                _ => None,
            };
            delivery::settle_message(daily, message, &next, accepted);
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
        self.sent_to = None;
        match (channel.as_deref(), refusal, answer) {
            (_, Some((channel, code)), _) => self.refusing.note(channel, code, now),
            (Some(channel), None, Some(PostResult::Accepted { .. })) => self.refusing.over(channel),
            _ => {}
        }
        if let Some(channel) = channel.as_ref().filter(|_| is_news) {
            about_channel(channel, answer, refusal.is_some());
        }
        if let Some(answer) = answer {
            self.limiter = limiter;
            // Only a state that records the refusal shows when it is over.
            self.looked = (settled.is_ok() && committer.view.refused).then_some(now);
            if refusal.is_none() {
                Self::log(committer, answer, &next);
            }
        }
        settled
    }

    /// Logs once per episode that Slack begins to fail, fails in another way, refuses a message, or accepts messages again.
    fn log<D: Disk>(committer: &mut Committer<D>, answer: &PostResult, next: &AfterPost) {
        let trouble = (*next != AfterPost::Done).then(|| answer.to_string());
        match &trouble {
            None if committer.trouble.is_some() => about(
                Topic::SLACK_RECOVERED,
                Priority::Notice,
                "Slack accepts messages again",
            ),
            Some(now) if committer.trouble != trouble => {
                let fix = answer.code().and_then(Fix::of);
                let fix = fix.map_or_else(String::new, |fix| format!(": {}", fix.said()));
                let told = format!("Slack: {now}{fix}; messages wait");
                about(Topic::SLACK_FAILING, Priority::Warning, &told);
            }
            None | Some(_) => {}
        }
        if let AfterPost::Park { error } = next {
            let told = format!(
                "Slack refused a message for good: {error}; `sftp-monitor status` shows it"
            );
            about(Topic::MESSAGE_REFUSED, Priority::Error, &told);
        }
        committer.trouble = trouble;
    }
}

/// Logs that a route's channel begins to refuse messages, or takes them again.
fn about_channel(channel: &str, answer: Option<&PostResult>, refuses: bool) {
    let Some(answer) = answer.filter(|_| refuses) else {
        let told = format!("Slack's channel {channel} accepts messages again");
        return about(Topic::SLACK_RECOVERED, Priority::Notice, &told);
    };
    let fix = answer.code().and_then(Fix::of);
    let fix = fix.map_or_else(String::new, |fix| format!(": {}", fix.of_route()));
    let told = format!(
        "Slack's channel {channel} refuses messages: {answer}{fix}; they go to the main channel"
    );
    about(Topic::SLACK_FAILING, Priority::Warning, &told);
}
