//! The tables on their way: the day is closed, each closed one is taken, oldest first, and settled by its id.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::time::Duration;

use crate::adapters::store::{Disk, RealDisk, SendLock, StateError, Store};
use crate::domain::alerts::NEWS;
use crate::domain::base::time::{Time, Zone};
use crate::domain::days::{self, Closing};
use crate::domain::delivery;
use crate::domain::slack_reply::{Next, Pace, Verdict};
use crate::domain::state::{ClosedDay, Daily};

/// The state, as a run of digest changes it.
pub struct Tables<D: Disk = RealDisk> {
    pub(super) store: Store<D>,
    pub(super) zone: Zone,
    /// Minutes after midnight from which on a run closes the day.
    closes_from: u32,
    pace: Pace,
}

/// Since when no monitor runs, where that is longer than a restart takes.
pub(super) fn down_since<D: Disk>(store: &Store<D>, now: Time) -> Option<Time> {
    store.down_since().filter(|&from| now.since(from) > NEWS)
}

/// What is to be done next.
pub enum Turn<L = OwnedFd> {
    /// Post the next message of this day, and settle what came of it while the lock is held.
    Post(Box<ClosedDay>, SendLock<L>),
    /// Slack asks for a pause until then; meanwhile others may send.
    Wait(Time),
    /// Another process is sending.
    Busy,
    /// No day waits.
    Done,
}

impl<D: Disk> Tables<D> {
    /// A run on this state.
    pub fn new(store: Store<D>, zone: Zone, closes_from: u32) -> Self {
        Tables {
            store,
            zone,
            closes_from,
            pace: Pace::default(),
        }
    }

    /// Closes what a run at this time closes. With it come the full names that the user database told of partners.
    pub fn close(&mut self, now: Time) -> Result<(Closing, BTreeMap<String, String>), StateError> {
        let (zone, closes_from) = (self.zone, self.closes_from);
        let down = down_since(&self.store, now);
        let mut unusual = Vec::new();
        let closed = self.store.commit(zone.local(now), |daily, recoveries| {
            unusual = recoveries.to_vec();
            let closing = days::close_for_digest(daily, zone, now, closes_from);
            if let Some(from) = down {
                days::mark_down(daily, zone, &closing, from);
            }
            (closing, names(daily))
        })?;
        crate::commands::run::recovered(&unusual);
        Ok(closed)
    }

    /// Takes the oldest day that waits, if it may be posted now. Waits so long for another process that is sending.
    pub fn take(&mut self, now: Time, wait: Duration) -> Result<Turn<D::Lock>, StateError> {
        let Some(lock) = self.store.send_lock(wait)? else {
            return Ok(Turn::Busy);
        };
        let (day, asked) = self.store.commit(self.zone.local(now), |daily, _| {
            (delivery::take_day(daily), daily.resume.pause_until)
        })?;
        let Some(day) = day else {
            return Ok(Turn::Done);
        };
        let ready = self.pace.ready_at(now, asked);
        if ready > now {
            self.put_back(&day, now)?;
            // Not under the lock: others may post what is not for Slack's channel limit to delay.
            return Ok(Turn::Wait(ready));
        }
        Ok(Turn::Post(Box::new(day), lock))
    }

    /// Takes in what became of a message of a day that needs so many. Returns the refused day that is kept no longer, too.
    pub fn settle(
        &mut self,
        day: &ClosedDay,
        messages: usize,
        verdict: &Verdict,
        now: Time,
    ) -> Result<(Next, Option<ClosedDay>), StateError> {
        let next = self.pace.settle(day.form, verdict, now);
        let dropped = self.store.commit(self.zone.local(now), |daily, _| {
            delivery::answered(daily, verdict, &next, now);
            delivery::settle_day(daily, day, messages, &next)
        })?;
        Ok((next, dropped))
    }

    /// Takes back the mark of a day that was not posted after all.
    fn put_back(&mut self, day: &ClosedDay, now: Time) -> Result<(), StateError> {
        self.store.commit(self.zone.local(now), |daily, _| {
            let closed = daily.resume.closed.iter_mut();
            for kept in closed.filter(|kept| kept.id == day.id) {
                kept.maybe_repeated = day.maybe_repeated;
            }
        })
    }
}

/// The full names of partners, as the user database told them.
pub(super) fn names(daily: &Daily) -> BTreeMap<String, String> {
    let known = daily.resume.known.iter();
    let named =
        known.filter_map(|(account, known)| Some((account.clone(), known.full_name.clone()?)));
    named.collect()
}
