//! What a run of digest does to the state: it closes the day, takes the oldest closed day, and settles it by its id.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::adapters::store::{Disk, RealDisk, SendLock, StateError, Store, log_recoveries};
use crate::domain::alerts::NEWS;
use crate::domain::base::time::{Time, Zone};
use crate::domain::days::{self, Closing};
use crate::domain::delivery::{self, Turn};
use crate::domain::slack_reply::{Disposition, PostResult, RateLimiter};
use crate::domain::state::{ClosedDay, Daily};

/// The state, as a run of digest changes it.
pub struct Tables<D: Disk = RealDisk> {
    pub(super) store: Store<D>,
    pub(super) zone: Zone,
    /// Minutes after midnight from which on a run closes the day.
    closes_from: u32,
    limiter: RateLimiter,
}

/// What is to be done next, with the lock of sending.
pub(super) type LockedTurn<L> = (Turn<Box<ClosedDay>>, SendLock<L>);

/// Since when no monitor runs, where that is longer than a restart takes.
pub(super) fn down_since<D: Disk>(store: &Store<D>, now: Time) -> Option<Time> {
    store.down_since().filter(|&from| now.since(from) > NEWS)
}

impl<D: Disk> Tables<D> {
    /// A run on this state.
    pub fn new(store: Store<D>, zone: Zone, closes_from: u32) -> Self {
        Tables {
            store,
            zone,
            closes_from,
            limiter: RateLimiter::default(),
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
        log_recoveries(&unusual);
        Ok(closed)
    }

    /// Takes the oldest day that waits, if it may be posted now. With the turn comes the lock that is held until the day is
    /// settled; none where another process has been sending for so long.
    pub fn take(
        &mut self,
        now: Time,
        wait: Duration,
    ) -> Result<Option<LockedTurn<D::Lock>>, StateError> {
        let Some(lock) = self.store.send_lock(wait)? else {
            return Ok(None);
        };
        let limiter = Some(&self.limiter);
        let turn = self.store.commit(self.zone.local(now), |daily, _| {
            delivery::take_day(daily, limiter, now)
        })?;
        Ok(Some((turn, lock)))
    }

    /// Takes in what Slack answered to a message of a day that needs so many. Returns the refused day that is kept no longer,
    /// too.
    pub fn settle(
        &mut self,
        day: &ClosedDay,
        messages: usize,
        answer: &PostResult,
        now: Time,
    ) -> Result<(Disposition, Option<ClosedDay>), StateError> {
        let next = self.limiter.settle(day.form, answer, now);
        let dropped = self.store.commit(self.zone.local(now), |daily, _| {
            delivery::note_answer(daily, answer, &next, now);
            delivery::settle_day(daily, day, messages, &next)
        })?;
        Ok((next, dropped))
    }
}

/// The full names of partners, as the user database told them.
pub(super) fn names(daily: &Daily) -> BTreeMap<String, String> {
    let known = daily.resume.known.iter();
    let named =
        known.filter_map(|(account, known)| Some((account.clone(), known.full_name.clone()?)));
    named.collect()
}
