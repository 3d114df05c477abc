//! The daemon: one loop over batches, timers, signals, the watchdog, and at most one post in flight.

mod batch;
mod choice;
mod command;
mod commit;
mod heartbeat;
mod post;
mod queue;
mod reload;
mod said;
mod start;
mod told;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use crate::log::{Priority, Topic, about, line};
use crate::reader::{Batch, LastRead};
use crate::service;
use crate::state::InstanceLock;
use crate::time::Time;

pub use command::command;
pub use commit::Committer;
pub use queue::{Queue, Taken};
pub(crate) use said::recovered;

use heartbeat::Heartbeat;
use post::{Posted, Sender};
use reload::Fixed;

/// How long a source may fail before the watchdog is no longer fed.
const BLIND: Duration = Duration::from_secs(120);

/// How long a post that is under way may still take after SIGTERM.
const LAST_POST: Duration = Duration::from_secs(3);

/// The pause before a failed commit is tried again; doubled up to `RETRY_MOST`.
const RETRY: Duration = Duration::from_millis(500);

/// The longest pause between two tries to commit.
const RETRY_MOST: Duration = Duration::from_secs(30);

/// The present.
fn now() -> Time {
    Time::from(SystemTime::now())
}

/// A post under way.
type Posting = Pin<Box<dyn Future<Output = Posted>>>;

/// The loop's own state.
pub(crate) struct Daemon {
    committer: Committer,
    sender: Sender,
    /// A batch whose commit failed, and the pause before it is tried again. Nothing is read meanwhile: the source is the
    /// buffer.
    held: Option<(Batch, Duration, Instant)>,
    posting: Option<Posting>,
    last_read: LastRead,
    heartbeat: Heartbeat,
    fixed: Fixed,
    instance: InstanceLock,
    ready: bool,
}

impl Daemon {
    /// Turns until a signal ends it.
    pub(crate) async fn turn(mut self, mut batches: Receiver<Batch>) -> anyhow::Result<()> {
        let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
        // Before the service manager is told that we are ready: without a handler the signal would end us.
        let mut hangup = signal(SignalKind::hangup()).context("listening for SIGHUP")?;
        let mut fed = service::watchdog().map(interval);
        if let Some(fed) = &mut fed {
            fed.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        loop {
            let wake = self.wake();
            tokio::select! {
                biased;
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => self.reload(),
                () = self.heartbeat.fetched() => {}
                posted = under_way(&mut self.posting) => {
                    self.posting = None;
                    self.settle(&posted);
                }
                batch = batches.recv(), if self.held.is_none() => match batch {
                    Some(batch) => self.take(batch),
                    None => bail!("the reading thread ended"),
                },
                () = at(wake) => self.on_time(),
                () = tick(&mut fed) => self.feed(),
            }
            self.post();
            self.heartbeat.turn(now(), self.is_well());
        }
        drop(batches);
        self.stop().await;
        Ok(())
    }

    /// Commits a batch, or holds it until the next try.
    fn take(&mut self, batch: Batch) {
        if let Some(why) = &batch.trouble {
            about(
                Topic::Unreadable,
                Priority::Error,
                &format!("the log cannot be read: {why}; trying again at the same position"),
            );
            service::status(&format!("the log cannot be read: {why}"));
        }
        self.try_commit(batch, RETRY);
    }

    fn try_commit(&mut self, batch: Batch, pause: Duration) {
        match self.committer.commit(&batch, now()) {
            Ok(Some(elsewhere)) => self.committer.seek(elsewhere),
            Ok(None) => {
                if pause > RETRY {
                    line(
                        Priority::Notice,
                        "the state can be written again: counting goes on where it stood",
                    );
                }
                if !self.ready && batch.trouble.is_none() {
                    self.ready = true;
                    service::ready(&self.committer.status());
                } else if self.ready {
                    self.committer.tell_status();
                }
            }
            Err(error) => {
                if pause == RETRY {
                    line(
                        Priority::Error,
                        &format!("{error:#}; nothing is lost, trying again"),
                    );
                    service::status(&format!("the state cannot be written: {error:#}"));
                }
                let next = (pause * 2).min(RETRY_MOST);
                self.held = Some((batch, next, Instant::now() + pause));
            }
        }
    }

    /// Something is due: a held batch, or what time alone brings.
    fn on_time(&mut self) {
        match self.held.take() {
            Some((batch, pause, until)) if until <= Instant::now() => self.try_commit(batch, pause),
            Some(held) => self.held = Some(held),
            None if self.committer.is_due(now()) => self.try_commit(self.committer.idle(), RETRY),
            None => {}
        }
    }

    /// The next moment at which time alone brings something.
    fn wake(&self) -> Option<Instant> {
        if let Some((_, _, until)) = &self.held {
            return Some(*until);
        }
        let now = now();
        let post = self
            .posting
            .is_none()
            .then(|| self.sender.ready_at(&self.committer, now))
            .flatten();
        let times = [self.committer.due(), post, self.heartbeat.due()];
        let next = times.into_iter().flatten().min()?;
        Some(Instant::now() + next.since(now).max(Duration::from_millis(1)))
    }

    /// Begins to post the head of the outbox, if it may be posted now.
    fn post(&mut self) {
        if self.posting.is_none() && self.held.is_none() {
            self.posting = self.sender.begin(&mut self.committer, now());
        }
    }

    /// Takes in Slack's answer.
    fn settle(&mut self, posted: &Posted) {
        self.sender.settle(&mut self.committer, posted, now());
        self.committer.tell_status();
    }

    /// Feeds the watchdog while both sides turn: this loop does, or it would not be here.
    fn feed(&self) {
        self.instance.alive();
        // While a batch is held back the thread cannot hand over the next one, and waits as it should.
        if self.held.is_some() || now().since(self.last_read.time()) < BLIND {
            service::alive();
        }
    }

    /// Is all well, so that the heartbeat may say so? Reading stands at the present, the last commit succeeded, and nothing
    /// waits for long.
    fn is_well(&self) -> bool {
        let committed = self.held.is_none() && self.committer.stands_at_present();
        let times = (self.last_read.time(), self.committer.view.oldest);
        committed && heartbeat::is_well(times, now())
    }

    /// Ends: what is under way gets a little time; all else is durable.
    async fn stop(mut self) {
        service::stopping();
        if let Some(posting) = self.posting.take() {
            if let Ok(posted) = timeout(LAST_POST, posting).await {
                self.sender.settle(&mut self.committer, &posted, now());
            }
        }
        self.instance.alive();
        about(Topic::Stopped, Priority::Info, "stopped");
    }
}

async fn under_way(posting: &mut Option<Posting>) -> Posted {
    match posting {
        Some(posting) => posting.await,
        None => std::future::pending().await,
    }
}

async fn at(wake: Option<Instant>) {
    match wake {
        Some(wake) => sleep_until(wake).await,
        None => std::future::pending().await,
    }
}

async fn tick(fed: &mut Option<tokio::time::Interval>) {
    match fed {
        Some(fed) => drop(fed.tick().await),
        None => std::future::pending().await,
    }
}
