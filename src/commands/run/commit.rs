//! Committing: a batch changes position, counters, sessions and outbox together or not at all.

use std::sync::mpsc;
use std::time::Duration;

use super::batch::{BatchFit, announced, fit, take_in};
use super::doubtful::Doubtful;
use super::log_entry::LogEntry;
use super::undone;
use crate::adapters::log::{Priority, Topic, about, line};
use crate::adapters::reader::{Batch, MakeDirectory, Order};
use crate::adapters::service;
use crate::adapters::source::journal::limit;
use crate::adapters::store::{Disk, RealDisk, StateError, Store, log_recoveries};
use crate::commands::run::view::{View, view};
use crate::domain::alerts::Content;
use crate::domain::base::position::Position;
use crate::domain::base::time::Time;
use crate::domain::rules::{Monitor, Rules};
use crate::domain::sessions::Limit;
use crate::domain::state::{Daily, JOURNAL};
use crate::domain::{days, expect};

/// How long after an entry was logged a reader may still not have it: journald tells followers every 250 ms.
const SETTLED: Duration = Duration::from_millis(400);

/// The one that commits.
pub struct Committer<D: Disk = RealDisk> {
    store: Store<D>,
    rules: Rules,
    /// What the source is called in the state and in the first message.
    source: String,
    orders: mpsc::Sender<Order>,
    /// What is to be said once the first batch is committed; none from then on.
    announce: Option<Vec<Content>>,
    pub(super) view: View,
    /// The message that is being posted.
    pub(super) in_flight: Option<u64>,
    /// What Slack's last error was, for the status line.
    pub(super) trouble: Option<String>,
    /// Why the state cannot be written.
    pub(super) fault: Option<String>,
    /// What the daemon itself has trouble with, for the status line.
    pub(super) own: Option<String>,
    /// Why a new configuration was refused, until one is taken.
    pub(super) refused: Option<String>,
    caught_up: bool,
    /// How often the reading thread was told to go on elsewhere.
    seeks: u64,
    /// How often it was given another user database.
    directories: u64,
    asked: Vec<String>,
    doubtful: Doubtful,
}

impl<D: Disk> Committer<D> {
    /// One that has committed nothing yet. `announce` is said with the first batch.
    pub fn new(
        store: Store<D>,
        rules: Rules,
        source: String,
        orders: mpsc::Sender<Order>,
        announce: Vec<Content>,
    ) -> Self {
        Committer {
            store,
            rules,
            source,
            orders,
            announce: Some(announce),
            view: View::default(),
            in_flight: None,
            trouble: None,
            fault: None,
            own: None,
            refused: None,
            caught_up: false,
            seeks: 0,
            directories: 0,
            asked: Vec::new(),
            doubtful: Doubtful::default(),
        }
    }

    /// Follows these rules from here on.
    pub(super) fn set_rules(&mut self, rules: Rules) {
        let limit = limit_of(&self.source, rules.foreign);
        self.rules = Rules { limit, ..rules };
    }

    /// Gives the reading thread another user database. Returns the number by which batches show that it is asked.
    pub(super) fn direct(&mut self, make: MakeDirectory) -> u64 {
        self.directories += 1;
        let _ = self.orders.send(Order::Directory(self.directories, make));
        self.directories
    }

    /// Has reading reached the present?
    pub fn stands_at_present(&self) -> bool {
        self.caught_up
    }

    /// Messages that wait for Slack.
    pub fn waiting(&self) -> usize {
        self.view.waiting
    }

    /// The store, for the lock of sending.
    pub(super) fn store(&mut self) -> &mut Store<D> {
        &mut self.store
    }

    /// Commits a batch. One that does not begin where the state stands is passed over, and reading goes back there: another
    /// process found the file damaged or deleted, and an older one took its place. Returns whether the batch counts.
    pub fn commit(&mut self, batch: &Batch, now: Time) -> Result<bool, StateError> {
        let (rules, source, in_flight, announce) =
            (&self.rules, &self.source, self.in_flight, &self.announce);
        let (doubtful, mut entries) = (&mut self.doubtful, Vec::new());
        let (mut unusual, mut begun) = (Vec::new(), Vec::new());
        let view = self
            .store
            .commit(rules.zone.local(now), |daily, recoveries| {
                unusual = recoveries.to_vec();
                days::settle(daily, rules.zone, now);
                let stands = match fit(daily, batch) {
                    BatchFit::Next => true,
                    // A disk that failed at the very last step may have kept the batch all the same.
                    BatchFit::Committed => false,
                    BatchFit::Elsewhere(position) => return Err(position),
                };
                doubtful.begin(daily);
                let last = daily.resume.next_message;
                let mut monitor = Monitor {
                    rules,
                    daily,
                    now,
                    in_flight,
                };
                if stands {
                    entries = take_in(&mut monitor, batch, source);
                }
                if let Some(announce) = announce {
                    announced(monitor.daily, announce, now);
                }
                let new = expect::not_watched(&rules.expects, monitor.daily);
                // Before the present is reached only what was read tells what time it is.
                let until = if batch.caught_up {
                    Some(now.minus(SETTLED))
                } else {
                    batch.until
                };
                if let Some(until) = until {
                    monitor.advance(until, batch.caught_up);
                }
                begun = expect::begun(&new, monitor.daily, now);
                entries.extend(undone::since(last, &monitor.daily.resume.outbox));
                Ok(view(&monitor))
            })?;
        log_recoveries(&unusual);
        let view = match view {
            Ok(view) => view,
            Err(position) => {
                // Answers that came with the batch are passed over with it: they are asked for again.
                self.asked.clear();
                self.caught_up = false;
                // What was read before the thread obeyed the last order is no reason for another one.
                if batch.sought == self.seeks {
                    self.seek(position);
                }
                return Ok(false);
            }
        };
        entries.iter().for_each(LogEntry::write);
        for said in begun {
            line(Priority::Notice, &said);
        }
        self.doubtful.say(view.doubtful, now);
        self.view = view;
        if batch.caught_up && !self.caught_up {
            let told = "reading has reached the present";
            about(Topic::CAUGHT_UP, Priority::Info, told);
        }
        self.caught_up = batch.caught_up;
        self.announce = None;
        self.ask();
        Ok(true)
    }

    /// A change of the state that is no batch: what became of a message.
    pub fn change<T>(
        &mut self,
        now: Time,
        change: impl FnOnce(&mut Daily) -> T,
    ) -> Result<T, StateError> {
        let (rules, in_flight) = (&self.rules, self.in_flight);
        let mut unusual = Vec::new();
        let changed = self
            .store
            .commit(rules.zone.local(now), |daily, recoveries| {
                unusual = recoveries.to_vec();
                let result = change(daily);
                (
                    result,
                    view(&Monitor {
                        rules,
                        daily,
                        now,
                        in_flight,
                    }),
                )
            });
        self.note(changed.as_ref().err());
        let (result, view) = changed?;
        log_recoveries(&unusual);
        self.view = view;
        Ok(result)
    }

    /// Keeps why the state cannot be written; that another process writes it just now is no reason.
    pub(super) fn note(&mut self, error: Option<&StateError>) {
        match error {
            None => self.fault = None,
            Some(StateError::Busy { .. }) => {}
            Some(error) => self.fault = Some(format!("{error:#}")),
        }
    }

    /// When time alone brings something: some time after it is due, so that what was logged before has been read.
    pub fn due(&self) -> Option<Time> {
        self.view
            .due
            .filter(|_| self.caught_up)
            .map(|due| due.plus(SETTLED))
    }

    /// Does time alone bring something by now?
    pub fn is_due(&self, now: Time) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// A batch of nothing, to be committed for what time brings.
    pub fn idle(&self) -> Batch {
        Batch {
            caught_up: self.caught_up,
            ..Batch::default()
        }
    }

    /// Hands the reading thread the accounts on whose answer something waits.
    fn ask(&mut self) {
        if self.view.questions != self.asked {
            self.asked.clone_from(&self.view.questions);
            // The thread is gone only when the loop is about to end.
            let _ = self.orders.send(Order::Ask(self.asked.clone()));
        }
    }

    /// Makes the reading thread go on elsewhere.
    fn seek(&mut self, position: Position) {
        self.seeks += 1;
        line(
            Priority::Warning,
            "the state stands elsewhere than reading does: reading goes back to it",
        );
        let _ = self.orders.send(Order::Seek(self.seeks, position));
    }

    /// What `systemctl status` shows.
    pub(super) fn status(&self) -> String {
        let trouble = self
            .trouble
            .as_ref()
            .map(|trouble| format!("; Slack: {trouble}"))
            .unwrap_or_default();
        let refused = self
            .refused
            .as_ref()
            .map(|why| format!("; new configuration refused: {why}"))
            .unwrap_or_default();
        let own = self.own.as_deref().map(service::with_trouble);
        let own = own.unwrap_or_default();
        format!(
            "{own}{}: {}{trouble}{refused}",
            self.source, self.view.status
        )
    }
}

/// How many lines of a session the source has at most; none where nobody drops any. Of another machine's journal nobody knows.
pub(super) fn limit_of(source: &str, foreign: bool) -> Option<Limit> {
    match (source == JOURNAL, foreign) {
        (false, _) => None,
        (true, true) => Some(Limit::default()),
        (true, false) => limit::limit(),
    }
}
