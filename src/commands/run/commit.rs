//! Commits batches: position, counters, sessions and outbox change together or not at all.

use std::sync::mpsc;
use std::time::Duration;

use super::batch::{BatchFit, announced, fit, take_in};
use super::doubtful::Doubtful;
use super::undone;
use crate::adapters::log::{LogWriter, Priority, Topic, about, line};
use crate::adapters::reader::{Batch, MakeDirectory, Order};
use crate::adapters::service;
use crate::adapters::source::journal::limit;
use crate::adapters::store::{Disk, RealDisk, StateError, Store};
use crate::commands::run::view::{View, view};
use crate::domain::alerts::{Content, Matter};
use crate::domain::base::position::Position;
use crate::domain::base::time::Time;
use crate::domain::expect::Expectation;
use crate::domain::rules::{LookBack, Monitor, Rules};
use crate::domain::sessions::Limit;
use crate::domain::state::{Daily, JOURNAL};
use crate::domain::{days, expect};

/// How long the reader may lack an entry after it was logged: journald notifies followers every 250 ms.
const SETTLED: Duration = Duration::from_millis(400);

/// Commits batches and other changes to the state.
pub struct Committer<D: Disk = RealDisk> {
    store: Store<D>,
    rules: Rules,
    /// The name of the source in the state and in the first message.
    source: String,
    orders: mpsc::Sender<Order>,
    /// Messages to put into the outbox with the first batch; `None` after that.
    announce: Option<Vec<Content>>,
    pub(super) view: View,
    /// Id of the message that is being posted.
    pub(super) in_flight: Option<u64>,
    /// Slack's last error, for the status line.
    pub(super) trouble: Option<String>,
    /// Why the state cannot be written.
    pub(super) fault: Option<String>,
    /// The daemon's own trouble, for the status line.
    pub(super) own: Option<String>,
    /// Why a new configuration was refused; `None` once one is accepted.
    pub(super) refused: Option<String>,
    caught_up: bool,
    /// Number of seek orders to the reading thread.
    seeks: u64,
    /// Number of new user databases given to the reading thread.
    directories: u64,
    asked: Vec<String>,
    /// The new expectations that wait until the log was read for them.
    looking: Vec<String>,
    doubtful: Doubtful,
}

impl<D: Disk> Committer<D> {
    /// Creates a committer that has committed nothing yet. `announce` goes into the outbox with the first batch.
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
            looking: Vec::new(),
            doubtful: Doubtful::default(),
        }
    }

    /// Replaces the rules.
    pub(super) fn set_rules(&mut self, rules: Rules) {
        let limit = limit_of(&self.source, rules.foreign);
        self.rules = Rules { limit, ..rules };
    }

    /// Gives the reading thread another user database. Returns its number: batches carry it once the thread uses this database.
    pub(super) fn direct(&mut self, make: MakeDirectory) -> u64 {
        self.directories += 1;
        let _ = self.orders.send(Order::Directory(self.directories, make));
        self.directories
    }

    /// Whether reading has reached the present.
    pub fn stands_at_present(&self) -> bool {
        self.caught_up
    }

    /// The next message in Slack to edit.
    pub fn edit(&self) -> Option<&Matter> {
        self.view.edit.as_deref()
    }

    /// Number of messages that wait for Slack.
    pub fn waiting(&self) -> usize {
        self.view.waiting
    }

    /// The store, for the send lock.
    pub(super) fn store(&mut self) -> &mut Store<D> {
        &mut self.store
    }

    /// Commits a batch. A batch that does not begin at the position of the state is skipped, and reading goes back to that
    /// position: another process found the state file damaged or deleted, and an older file replaced it. Returns whether the
    /// batch counts.
    pub fn commit(&mut self, batch: &Batch, now: Time) -> Result<bool, StateError> {
        if let Some(partners) = &batch.partners {
            self.rules.expand(partners);
        }
        let (rules, source, in_flight, announce) =
            (&self.rules, &self.source, self.in_flight, &self.announce);
        let (doubtful, looking) = (&mut self.doubtful, &self.looking);
        let (mut entries, mut waiting) = (Vec::new(), Vec::new());
        let mut begun = Vec::new();
        let view = self.store.change(rules.zone.local(now), |daily| {
            days::settle(daily, rules.zone, now);
            daily.resume.alerts.events.subscribe(&rules.webhook);
            let stands = match fit(daily, batch) {
                BatchFit::Next => true,
                // A disk that failed at the last step may still have kept the batch.
                BatchFit::Committed => false,
                BatchFit::Elsewhere(position) => return Err(position),
            };
            doubtful.begin(daily);
            let last = daily.resume.next_message;
            let new = expect::not_watched(&rules.expects, daily);
            // A new expectation whose window is open is left out until the log was read for it.
            let found = batch.looked_back.as_ref().filter(|_| stands);
            waiting = rules.unseen(daily, now, looking);
            waiting.retain(|e| !found.is_some_and(|found| found.holds(&e.id)));
            let without = (!waiting.is_empty()).then(|| rules.without(&waiting));
            let rules = without.as_ref().unwrap_or(rules);
            let mut monitor = Monitor {
                rules,
                daily,
                now,
                in_flight,
            };
            if let Some(found) = found {
                monitor.looked_back(found);
            }
            if stands {
                entries = take_in(&mut monitor, batch, source);
            }
            if let Some(announce) = announce {
                announced(monitor.daily, announce, now);
            }
            // Until reading reaches the present, the time comes from the entries alone.
            let until = if batch.caught_up {
                Some(now.minus(SETTLED))
            } else {
                batch.until
            };
            if let Some(until) = until {
                monitor.advance(until, batch.caught_up);
            }
            begun = expect::begun(&new, monitor.daily, now);
            entries.extend(undone::since(last, &monitor.daily.resume));
            Ok(view(&monitor))
        })?;
        let view = match view {
            Ok(view) => view,
            Err(position) => {
                // Answers that came with the batch are skipped with it: they are asked for again.
                self.asked.clear();
                self.looking.clear();
                self.caught_up = false;
                // A batch read before the thread obeyed the last seek is no reason for another seek.
                if batch.sought == self.seeks {
                    self.seek(position);
                }
                return Ok(false);
            }
        };
        let mut lines = LogWriter::default();
        entries.iter().for_each(|entry| entry.write(&mut lines));
        drop(lines);
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
        let waiting: Vec<Expectation> = waiting.into_iter().cloned().collect();
        self.look_back(waiting, now);
        self.ask();
        Ok(true)
    }

    /// Changes the state without a batch, for example after a post.
    pub fn change<T>(
        &mut self,
        now: Time,
        change: impl FnOnce(&mut Daily) -> T,
    ) -> Result<T, StateError> {
        let (rules, in_flight) = (&self.rules, self.in_flight);
        let changed = self.store.change(rules.zone.local(now), |daily| {
            let result = change(daily);
            let monitor = Monitor {
                rules,
                daily,
                now,
                in_flight,
            };
            (result, view(&monitor))
        });
        self.note(changed.as_ref().err());
        let (result, view) = changed?;
        self.view = view;
        Ok(result)
    }

    /// Keeps why the state cannot be written. A lock that another process holds is no reason.
    pub(super) fn note(&mut self, error: Option<&StateError>) {
        match error {
            None => self.fault = None,
            Some(StateError::Busy { .. }) => {}
            Some(error) => self.fault = Some(format!("{error:#}")),
        }
    }

    /// When the next change caused by time alone is due, plus a delay: earlier entries have then been read.
    pub fn due(&self) -> Option<Time> {
        self.view
            .due
            .filter(|_| self.caught_up)
            .map(|due| due.plus(SETTLED))
    }

    /// Whether a change caused by time alone is due.
    pub fn is_due(&self, now: Time) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// An empty batch, to commit changes caused by time alone.
    pub fn idle(&self) -> Batch {
        Batch {
            caught_up: self.caught_up,
            ..Batch::default()
        }
    }

    /// Sends the reading thread the accounts that wait for an answer of the user database.
    fn ask(&mut self) {
        if self.view.questions != self.asked {
            self.asked.clone_from(&self.view.questions);
            // The thread is gone only when the loop is about to end.
            let _ = self.orders.send(Order::Ask(self.asked.clone()));
        }
    }

    /// Makes the reading thread read what these new expectations have received already.
    fn look_back(&mut self, waiting: Vec<Expectation>, now: Time) {
        let ids: Vec<String> = waiting.iter().map(|e| e.id.clone()).collect();
        if self.looking != ids && !ids.is_empty() {
            let rules = Rules {
                expects: waiting.into(),
                ..self.rules.clone()
            };
            let _ = self
                .orders
                .send(Order::LookBack(Box::new(LookBack::new(rules, now))));
        }
        self.looking = ids;
    }

    /// Makes the reading thread continue at another position.
    fn seek(&mut self, position: Position) {
        self.seeks += 1;
        line(
            Priority::Warning,
            "the state has another position than the reader: reading continues from the position in the state",
        );
        let _ = self.orders.send(Order::Seek(self.seeks, position));
    }

    /// The status line that `systemctl status` shows.
    pub(super) fn status(&self) -> String {
        let told = |what: &str, why: &Option<String>| {
            (why.as_ref()).map_or_else(String::new, |why| format!("; {what}: {why}"))
        };
        let trouble = told("Slack", &self.trouble);
        let refused = told("new configuration refused", &self.refused);
        let own = self.own.as_deref().map(service::with_trouble);
        let own = own.unwrap_or_default();
        format!(
            "{own}{}: {}{trouble}{refused}",
            self.source, self.view.status
        )
    }
}

/// journald's rate limit for the source; `None` if the source drops no lines. Another machine's limit is unknown: the default
/// counts.
pub(super) fn limit_of(source: &str, foreign: bool) -> Option<Limit> {
    match (source == JOURNAL, foreign) {
        (false, _) => None,
        (true, true) => Some(Limit::default()),
        (true, false) => limit::limit(),
    }
}
