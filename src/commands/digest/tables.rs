//! How a run of digest changes the state: it closes the day, takes the oldest closed day, and settles it by its id.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::adapters::store::{Disk, RealDisk, SendLock, StateError, Store};
use crate::domain::alerts::NEWS;
use crate::domain::base::time::{Time, Zone};
use crate::domain::days::{self, Closing};
use crate::domain::delivery::{self, Turn};
use crate::domain::routes::Routes;
use crate::domain::slack_reply::{AfterPost, PostResult, RateLimiter};
use crate::domain::state::{ClosedDay, Daily};
use crate::domain::tables;

/// The state, as a run of digest changes it.
pub struct Tables<D: Disk = RealDisk> {
    pub(super) store: Store<D>,
    pub(super) zone: Zone,
    /// Minutes after midnight from which a run closes the day.
    closes_from: u32,
    limiter: RateLimiter,
    pub(super) routes: Routes,
    /// The channels of routes that refused a table in this run, each with Slack's code.
    pub(super) refusing: BTreeMap<String, String>,
}

/// The next step, with the send lock.
pub(super) type LockedTurn<L> = (Turn<Box<ClosedDay>>, SendLock<L>);

/// Since when no monitor runs, if that is longer than a restart takes.
pub(super) fn down_since<D: Disk>(store: &Store<D>, now: Time) -> Option<Time> {
    store.down_since().filter(|&from| now.since(from) > NEWS)
}

impl<D: Disk> Tables<D> {
    /// Creates a run on this state.
    pub fn new(store: Store<D>, zone: Zone, closes_from: u32, routes: Routes) -> Self {
        Tables {
            store,
            zone,
            closes_from,
            limiter: RateLimiter::default(),
            routes,
            refusing: BTreeMap::new(),
        }
    }

    /// Closes the days that are due at this time. Also returns the partners' full names from the user database.
    pub fn close(&mut self, now: Time) -> Result<(Closing, BTreeMap<String, String>), StateError> {
        let (zone, closes_from) = (self.zone, self.closes_from);
        let down = down_since(&self.store, now);
        self.store.change(zone.local(now), |daily| {
            let closing = days::close_for_digest(daily, zone, now, closes_from);
            if let Some(from) = down {
                days::mark_down(daily, zone, &closing, from);
            }
            (closing, names(daily))
        })
    }

    /// Takes the oldest waiting day, if it may be posted now, with the send lock, which is held until the day is settled.
    /// `None` if another process keeps sending for longer than `wait`.
    pub fn take(
        &mut self,
        now: Time,
        wait: Duration,
    ) -> Result<Option<LockedTurn<D::Lock>>, StateError> {
        let Some(lock) = self.store.send_lock(wait)? else {
            return Ok(None);
        };
        let (limiter, routes, refusing) = (Some(&self.limiter), &self.routes, &self.refusing);
        let turn = self.store.commit(self.zone.local(now), |daily, _| {
            // Without a route for them, no tables wait any more.
            tables::forget_posted(daily, routes);
            tables::take_day(daily, limiter, routes, refusing, now)
        })?;
        Ok(Some((turn, lock)))
    }

    /// Takes in Slack's answer to a message of a day that needs this number of messages. Also returns the refused day that is
    /// no longer kept.
    pub fn settle(
        &mut self,
        day: &ClosedDay,
        messages: usize,
        answer: &PostResult,
        now: Time,
    ) -> Result<(AfterPost, Option<ClosedDay>), StateError> {
        let channel = self.channel(day).to_owned();
        let own = Some(channel).filter(|channel| *channel != self.routes.main);
        let code = answer.refusal_of_channel().map(str::to_owned);
        let refused = own.clone().zip(code);
        let next = match &refused {
            Some(_) => self.limiter.refused_by_route(day.form, now),
            None => self.limiter.settle(day.form, answer, now),
        };
        let routes = &self.routes;
        let dropped = self.store.commit(self.zone.local(now), |daily, _| {
            delivery::note_answer(daily, answer, &next, now);
            if let Some(channel) = &own {
                delivery::note_channel(daily, channel, answer, now);
            }
            tables::settle_day(daily, day, messages, &next, routes)
        })?;
        self.refusing.extend(refused);
        Ok((next, dropped))
    }

    /// Did the channel of a route refuse its table in this run?
    pub(super) fn left(&self) -> bool {
        let mut of_routes = self.routes.table_channels().into_iter();
        of_routes.any(|channel| self.refusing.contains_key(channel))
    }

    /// The channel of a table. If it refused the table of all partners, that one goes to the main channel.
    pub fn channel<'a>(&'a self, day: &'a ClosedDay) -> &'a str {
        let moved = self.routes.table_channel();
        match &day.of_route {
            Some(channel) => channel,
            None if self.refusing.contains_key(moved) => &self.routes.main,
            None => moved,
        }
    }
}

/// The full names of partners, from the user database.
pub(super) fn names(daily: &Daily) -> BTreeMap<String, String> {
    let known = daily.resume.known.iter();
    let named =
        known.filter_map(|(account, known)| Some((account.clone(), known.full_name.clone()?)));
    named.collect()
}
