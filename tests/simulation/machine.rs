//! The machine that is simulated: a writer, a daemon that reads and sends, a digest, Slack, and whoever damages files.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use serde::de::IgnoredAny;
use sftp_monitor::alerts::Message;
use sftp_monitor::state::{Daily, Store};

use crate::dice::Odds;
use crate::model::{self, Event, Taken};
use crate::sabotage::{Fault, Sabotaged};
use crate::sim_disk::World;
use crate::slack::{Answer, Slack};

/// How many things happen before everything is left to come to rest.
pub(crate) const ACTIONS: u64 = 60;
/// How many steps the daemon may take to come to rest.
const LONGEST_REST: u64 = 2_000;
/// How many processes may be in the middle of something at once.
const DEEPEST: u32 = 3;

struct Daemon {
    process: u64,
    store: Store<Sabotaged>,
    position: u64,
    /// Posted, but its acknowledgement has not reached the disk yet.
    posted: Option<Message>,
}

pub(crate) struct Simulation {
    pub(crate) world: Rc<World>,
    pub(crate) fault: Fault,
    pub(crate) journal: RefCell<Vec<Event>>,
    pub(crate) slack: RefCell<Slack>,
    daemon: RefCell<Option<Daemon>>,
    pub(crate) days: Cell<u64>,
    pub(crate) depth: Cell<u32>,
    /// In this seed others damage the file, and what was sent since the last commit but one may be sent again.
    pub(crate) damage: bool,
    /// The last change of the disk that was looked at.
    pub(crate) looked_at: Cell<u64>,
    /// The last contents that were found whole: parsing is what takes the time.
    whole: RefCell<Vec<Vec<u8>>>,
    /// A commit has succeeded: from now on there is a file.
    pub(crate) begun: Cell<bool>,
    /// Slack takes everything.
    pub(crate) calm: Cell<bool>,
    pub(crate) wrong: RefCell<Option<String>>,
}

/// What someone writes over the state.
pub(crate) const JUNK: &[u8] = b"{ \"date\": \"2026-03";

impl Simulation {
    pub(crate) fn new(seed: u64, fault: Fault) -> Rc<Self> {
        let world = World::new(seed);
        world.no_file_sync.set(fault == Fault::NoFileSync);
        let dice = &world.dice;
        world.odds.set(Odds {
            interleave: 2 + dice.roll(20),
            kill: [0, 50, 300][dice.roll(3) as usize],
            power_cut: [0, 50, 300][dice.roll(3) as usize],
            error: [0, 0, 8, 40][dice.roll(4) as usize],
        });
        let damage = fault == Fault::None && dice.once_in(4);
        let simulation = Rc::new(Simulation {
            world: world.clone(),
            fault,
            journal: RefCell::default(),
            slack: RefCell::default(),
            daemon: RefCell::default(),
            days: Cell::default(),
            depth: Cell::default(),
            damage,
            looked_at: Cell::default(),
            whole: RefCell::default(),
            begun: Cell::default(),
            calm: Cell::default(),
            wrong: RefCell::default(),
        });
        let others = Rc::downgrade(&simulation);
        *world.meanwhile.borrow_mut() = Some(Rc::new(move || {
            others.upgrade().iter().for_each(|s| s.act())
        }));
        let watcher = Rc::downgrade(&simulation);
        *world.always.borrow_mut() = Some(Rc::new(move || {
            watcher.upgrade().iter().for_each(|s| s.look())
        }));
        simulation
    }

    fn now(&self) -> DateTime<FixedOffset> {
        let begin: DateTime<FixedOffset> = "2026-03-30T12:00:00+02:00".parse().expect("a time");
        begin + Days::new(self.days.get())
    }

    fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    pub(crate) fn complain(&self, what: String) {
        self.wrong.borrow_mut().get_or_insert(what);
    }

    /// At every instant there is a whole state, and a backup that is whole too.
    fn look(&self) {
        if self.looked_at.replace(self.world.changes.get()) == self.world.changes.get() {
            return;
        }
        for name in ["daily.json", "daily.json.bak"] {
            match self.world.content(name) {
                Some(bytes) if bytes == JUNK => {}
                Some(bytes) if self.whole.borrow().contains(&bytes) => {}
                Some(bytes) => match serde_json::from_slice::<IgnoredAny>(&bytes) {
                    Ok(_) => {
                        let mut whole = self.whole.borrow_mut();
                        whole.truncate(3);
                        whole.insert(0, bytes);
                    }
                    Err(error) => self.complain(format!("{name} is torn: {error}")),
                },
                None if name == "daily.json" && self.begun.get() => {
                    self.complain("daily.json is not there".to_owned());
                }
                None => {}
            }
        }
    }

    /// Something happens.
    pub(crate) fn act(&self) {
        if self.depth.get() == DEEPEST {
            return;
        }
        self.depth.set(self.depth.get() + 1);
        let dice = &self.world.dice;
        match dice.roll(16) {
            0..=4 => self.write(),
            5..=9 => self.daemon(),
            10..=12 => self.digest(dice.once_in(3)),
            13 => self.days.set(self.days.get() + dice.roll(2)),
            // Between commits: within one, what is damaged could become the backup, and both be lost at the second time.
            14 if self.damage
                && self.depth.get() == 1
                && self.world.content("daily.json.bak").is_some() =>
            {
                self.world.damage("daily.json", JUNK);
            }
            15 if dice.once_in(8) && self.world.odds.get().power_cut > 0 => self.world.cut_power(),
            _ => {}
        }
        self.depth.set(self.depth.get() - 1);
    }

    fn write(&self) {
        let mut journal = self.journal.borrow_mut();
        for _ in 0..=self.world.dice.roll(3) {
            let partner = [None, Some("alice"), Some("bob")][self.world.dice.roll(3) as usize];
            let (id, date) = (journal.len() as u64, self.today());
            journal.push(Event { id, date, partner });
        }
    }

    fn store(&self, digest: bool) -> (u64, Store<Sabotaged>) {
        let disk = self.world.process();
        let process = disk.process;
        let disk = Sabotaged {
            disk,
            fault: self.fault,
            digest,
            read_before: None,
        };
        (process, Store::over(disk))
    }

    fn commit<T>(
        &self,
        store: &mut Store<Sabotaged>,
        change: impl FnOnce(&mut Daily) -> T,
    ) -> Option<T> {
        let done = store.commit(self.now(), |daily, _| change(daily)).ok();
        self.begun.set(self.begun.get() || done.is_some());
        done
    }

    /// The daemon starts, reads a batch, or sends.
    fn daemon(&self) {
        let Ok(mut place) = self.daemon.try_borrow_mut() else {
            return;
        };
        if place
            .as_ref()
            .is_some_and(|daemon| self.world.is_dead(daemon.process))
        {
            *place = None;
        }
        match &mut *place {
            None => {
                let (process, mut store) = self.store(false);
                if let Some(position) = self.commit(&mut store, |daily| model::position(daily)) {
                    *place = Some(Daemon {
                        process,
                        store,
                        position,
                        posted: None,
                    });
                }
            }
            Some(daemon) => match self.world.dice.once_in(2) {
                true => self.read(daemon),
                false => self.send(daemon).unwrap_or_default(),
            },
        }
    }

    fn read(&self, daemon: &mut Daemon) {
        let journal = self.journal.borrow().clone();
        let from = daemon.position;
        let most = 1 + self.world.dice.roll(8) as usize;
        let unread = &journal[from as usize..];
        let batch = &unread[..unread.len().min(most)];
        if self.fault == Fault::PostBeforeCommit {
            let loaded = daemon.store.load(self.now()).ok().flatten();
            let mut ahead = loaded.unwrap_or_default();
            model::count(&mut ahead, from, batch);
            ahead.resume.outbox.iter().for_each(|message| {
                self.post_message(daemon.process, message);
            });
        }
        let apart = self.fault == Fault::PositionApart;
        let taken = self.commit(&mut daemon.store, |daily| {
            let taken = model::count(daily, from, batch);
            if apart && taken == Taken::Counted {
                model::set_position(daily, from);
            }
            taken
        });
        match taken {
            Some(Taken::Counted) => daemon.position += batch.len() as u64,
            Some(Taken::StandsAt(position)) => daemon.position = position,
            None => {}
        }
        if apart && taken == Some(Taken::Counted) {
            let position = daemon.position;
            self.commit(&mut daemon.store, |daily| {
                model::set_position(daily, position)
            });
        }
    }

    /// Sends the head of the outbox; none where something stopped it.
    fn send(&self, daemon: &mut Daemon) -> Option<()> {
        let store = &mut daemon.store;
        let _lock = store.send_lock(Duration::ZERO).ok()??;
        if let Some(posted) = daemon.posted.take() {
            return self.acknowledge(daemon, posted);
        }
        let early = self.fault == Fault::EarlyAcknowledgement;
        let head = self.commit(store, |daily| {
            let head = daily.resume.outbox.first().cloned();
            if early && head.is_some() {
                daily.resume.outbox.remove(0);
            }
            head
        })??;
        match self.post_message(daemon.process, &head) {
            Answer::Taken => self.acknowledge(daemon, head),
            Answer::Lost => self.commit(&mut daemon.store, |daily| {
                let outbox = daily.resume.outbox.iter_mut();
                outbox
                    .filter(|message| message.id == head.id)
                    .for_each(|message| message.maybe_repeated = true);
            }),
            Answer::Refused => Some(()),
        }
    }

    fn acknowledge(&self, daemon: &mut Daemon, posted: Message) -> Option<()> {
        let done = self.commit(&mut daemon.store, |daily| {
            model::acknowledge_message(daily, posted.id)
        });
        match done {
            Some(()) => {
                let mut slack = self.slack.borrow_mut();
                for event in model::told(&posted) {
                    *slack.unsure.entry(event).or_default() -= 1;
                }
            }
            None => daemon.posted = Some(posted),
        }
        done
    }

    /// A run of the digest: closes the day, sends what is closed.
    pub(crate) fn digest(&self, by_hand: bool) {
        let (process, mut store) = self.store(true);
        let now = self.now();
        let closed = self.commit(&mut store, |daily| {
            model::close_for_digest(daily, now, by_hand)
        });
        if closed.is_some() {
            self.send_days(process, &mut store);
        }
    }

    fn send_days(&self, process: u64, store: &mut Store<Sabotaged>) -> Option<()> {
        let _lock = store.send_lock(Duration::ZERO).ok()??;
        while let Some(day) = self.commit(store, |daily| daily.resume.closed.first().cloned())? {
            match self.post_table(process, &day) {
                Answer::Taken => self.commit(store, |daily| model::acknowledge_day(daily, &day))?,
                Answer::Refused | Answer::Lost => return None,
            }
        }
        Some(())
    }

    /// Nothing goes wrong any more, and all that waits is done.
    pub(crate) fn rest(&self) {
        self.world.odds.set(Odds::default());
        self.calm.set(true);
        for _ in 0..LONGEST_REST {
            self.daemon();
            if self
                .daemon
                .borrow_mut()
                .as_mut()
                .is_some_and(|daemon| self.is_idle(daemon))
            {
                break;
            }
        }
        self.days.set(self.days.get() + 1);
        self.digest(false);
    }

    fn is_idle(&self, daemon: &mut Daemon) -> bool {
        let waits = |daily: &mut Daily| !daily.resume.outbox.is_empty();
        daemon.position as usize == self.journal.borrow().len()
            && daemon.posted.is_none()
            && self.commit(&mut daemon.store, waits) == Some(false)
    }
}
