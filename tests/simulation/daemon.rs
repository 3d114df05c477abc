//! The daemon as it is simulated: the real one's parts, turned one step at a time.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use sftp_monitor::adapters::reader::{Batch, Order, Reading};
use sftp_monitor::adapters::store::{Disk, StateError};
use sftp_monitor::commands::run::{Committer, Courier, Queue, Taken};
use sftp_monitor::domain::alerts::{Content, WebhookEvent};
use sftp_monitor::domain::base::position::Position;
use sftp_monitor::domain::days;
use sftp_monitor::domain::delivery;
use sftp_monitor::domain::routes::Routes;
use sftp_monitor::domain::rules::Monitor;
use sftp_monitor::domain::slack_reply::{AfterPost, PostResult, RateLimiter};
use sftp_monitor::domain::state::Daily;
use sftp_monitor::domain::webhook::Delivery;

use crate::edits::{Editing, forget_edits};
use crate::journal::{MACHINE, Reader, Written};
use crate::machine::Simulation;
use crate::sabotage::{Fault, Sabotaged};
use crate::users::Users;
use crate::verdict::waiting;

/// How many batches wait for the loop, as in the real one: one in the channel, one in the reading thread's hand.
const BATCHES: usize = 2;

pub(crate) struct Daemon {
    pub(crate) process: u64,
    pub(crate) committer: Committer<Sabotaged>,
    queue: Queue,
    orders: Receiver<Order>,
    reading: Reading<Reader>,
    batches: VecDeque<Batch>,
    /// A batch whose commit failed.
    held: Option<Batch>,
    posting: Option<Posting>,
    courier: Courier,
    pub(crate) editor: RateLimiter,
    pub(crate) editing: Option<Editing>,
    /// The event that is being sent, and what becomes of it.
    sending: Option<(WebhookEvent, Delivery)>,
}

/// A post under way.
struct Posting {
    taken: Taken<<Sabotaged as Disk>::Lock>,
    result: PostResult,
    delivery: Option<usize>,
}

impl Simulation {
    /// The very first start, and two commits: from here on the backup has a position as well.
    pub(crate) fn first_start(&self) {
        self.start();
        let mut place = self.daemon.borrow_mut();
        let daemon = place.as_mut().expect("nothing fails yet");
        for line in [
            "Server listening on 0.0.0.0 port 22.",
            "Server listening on :: port 22.",
        ] {
            let entry = Written::new(("sshd", 0, 1), self.clock.now(), line.to_owned(), None);
            self.clock.go_on(Duration::from_millis(1));
            self.journal.write(self.clock.running(), entry);
            self.read(daemon);
            self.take(daemon);
        }
        self.begun.set(true);
    }

    /// The daemon starts, reads, commits, or posts.
    pub(crate) fn turn_daemon(&self) {
        let Ok(place) = self.daemon.try_borrow() else {
            return;
        };
        let dead = |daemon: &Daemon| self.world.is_dead(daemon.process);
        let starts = place.as_ref().is_none_or(dead);
        drop(place);
        if starts {
            self.start();
            return;
        }
        let mut place = self.daemon.borrow_mut();
        let Some(daemon) = &mut *place else { return };
        match self.world.dice.roll(13) {
            0..=1 => self.read(daemon),
            2..=4 => self.take(daemon),
            5 => self.begin_post(daemon),
            6 => self.end_post(daemon),
            10 => self.begin_edit(daemon),
            11 => self.end_edit(daemon),
            7 => self.begin_event(daemon),
            8 => self.end_event(daemon),
            _ => self.on_time(daemon),
        }
    }

    fn start(&self) {
        self.daemon.borrow_mut().take();
        let (process, mut store) = self.store(false);
        let now = self.clock.now();
        let before = store.commit(self.clock.zone.local(now), |daily, _| {
            days::settle(daily, self.clock.zone, now);
            if self.fault == Fault::ForgottenEdits {
                forget_edits(daily);
            }
            let position = daily.resume.journals.get(MACHINE).cloned();
            (position, daily.resume.announced)
        });
        let Ok((position, announced)) = before else {
            return;
        };
        self.trace(|| format!("daemon {process} starts at {position:?}"));
        let opened = Reader::open((&self.world, &self.journal), self.fault, position.clone());
        let Ok(reader) = opened else {
            self.trace(|| "the journal cannot be opened".to_owned());
            return;
        };
        let started = (!announced).then(|| Content::Started {
            source: "journal".to_owned(),
            first: true,
            missing_group: None,
        });
        let announce = started.into_iter().collect();
        let (orders, ordered) = channel();
        let rules = self.rules.clone();
        let source = "journal".to_owned();
        *self.daemon.borrow_mut() = Some(Daemon {
            process,
            committer: Committer::new(store, rules, source, orders, announce),
            queue: Queue::new(Some(RateLimiter::default()), Routes::to("C1")),
            orders: ordered,
            reading: Reading::new(reader, position.map(Position::Journal)),
            batches: VecDeque::new(),
            held: None,
            posting: None,
            editor: RateLimiter::default(),
            editing: None,
            courier: Courier::new(self.clock.moment()),
            sending: None,
        });
    }

    /// The reading thread's part.
    fn read(&self, daemon: &mut Daemon) {
        for order in daemon.orders.try_iter() {
            drop(daemon.reading.obey(order));
        }
        if daemon.batches.len() < BATCHES {
            let most = 1 + self.world.dice.index(12);
            let turn = daemon.reading.turn(&mut Users(self.world.clone()), most);
            daemon.batches.extend(turn.batch);
        }
    }

    /// The daemon reads and commits, and does nothing else.
    pub(crate) fn catch_up(&self) {
        if let Some(daemon) = &mut *self.daemon.borrow_mut() {
            self.read(daemon);
            self.take(daemon);
        }
    }

    /// Takes the next batch, or the one whose commit failed.
    fn take(&self, daemon: &mut Daemon) {
        if let Some(batch) = daemon.held.take().or_else(|| daemon.batches.pop_front()) {
            self.commit(daemon, batch);
        }
    }

    fn commit(&self, daemon: &mut Daemon, batch: Batch) {
        let now = self.clock.now();
        if self.fault == Fault::PostBeforeCommit {
            self.post_too_early(daemon, &batch);
        }
        let mut rest = None;
        let mut batch = batch;
        if self.fault == Fault::PositionApart && !batch.records.is_empty() {
            rest = Some(Batch {
                position: batch.position.take(),
                ..Batch::default()
            });
        }
        let committed = daemon.committer.commit(&batch, now);
        self.trace(|| {
            let place = |position: &Option<Position>| match position {
                Some(Position::Journal(position)) => position.cursor.clone(),
                _ => "none".to_owned(),
            };
            let (begins, ends) = (place(&batch.begins), place(&batch.position));
            let process = daemon.process;
            format!(
                "daemon {process}: {begins} to {ends}, {} records: {committed:?}",
                batch.records.len()
            )
        });
        match committed {
            Ok(false) => {}
            Ok(true) => {
                if let Some(rest) = rest {
                    let _ = daemon.committer.commit(&rest, now);
                }
            }
            Err(_) => daemon.held = Some(batch),
        }
    }

    /// A deliberate fault: what a batch would tell is posted before it is committed.
    fn post_too_early(&self, daemon: &Daemon, batch: &Batch) {
        let (_, mut store) = self.store(false);
        let now = self.clock.now();
        let loaded = store.load(self.clock.zone.local(now)).ok().flatten();
        let Some(mut ahead) = loaded else { return };
        let known = ahead.resume.next_message;
        let mut monitor = Monitor {
            rules: &self.rules,
            daily: &mut ahead,
            now,
            in_flight: None,
        };
        batch.records.iter().for_each(|record| {
            monitor.apply(record);
        });
        let new = ahead.resume.outbox.iter().filter(|m| m.id > known);
        new.for_each(|message| drop(self.post_message(daemon.process, message)));
    }

    /// What time alone brings.
    fn on_time(&self, daemon: &mut Daemon) {
        if daemon.held.is_none() && daemon.committer.is_due(self.clock.now()) {
            let idle = daemon.committer.idle();
            self.commit(daemon, idle);
        }
    }

    fn begin_post(&self, daemon: &mut Daemon) {
        if daemon.posting.is_some() || daemon.held.is_some() {
            return;
        }
        let now = self.clock.now();
        let Some(taken) = daemon.queue.take(&mut daemon.committer, now) else {
            return;
        };
        if self.fault == Fault::EarlyAcknowledgement {
            let early = |daily: &mut Daily| {
                delivery::settle_message(daily, &taken.message, &AfterPost::Done, None)
            };
            let _ = daemon.committer.change(now, early);
        }
        let (answer, delivery) = self.post_message(daemon.process, &taken.message);
        daemon.posting = Some(Posting {
            taken,
            result: answer.result,
            delivery,
        });
    }

    fn end_post(&self, daemon: &mut Daemon) {
        let Some(posting) = daemon.posting.take() else {
            return;
        };
        let Posting {
            taken,
            result,
            delivery,
        } = posting;
        let now = self.clock.now();
        let committer = &mut daemon.committer;
        if self.fault == Fault::DroppedReplies && matches!(result, PostResult::Gone(_)) {
            let drop = |daily: &mut Daily| {
                delivery::settle_message(daily, &taken.message, &AfterPost::Done, None);
            };
            let _ = committer.change(now, drop);
        }
        let settled = daemon
            .queue
            .settle(committer, &taken.message, Some(&result), now);
        match settled {
            Ok(()) => self.settled(&result, delivery, now),
            Err(StateError::Busy { .. }) => {
                daemon.posting = Some(Posting {
                    taken,
                    result,
                    delivery,
                });
            }
            Err(_) => {}
        }
    }

    fn begin_event(&self, daemon: &mut Daemon) {
        if daemon.held.is_some() {
            return;
        }
        let (now, moment) = (self.clock.now(), self.clock.moment());
        let event = daemon.courier.turn(&mut daemon.committer, now, moment);
        let Some(event) = event else { return };
        let delivery = self.send_event(daemon.process, &event);
        self.trace(|| format!("event {}: {delivery:?}", event.id));
        daemon.sending = Some((event, delivery));
    }

    fn end_event(&self, daemon: &mut Daemon) {
        if let Some((event, delivery)) = daemon.sending.take() {
            let moment = self.clock.moment();
            daemon.courier.settle(event.id, &delivery, moment);
        }
    }

    /// A turn of everything, and the clock goes on to what comes next.
    pub(crate) fn bring_daemon_on(&self) {
        self.turn_daemon();
        let mut place = self.daemon.borrow_mut();
        let Some(daemon) = &mut *place else { return };
        if self.world.is_dead(daemon.process) {
            return;
        }
        self.read(daemon);
        for _ in 0..=BATCHES {
            self.take(daemon);
        }
        self.begin_post(daemon);
        self.end_post(daemon);
        self.begin_edit(daemon);
        self.end_edit(daemon);
        for _ in 0..20 {
            self.begin_event(daemon);
            self.end_event(daemon);
        }
        self.on_time(daemon);
        let now = self.clock.now();
        let ready = daemon.queue.ready_at(&daemon.committer, now);
        let next = ready.into_iter().chain(daemon.committer.due()).min();
        let pause = next.map(|next| next.since(now));
        let (courier, moment) = (&daemon.courier, self.clock.moment());
        let event = courier.due(&daemon.committer, now, moment);
        let event = event.map(|due| due.saturating_duration_since(moment));
        let pause = pause.into_iter().chain(event).min().unwrap_or_default();
        let most = Duration::from_secs(3_600);
        self.clock
            .go_on(pause.clamp(Duration::from_millis(500), most));
    }

    pub(crate) fn is_at_rest(&self) -> bool {
        let place = self.daemon.borrow();
        let Some(daemon) = &*place else { return false };
        let done = daemon.held.is_none() && daemon.batches.is_empty();
        let done = done && daemon.posting.is_none() && daemon.editing.is_none();
        let daily = || {
            let bytes = self.world.content("daily.json")?;
            serde_json::from_slice::<Daily>(&bytes).ok()
        };
        done && daemon.committer.waiting() == 0
            && daemon.committer.stands_at_present()
            && daemon.reading.source().at_end()
            && daily().is_some_and(|daily| waiting(&daily).is_empty())
    }
}
