//! Sends the events to the webhook, one after another. Neither reading nor Slack waits for it.
//!
//! An event stays in the state until the receiver has it. Events that it has are removed together, at most a second later: what
//! a crash leaves there is sent again with the same id.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::commit::Committer;
use crate::adapters::log::{Priority, line};
use crate::adapters::store::StateError;
use crate::adapters::webhook::Client;
use crate::commands::run::times::{LOCK_AGAIN, now};
use crate::domain::alerts::Event;
use crate::domain::base::time::Time;
use crate::domain::render::Voice;
use crate::domain::webhook::{Backoff, Delivery, Refusals, body};

/// How many events are taken from the state at once.
const TAKEN: usize = 50;

/// How long what the receiver has may stay in the state.
const SETTLE: Duration = Duration::from_secs(1);

/// The pause before a failed commit is tried again.
const COMMIT_AGAIN: Duration = Duration::from_secs(5);

/// A request in flight.
type Sending = Pin<Box<dyn Future<Output = Delivery>>>;

/// Sends the events to the webhook, if there is one.
pub(super) struct Webhook {
    client: Option<Client>,
    voice: Voice,
    /// Events that the state has, and the receiver perhaps not.
    taken: Vec<Event>,
    /// The ids of events that can be removed from the state, and whether they were given up.
    done: Vec<(String, bool)>,
    /// Why the receiver takes nothing.
    trouble: Option<String>,
    /// When to commit what was sent; `None` if nothing is to be committed.
    settle_at: Option<Instant>,
    sending: Option<(String, Sending)>,
    /// Nothing is tried before this moment.
    next: Instant,
    backoff: Backoff,
    refusals: Refusals,
}

impl Webhook {
    pub(super) fn new(client: Option<Client>, voice: Voice) -> Self {
        Webhook {
            client,
            voice,
            taken: Vec::new(),
            done: Vec::new(),
            trouble: None,
            settle_at: None,
            sending: None,
            next: Instant::now(),
            backoff: Backoff::default(),
            refusals: Refusals::default(),
        }
    }

    /// Takes a new configuration. What is in flight is sent again.
    pub(super) fn replace(&mut self, client: Option<Client>, voice: Voice) {
        let done = std::mem::take(&mut self.done);
        let settle_at = self.settle_at;
        *self = Webhook {
            done,
            settle_at,
            ..Webhook::new(client, voice)
        };
    }

    /// When something is to be done; `None` if nothing is.
    pub(super) fn due(&self, committer: &Committer, now: Time) -> Option<Instant> {
        let waits = match self.taken.is_empty() {
            true => committer.view.events,
            false => Some(now),
        };
        let waits = waits.filter(|_| self.client.is_some() && self.sending.is_none());
        let ready = waits.map(|at| self.next.max(Instant::now() + at.since(now)));
        self.settle_at.into_iter().chain(ready).min()
    }

    /// Commits what was sent, and sends the next event, if that is due.
    pub(super) fn turn(&mut self, committer: &mut Committer, now: Time) {
        let clock = Instant::now();
        let idle = self.client.is_some() && self.sending.is_none() && self.next <= clock;
        let fresh = self.refusals.fresh(&self.taken).is_some();
        let waits = committer.view.events.is_some_and(|ready| ready <= now);
        let take = idle && !fresh && waits;
        let settle = self.settle_at.is_some_and(|at| at <= clock);
        if (take || settle) && !self.commit(committer, now, take) {
            return;
        }
        if idle {
            self.begin();
        }
    }

    /// Removes from the state what was sent, and takes the next events from it. Returns whether that succeeded.
    fn commit(&mut self, committer: &mut Committer, now: Time, take: bool) -> bool {
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
        let again = Instant::now() + pause;
        self.settle_at = self.settle_at.map(|_| again);
        self.next = self.next.max(again);
        false
    }

    fn begin(&mut self) {
        let (Some(client), Some(event)) = (self.client.clone(), self.refusals.next(&self.taken))
        else {
            return;
        };
        let (id, body) = (event.id.clone(), body(event, &self.voice));
        let sent = id.clone();
        let sending = async move { client.post(&sent, body).await };
        self.sending = Some((id, Box::pin(sending)));
    }

    /// Waits for the request in flight; without one, waits forever.
    pub(super) async fn sent(&mut self) {
        let delivery = match &mut self.sending {
            Some((_, sending)) => sending.await,
            None => std::future::pending().await,
        };
        if let Some((id, _)) = self.sending.take() {
            self.settle(id, &delivery);
        }
    }

    fn settle(&mut self, id: String, delivery: &Delivery) {
        let mut pause = self.backoff.after(delivery);
        let mut trouble = Some(delivery.to_string());
        match delivery {
            Delivery::Accepted => {
                trouble = None;
                self.refusals.accepted(&id);
                self.taken.retain(|event| event.id != id);
                self.done.push((id, false));
            }
            Delivery::Refused { .. } if self.refusals.refused(&id) => {
                line(
                    Priority::Error,
                    &format!(
                        "the webhook takes other events and refuses {id}: {delivery}; it is given up"
                    ),
                );
                self.taken.retain(|event| event.id != id);
                self.done.push((id, true));
                // The receiver takes the others.
                (pause, trouble) = (Duration::ZERO, self.trouble.clone());
            }
            Delivery::Refused { .. } | Delivery::Wait { .. } | Delivery::Failed { .. } => {}
        }
        self.next = Instant::now() + pause;
        self.settle_at.get_or_insert(Instant::now() + SETTLE);
        self.note(trouble);
    }

    /// Logs once per episode that the receiver takes nothing, or why else, or takes events again.
    fn note(&mut self, trouble: Option<String>) {
        match &trouble {
            None if self.trouble.is_some() => {
                line(Priority::Notice, "the webhook takes events again");
            }
            Some(why) if self.trouble != trouble => {
                let told = format!("the webhook takes no event: {why}; events wait");
                line(Priority::Warning, &told);
            }
            None | Some(_) => {}
        }
        self.trouble = trouble;
    }

    /// Gives the request in flight time until then, and commits what was sent.
    pub(super) async fn stop(&mut self, committer: &mut Committer, until: Instant) {
        if self.sending.is_some() {
            let _ = timeout_at(until, self.sent()).await;
        }
        if self.settle_at.is_some() {
            self.commit(committer, now(), false);
        }
    }
}
