//! The machine that is simulated: a writer, a daemon that reads and sends, a digest, Slack, whoever damages files or sets the
//! clock.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use serde::de::IgnoredAny;
use sftp_monitor::adapters::store::Store;
use sftp_monitor::commands::digest::Tables;
use sftp_monitor::domain::alerts::AlertKind;
use sftp_monitor::domain::base::policy::{AlertPolicy, FollowUp};
use sftp_monitor::domain::base::position::JournalPosition;
use sftp_monitor::domain::delivery::Turn;
use sftp_monitor::domain::rules::Rules;
use sftp_monitor::domain::slack_reply::AfterPost;

use crate::clock::Clock;
use crate::daemon::Daemon;
use crate::dice::Odds;
use crate::disk::World;
use crate::journal::{Journal, MACHINE};
use crate::receiver::Receiver;
use crate::sabotage::{Fault, Sabotaged};
use crate::slack::Slack;
use crate::writer::Writer;

/// How many things happen before everything is left to come to rest.
pub(crate) const ACTIONS: u64 = 60;
/// How many steps it may take to come to rest.
const LONGEST_REST: u64 = 3_000;
/// How many processes may be in the middle of something at once.
const DEEPEST: u32 = 3;
/// Minutes after midnight from which on a digest closes the day.
const CLOSES_FROM: u32 = 23 * 60;

pub(crate) struct Simulation {
    pub(crate) world: Rc<World>,
    pub(crate) fault: Fault,
    pub(crate) clock: Clock,
    pub(crate) rules: Rules,
    pub(crate) journal: Rc<Journal>,
    pub(crate) slack: Slack,
    pub(crate) receiver: Receiver,
    writer: Writer,
    pub(crate) daemon: RefCell<Option<Daemon>>,
    depth: Cell<u32>,
    /// In this seed others damage the file, and what was sent since the last commit but one may be sent again.
    pub(crate) damage: bool,
    /// In this seed entries vanish from the journal.
    pub(crate) vanishing: bool,
    /// In this seed the clock is set.
    pub(crate) clock_set: bool,
    traced: bool,
    /// The last change of the disk that was looked at, and the last power cut.
    looked_at: Cell<u64>,
    cuts: Cell<u64>,
    /// The last contents that were found whole: parsing is what takes the time.
    whole: RefCell<Vec<Vec<u8>>>,
    /// A commit has succeeded: from now on there is a file.
    pub(crate) begun: Cell<bool>,
    pub(crate) wrong: RefCell<Option<String>>,
}

/// What someone writes over the state.
pub(crate) const JUNK: &[u8] = b"{ \"date\": \"2026-03";

impl Simulation {
    pub(crate) fn new(seed: u64, fault: Fault) -> Rc<Self> {
        let world = World::new(seed);
        world.no_file_sync.set(fault == Fault::NoFileSync);
        let dice = &world.dice;
        let odds = Odds {
            interleave: 2 + dice.roll(20),
            kill: [0, 50, 300][dice.index(3)],
            power_cut: [0, 50, 300][dice.index(3)],
            error: [0, 0, 8, 40][dice.index(4)],
            unknown: [0, 0, 2, 6][dice.index(4)],
            journal: [0, 2, 2, 8][dice.index(4)],
            slack: [0, 2, 4][dice.index(3)],
        };
        let going_back = fault == Fault::StaysWhereItStands;
        let damage = going_back || (fault == Fault::None && dice.once_in(4));
        let clock = Clock::new(dice);
        let rules = Rules {
            zone: clock.zone,
            alerts: AlertPolicy {
                download: true,
                max_per_hour: [2, 12][dice.index(2)],
                follow_up: [
                    FollowUp::Edit,
                    FollowUp::Edit,
                    FollowUp::Thread,
                    FollowUp::Post,
                ][dice.index(4)],
                ..AlertPolicy::default()
            },
            // In half of the seeds there is a webhook.
            webhook: match dice.once_in(2) {
                true => AlertKind::ALL.to_vec(),
                false => Vec::new(),
            },
            ..Rules::default()
        };
        let simulation = Rc::new(Simulation {
            fault,
            clock,
            rules,
            journal: Rc::default(),
            slack: Slack::default(),
            receiver: Receiver::default(),
            writer: Writer::default(),
            daemon: RefCell::default(),
            depth: Cell::default(),
            damage,
            vanishing: !damage && dice.once_in(2),
            clock_set: dice.once_in(2),
            traced: std::env::var_os("SIMULATION_SEED").is_some(),
            looked_at: Cell::default(),
            cuts: Cell::default(),
            whole: RefCell::default(),
            begun: Cell::default(),
            wrong: RefCell::default(),
            world: world.clone(),
        });
        // A first start looks only forward: what is written before its first commit need not count.
        simulation.first_start();
        world.odds.set(odds);
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

    pub(crate) fn complain(&self, what: String) {
        self.wrong.borrow_mut().get_or_insert(what);
    }

    /// Says what happens, where one seed is played alone.
    pub(crate) fn trace(&self, what: impl FnOnce() -> String) {
        if self.traced {
            let local = self.clock.zone.local(self.clock.now());
            println!("{} {}", local.format("%Y-%m-%d %H:%M:%S%.3f"), what());
        }
    }

    /// At every instant there is a whole state, and a backup that is whole too.
    fn look(&self) {
        if self.cuts.replace(self.world.cuts.get()) != self.world.cuts.get() {
            self.reboot(true);
        }
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
        self.clock
            .go_on(Duration::from_millis(1 + dice.roll(2_000)));
        match dice.roll(22) {
            0..=6 => self.write(),
            7..=14 => self.turn_daemon(),
            15..=16 => self.digest(),
            17 => self.pass_time(),
            18 if dice.once_in(2) => self.pass_time(),
            // Between commits: within one, what is damaged could become the backup, and both be lost at the second time.
            19 if self.damage
                && self.depth.get() == 1
                && self.world.content("daily.json.bak").is_some() =>
            {
                // The backup does not know the last batch: who takes it is the digest, and the daemon must go back.
                let goes_back = dice.once_in(2);
                if goes_back {
                    self.write();
                    self.catch_up();
                }
                self.trace(|| "the state is damaged".to_owned());
                self.world.damage("daily.json", JUNK);
                if goes_back {
                    self.digest();
                }
            }
            20 if self.vanishing && dice.once_in(3) => {
                let count = 1 + dice.index(8);
                self.trace(|| format!("{count} entries are vacuumed"));
                self.journal.vacuum(count, self.position().as_ref());
            }
            21 if dice.once_in(4) && self.world.odds.get().power_cut > 0 => {
                self.world.cut_power();
                self.look();
            }
            21 if dice.once_in(4) => {
                if let Ok(daemon) = self.daemon.try_borrow() {
                    daemon
                        .iter()
                        .for_each(|daemon| self.world.kill(daemon.process));
                    self.reboot(false);
                }
            }
            18 if dice.once_in(3) => self.delete_message(),
            _ => {}
        }
        self.depth.set(self.depth.get() - 1);
    }

    fn write(&self) {
        for _ in 0..=self.world.dice.roll(4) {
            self.clock
                .go_on(Duration::from_millis(1 + self.world.dice.roll(300)));
            let entry = self.writer.next(&self.world.dice, self.clock.now());
            self.trace(|| format!("written: {} {}", entry.pid, entry.message));
            self.journal.write(self.clock.running(), entry);
        }
    }

    fn pass_time(&self) {
        let dice = &self.world.dice;
        let minutes = |most: u64| Duration::from_secs(dice.roll(most * 60));
        match dice.roll(12) {
            0..=5 => self.clock.go_on(minutes(2)),
            6..=7 => self.clock.go_on(minutes(20)),
            8 => self.clock.go_on(minutes(300)),
            9 => self.clock.go_on(self.clock.until_midnight(dice)),
            // Slack goes away for longer, or is back.
            10 if dice.once_in(2) => {
                let odds = self.world.odds.get();
                let slack = if odds.slack == 1 { 3 } else { 1 };
                self.world.odds.set(Odds { slack, ..odds });
            }
            10 if dice.once_in(3) => self.clock.go_on(minutes(5 * 24 * 60)),
            11 if self.clock_set => {
                self.slack.pause.set(None);
                match dice.roll(6) {
                    0..=2 => self.clock.set_back(minutes(3)),
                    3 => self.clock.set_back(minutes(26 * 60)),
                    4 => self.clock.set_ahead(minutes(60)),
                    _ => self.clock.set_ahead(minutes(400 * 24 * 60)),
                }
            }
            _ => {}
        }
    }

    /// The machine starts again. With the power the journal's last entries are lost too.
    fn reboot(&self, power_cut: bool) {
        let dice = &self.world.dice;
        self.trace(|| format!("a reboot, power cut: {power_cut}"));
        if power_cut && self.vanishing {
            let lost = dice.index(4);
            self.journal.lose_tail(lost, self.position().as_ref());
        }
        self.journal.reboot();
        self.writer.reboot();
        self.clock.reboot();
        self.clock.go_on(Duration::from_secs(5 + dice.roll(60)));
        if self.clock_set && dice.once_in(4) {
            self.slack.pause.set(None);
            self.clock.set_back(Duration::from_secs(dice.roll(100_000)));
        }
    }

    /// How far the journal was certainly read.
    fn position(&self) -> Option<JournalPosition> {
        self.durable()?.resume.journals.remove(MACHINE)
    }

    pub(crate) fn store(&self, digest: bool) -> (u64, Store<Sabotaged>) {
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

    /// A run of the digest: closes the day, sends what is closed.
    fn digest(&self) {
        let (process, store) = self.store(true);
        let mut tables = Tables::new(
            store,
            self.clock.zone,
            CLOSES_FROM,
            sftp_monitor::domain::routes::Routes::to("C1"),
        );
        let closing = match tables.close(self.clock.now()) {
            Ok((closing, _)) => closing,
            Err(_) => return,
        };
        self.trace(|| format!("digest {process}: {closing:?}"));
        self.begun.set(true);
        while let Ok(Some((Turn::Post(day), lock))) = tables.take(self.clock.now(), Duration::ZERO)
        {
            let answer = self.post_table(process, &day);
            let now = self.clock.now();
            let settled = tables.settle(&day, 1, &answer.result, now);
            drop(lock);
            self.trace(|| {
                format!(
                    "digest {process}: {} {:?} {settled:?}",
                    day.id, answer.result
                )
            });
            match settled {
                Ok((AfterPost::Pause { .. } | AfterPost::Fix { .. }, _)) => {
                    self.settled(&answer.result, None, now);
                    break;
                }
                Ok(_) => self.clock.go_on(Duration::from_secs(2)),
                Err(_) => break,
            }
        }
    }

    /// Nothing goes wrong any more, and all that waits is done.
    pub(crate) fn rest(&self) {
        self.trace(|| "rest".to_owned());
        self.world.odds.set(Odds::default());
        for step in 0..LONGEST_REST {
            self.bring_daemon_on();
            if step % 40 == 39 {
                self.clock.go_on(Duration::from_secs(3_600));
                self.digest();
            }
            if self.is_at_rest() {
                break;
            }
        }
        self.clock.go_on(Duration::from_secs(2 * 24 * 3_600));
        self.digest();
        self.bring_daemon_on();
    }
}
