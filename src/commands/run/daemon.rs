//! The main loop: commits batches, posts messages and notifies the service manager.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Receiver;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::adapters::last_read::LastRead;
use crate::adapters::log::{Priority, Topic, about};
use crate::adapters::reader::Batch;
use crate::adapters::service;
use crate::adapters::store::{InstanceLock, StateError};
use crate::commands::clock::now;
use crate::commands::run::commit::Committer;
use crate::commands::run::edit::Editor;
use crate::commands::run::fixed::{FixedSettings, Reloading};
use crate::commands::run::flight::landed;
use crate::commands::run::heartbeat::Heartbeat;
use crate::commands::run::held::{FailedTries, Held, LOCK_AGAIN};
use crate::commands::run::noticing::Noticing;
use crate::commands::run::own::Teller;
use crate::commands::run::post::{Posted, Posting, Sender};
use crate::commands::run::webhook::WebhookSender;
use crate::domain::base::time::Time;
use crate::domain::render::MonitorPart;
use crate::domain::state::{Daily, NoticeKind};

/// How long a source may fail before the watchdog is no longer fed.
const UNREAD: Duration = Duration::from_secs(120);

/// How long a post in flight may still take after SIGTERM.
const LAST_POST: Duration = Duration::from_secs(3);

/// The state of the main loop.
pub(crate) struct Daemon {
    pub(super) committer: Committer,
    pub(super) sender: Sender,
    /// When no daemon ran before this one; `None` once this is committed, before the first batch.
    pub(super) absent: Option<(Time, Time)>,
    /// A batch whose commit failed. The loop receives no other batch until it is committed: the source is the buffer.
    pub(super) held: Option<Held>,
    pub(super) posting: Option<Posting>,
    pub(super) last_read: LastRead,
    pub(super) heartbeat: Heartbeat,
    pub(super) webhook: WebhookSender,
    pub(super) fixed: FixedSettings,
    /// A new configuration; it takes effect once the reading thread uses its user database.
    pub(super) reloading: Option<Reloading>,
    pub(super) instance: InstanceLock,
    pub(super) feeding: Feeding,
    pub(super) noticing: Noticing,
    /// Why the log cannot be read.
    pub(super) unread: Option<String>,
    pub(super) teller: Teller,
    pub(super) editor: Editor,
    pub(super) manager: service::Manager,
    pub(super) ready: bool,
}

/// Interval and next time of feeding the watchdog; `None` without a watchdog.
pub(super) struct Feeding(Option<(Duration, Instant)>);

impl Feeding {
    pub(super) fn new() -> Self {
        Feeding(service::watchdog().map(|every| (every, Instant::now())))
    }

    /// When to feed the watchdog next.
    fn due(&self) -> Option<Instant> {
        self.0.map(|(_, next)| next)
    }

    /// Whether feeding is due. If so, sets the next time to one interval from now.
    fn is_due(&mut self) -> bool {
        let now = Instant::now();
        match &mut self.0 {
            Some((every, next)) if *next <= now => {
                *next = now + *every;
                true
            }
            _ => false,
        }
    }
}

impl Daemon {
    /// Runs until a signal ends it.
    pub(crate) async fn turn(mut self, mut batches: Receiver<Batch>) -> anyhow::Result<()> {
        let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
        // Before the service manager learns that we are ready: without a handler, SIGHUP would end the process.
        let mut hangup = signal(SignalKind::hangup()).context("listening for SIGHUP")?;
        loop {
            let wake = self.wake();
            tokio::select! {
                biased;
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => self.reload(),
                () = self.heartbeat.fetched() => {}
                () = self.teller.posted() => {}
                () = self.webhook.sent() => {}
                edited = landed(&mut self.editor.editing) => {
                    self.editor.settle(&mut self.committer, &edited, now());
                }
                posted = landed(&mut self.posting) => self.settle(posted),
                batch = batches.recv(), if self.held.is_none() => match batch {
                    Some(batch) => self.take(batch),
                    None => bail!("the reading thread ended"),
                },
                () = at(wake) => {}
            }
            // In each round, whatever event came: during a long backlog the next batch is always ready.
            self.on_time();
            self.feed();
            self.begin();
            self.tell_own();
            self.manager.turn();
            self.heartbeat
                .turn(self.committer.view.oldest, now(), self.is_well());
            // Lets the runtime poll signals and sockets: it does so only when this task yields or waits.
            yield_now().await;
        }
        drop(batches);
        self.stop().await;
        Ok(())
    }

    /// Commits a batch, or holds it until the next try.
    fn take(&mut self, batch: Batch) {
        if let Some(why) = &batch.trouble {
            about(
                Topic::UNREADABLE,
                Priority::Error,
                &format!("the log cannot be read: {why}; trying again at the same position"),
            );
            self.unread = Some(why.clone());
        } else if batch.caught_up {
            self.unread = None;
        }
        let taken = self.reloaded(&batch);
        self.try_commit(batch, FailedTries::default());
        if taken && self.ready {
            self.begin_ready();
        }
    }

    /// Notifies the service manager that the service is ready, at the start or after a reload.
    pub(super) fn begin_ready(&mut self) {
        self.ready = true;
        self.manager.ready(&self.committer.status());
    }

    fn try_commit(&mut self, batch: Batch, tries: FailedTries) {
        let noted = self.note_absence();
        match noted.and_then(|()| self.committer.commit(&batch, now())) {
            Ok(false) => {}
            Ok(true) => {
                if tries.succeeded() || batch.position.is_some() {
                    self.committer.note(None);
                }
                if !self.ready && batch.trouble.is_none() {
                    self.begin_ready();
                } else if self.ready {
                    self.tell_status();
                }
            }
            Err(error) => {
                self.committer.note(Some(&error));
                self.held = Some(Held::new(batch, tries, error));
                // The machine's boot waits for readiness; the trouble is reported without the state.
                if !self.ready {
                    self.begin_ready();
                }
            }
        }
    }

    fn note_absence(&mut self) -> Result<(), StateError> {
        if let Some(span) = self.absent {
            let note = |daily: &mut Daily| daily.note_span(NoticeKind::Down, span, 0, None);
            self.committer.change(now(), note)?;
            self.absent = None;
        }
        Ok(())
    }

    /// Retries a held batch, or commits what time alone or another process has changed, if it is due.
    fn on_time(&mut self) {
        match self.held.take() {
            Some(held) if held.until <= Instant::now() => self.try_commit(held.batch, held.tries),
            Some(held) => self.held = Some(held),
            None if self.committer.is_due(now()) || self.noticing.look(self.committer.store()) => {
                self.try_commit(self.committer.idle(), FailedTries::default());
            }
            None => {}
        }
    }

    /// When the loop must wake up next without an event.
    fn wake(&self) -> Option<Instant> {
        let held = self.held.as_ref().map(|held| held.until);
        let now = now();
        let due = [
            self.feeding.due(),
            self.heartbeat.due(),
            self.teller.due(now),
            self.manager.due().map(Instant::from_std),
        ];
        let post = self
            .posting
            .is_none()
            .then(|| self.sender.ready_at(&self.committer, now))
            .flatten();
        let edit = self.editor.ready_at(&self.sender, &self.committer, now);
        let times = [self.committer.due(), post, edit];
        let times = times.into_iter().flatten().min();
        // Other commits, and the posts after them, wait for the held batch.
        let next = times.filter(|_| held.is_none());
        let events = self.webhook.due(&self.committer, now);
        let events = events.filter(|_| held.is_none());
        let next = next.map(|next| Instant::now() + next.since(now).max(Duration::from_millis(1)));
        let look = held.is_none().then(|| self.noticing.due());
        let due = due.into_iter().chain([held, next, events, look]);
        due.flatten().min()
    }

    fn tell_status(&mut self) {
        self.manager.status(&self.committer.status());
    }

    /// Reports the daemon's own trouble in Slack and in the status.
    fn tell_own(&mut self) {
        let waits = !self.committer.view.questions.is_empty();
        let waits = waits.then(|| "events wait until it says who is a partner".to_owned());
        let troubles = [
            (MonitorPart::State, self.committer.fault.clone()),
            (MonitorPart::Source, self.unread.clone()),
            (MonitorPart::Accounts, waits),
        ];
        self.teller.note(&troubles, now());
        self.teller.turn(&self.sender, now());
        let said = troubles.iter().filter_map(|(what, why)| {
            let why = why.as_ref()?;
            Some(format!("{}: {why}", what.said()))
        });
        let said: Vec<String> = said.collect();
        let own = (!said.is_empty()).then(|| said.join("; "));
        if own != self.committer.own {
            self.committer.own = own;
            self.tell_status();
        }
    }

    /// Starts what is allowed now: a post, an event for the webhook, an edit. A held batch comes before them.
    fn begin(&mut self) {
        if self.held.is_some() {
            return;
        }
        if self.posting.is_none() {
            self.posting = self.sender.begin(&mut self.committer, now());
        }
        self.webhook.turn(&mut self.committer, now());
        self.editor.turn(&self.sender, &self.committer, now());
    }

    /// Takes in Slack's answer. Retries a little later if another process is committing.
    fn settle(&mut self, posted: Posted) {
        match self.sender.settle(&mut self.committer, &posted, now()) {
            Err(StateError::Busy { .. }) => {
                self.posting = Some(Box::pin(async {
                    sleep(LOCK_AGAIN).await;
                    posted
                }));
            }
            Ok(()) | Err(_) => self.tell_status(),
        }
    }

    /// Feeds the watchdog, if that is due, while the loop and the reading thread both run. The loop runs if this is called.
    fn feed(&mut self) {
        if !self.feeding.is_due() {
            return;
        }
        self.record_life();
        // While a batch is held, the reading thread waits to hand over the next one, as intended.
        if self.held.is_some() || self.last_read.ago() < UNREAD {
            self.manager.alive();
        }
    }

    /// Records that this daemon runs, once the absence before it is noted: until then the next start must see it too.
    fn record_life(&self) {
        if self.absent.is_none() {
            self.instance.alive();
        }
    }

    /// Whether all is well, for the heartbeat: the source can be read, reading has reached the present, and the last commit
    /// succeeded.
    fn is_well(&self) -> bool {
        let committed = self.held.is_none() && self.committer.stands_at_present();
        committed && self.last_read.ago() < UNREAD
    }

    /// Ends the loop: a post in flight gets a little time; everything else is durable.
    async fn stop(mut self) {
        self.manager.stopping();
        let until = Instant::now() + LAST_POST;
        while let Some(posting) = self.posting.take() {
            match timeout(until.saturating_duration_since(Instant::now()), posting).await {
                Ok(posted) => self.settle(posted),
                Err(_) => break,
            }
        }
        self.webhook.stop(&mut self.committer, until).await;
        self.record_life();
        about(Topic::STOPPED, Priority::Info, "stopped");
    }
}

async fn at(wake: Option<Instant>) {
    match wake {
        Some(wake) => sleep_until(wake).await,
        None => std::future::pending().await,
    }
}
