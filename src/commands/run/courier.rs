//! Decides which event the webhook is sent next, and removes from the state what the receiver has.
//!
//! An event stays in the state until the receiver has it. Events that it has are removed together, at most a second later: what
//! a crash leaves there is sent again with the same id.

use std::time::Duration;

use tokio::time::Instant;

use super::commit::Committer;
use crate::adapters::log::{Priority, line};
use crate::adapters::store::{Disk, StateError};
use crate::commands::run::held::LOCK_AGAIN;
use crate::domain::alerts::WebhookEvent;
use crate::domain::base::time::Time;
use crate::domain::webhook::{Backoff, Delivery, Refusals};

/// How many events are taken from the state at once.
const TAKEN: usize = 50;

/// How long what the receiver has may stay in the state.
const SETTLE: Duration = Duration::from_secs(1);

/// The pause before a failed commit is tried again.
const COMMIT_AGAIN: Duration = Duration::from_secs(5);

/// The events between the state and the receiver. One is sent at a time.
pub struct Courier {
    /// Events that the state has, and the receiver perhaps not.
    taken: Vec<WebhookEvent>,
    /// The ids of events that can be removed from the state, and whether they were given up.
    done: Vec<(String, bool)>,
    /// Why the receiver takes nothing.
    trouble: Option<String>,
    /// When to commit what was sent; `None` if nothing is to be committed.
    settle_at: Option<Instant>,
    /// An event is being sent.
    sending: bool,
    /// Nothing is tried before this moment.
    next: Instant,
    backoff: Backoff,
    refusals: Refusals,
}

impl Courier {
    /// A courier that has sent nothing yet.
    pub fn new(clock: Instant) -> Self {
        Courier {
            taken: Vec::new(),
            done: Vec::new(),
            trouble: None,
            settle_at: None,
            sending: false,
            next: clock,
            backoff: Backoff::default(),
            refusals: Refusals::default(),
        }
    }

    /// Goes on with another receiver. What is being sent is sent again.
    pub(super) fn begin_anew(&mut self, clock: Instant) {
        let done = std::mem::take(&mut self.done);
        let settle_at = self.settle_at;
        *self = Courier {
            done,
            settle_at,
            ..Courier::new(clock)
        };
    }

    /// When something is to be done; `None` if nothing is.
    pub fn due<D: Disk>(
        &self,
        committer: &Committer<D>,
        now: Time,
        clock: Instant,
    ) -> Option<Instant> {
        let waits = match self.taken.is_empty() {
            true => committer.view.events,
            false => Some(now),
        };
        let waits = waits.filter(|_| !self.sending);
        let ready = waits.map(|at| self.next.max(clock + at.since(now)));
        self.settle_at.into_iter().chain(ready).min()
    }

    /// Commits what was sent, if that is due. Returns the event to send now, if there is one: `settle` takes what becomes of
    /// it.
    pub fn turn<D: Disk>(
        &mut self,
        committer: &mut Committer<D>,
        now: Time,
        clock: Instant,
    ) -> Option<WebhookEvent> {
        let idle = !self.sending && self.next <= clock;
        let fresh = self.refusals.fresh(&self.taken).is_some();
        let waits = committer.view.events.is_some_and(|ready| ready <= now);
        let take = idle && !fresh && waits;
        let settle = self.settle_at.is_some_and(|at| at <= clock);
        if (take || settle) && !self.commit(committer, (now, clock), take) {
            return None;
        }
        let event = self.refusals.next(&self.taken).filter(|_| idle).cloned();
        self.sending |= event.is_some();
        event
    }

    /// Removes from the state what was sent, and takes the next events from it. Returns whether that succeeded.
    fn commit<D: Disk>(
        &mut self,
        committer: &mut Committer<D>,
        (now, clock): (Time, Instant),
        take: bool,
    ) -> bool {
        let most = TAKEN + self.refusals.count();
        let (done, trouble) = (&self.done, self.trouble.as_deref());
        let settled = self.settle_at.is_some();
        let taken = committer.change(now, |daily| {
            let events = &mut daily.resume.alerts.events;
            for (id, refused) in done {
                events.settle(id, *refused);
            }
            if settled {
                events.note_trouble(trouble, now);
            }
            take.then(|| events.first(most, now))
        });
        let pause = match taken {
            Ok(taken) => {
                self.done.clear();
                self.settle_at = None;
                self.taken = taken.unwrap_or_else(|| std::mem::take(&mut self.taken));
                return true;
            }
            Err(StateError::Busy { .. }) => LOCK_AGAIN,
            Err(_) => COMMIT_AGAIN,
        };
        let again = clock + pause;
        self.settle_at = self.settle_at.map(|_| again);
        self.next = self.next.max(again);
        false
    }

    /// Takes in what became of the event that was sent.
    pub fn settle(&mut self, id: String, delivery: &Delivery, clock: Instant) {
        self.sending = false;
        let mut pause = self.backoff.after(delivery);
        let accepted = *delivery == Delivery::Accepted;
        let mut trouble = (!accepted).then(|| delivery.to_string());
        let given_up = self.refusals.note(&id, delivery);
        if given_up {
            let told = format!(
                "the webhook accepts other events, but not {id}: {delivery}; this event is dropped"
            );
            line(Priority::Error, &told);
            // The receiver takes the others.
            pause = Duration::ZERO;
        }
        if given_up || accepted && self.refusals.count() > 0 {
            // It is over when no event fails any more.
            trouble.clone_from(&self.trouble);
        }
        if accepted || given_up {
            self.taken.retain(|event| event.id != id);
            self.done.push((id, given_up));
        }
        self.next = clock + pause;
        self.settle_at.get_or_insert(clock + SETTLE);
        self.note(trouble);
    }

    /// Logs once per episode that the receiver takes nothing, or why else, or takes events again.
    fn note(&mut self, trouble: Option<String>) {
        match &trouble {
            None if self.trouble.is_some() => {
                line(Priority::Notice, "the webhook accepts events again");
            }
            Some(why) if self.trouble != trouble => {
                let told = format!("the webhook accepts no event: {why}; events wait");
                line(Priority::Warning, &told);
            }
            None | Some(_) => {}
        }
        self.trouble = trouble;
    }

    /// Commits what was sent, before the daemon ends.
    pub(super) fn stop(&mut self, committer: &mut Committer, now: Time, clock: Instant) {
        if self.settle_at.is_some() {
            self.commit(committer, (now, clock), false);
        }
    }
}
