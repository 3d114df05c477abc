//! Sweeps: failures in the names of many partners from one address make one alert, not one for each partner.

use super::{Content, Obstacle, SummaryRow};
use crate::domain::alerts::facts::Sweep;
use crate::domain::base::evict::evict_from_map;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// So many partners within [`WITHIN`] are a sweep.
const PARTNERS: usize = 5;

/// How close together the attempts of a sweep are.
const WITHIN: Duration = Duration::from_secs(600);

/// How long a sweep is gathered before it is told: nobody has to act within seconds, and most are over by then.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// How many addresses are watched for sweeps. Those with the fewest partners make room, so that nobody who has many
/// addresses hides a sweep from one.
const ADDRESSES_KEPT: usize = 256;

/// The partners in whose names somebody failed lately, by address, or by network where one host has a whole one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tried(BTreeMap<String, BTreeMap<String, Attempt>>);

/// The latest failure in a partner's name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Attempt {
    at: Time,
    count: u64,
}

impl Tried {
    /// What is to be told of this: the sweep that it is part of, or itself.
    pub(crate) fn sweep(&mut self, at: Time, content: Content) -> Content {
        match content {
            // Where a partner works from, its own mistakes are made.
            Content::Failures(failures) if !failures.own => {
                let Some(address) = failures.addresses.last() else {
                    return Content::Failures(failures);
                };
                let Some(before) = self.take(address, &failures.partner, failures.count, at) else {
                    return Content::Failures(failures);
                };
                let mut partners: BTreeMap<String, SummaryRow> = BTreeMap::new();
                let mut all = failures.count;
                for (partner, count) in before {
                    partners.entry(partner).or_default();
                    add(&mut all, count);
                }
                let row = partners.entry(failures.partner).or_default();
                row.full_name = failures.full_name;
                add(&mut row.failures, failures.count);
                Content::Sweep(Sweep {
                    partners,
                    addresses: failures.addresses,
                    failures: all,
                    at: failures.at,
                })
            }
            Content::Hindered(hindered)
                if hindered.obstacle == Obstacle::AttemptsTurnedAway
                    && hindered.addresses.iter().any(|a| self.is_sweeping(a, at)) =>
            {
                let row = SummaryRow {
                    full_name: hindered.full_name,
                    turned_away: hindered.count,
                    ..SummaryRow::default()
                };
                Content::Sweep(Sweep {
                    partners: BTreeMap::from([(hindered.partner, row)]),
                    addresses: hindered.addresses,
                    failures: 0,
                    at: hindered.at,
                })
            }
            other => other,
        }
    }

    /// Notes a failure. Where it is part of a sweep: what was told before of the others, when it is what makes it one.
    fn take(
        &mut self,
        address: &str,
        partner: &str,
        count: u64,
        at: Time,
    ) -> Option<Vec<(String, u64)>> {
        let tried = self.0.entry(network(address)).or_default();
        tried.retain(|_, attempt| at.since(attempt.at) < WITHIN);
        let was = tried.len() >= PARTNERS;
        let attempt = tried.entry(partner.to_owned()).or_default();
        attempt.at = attempt.at.max(at);
        add(&mut attempt.count, count);
        let is = tried.len() >= PARTNERS;
        let before = tried
            .iter()
            .filter(|(name, _)| !was && *name != partner)
            .map(|(name, attempt)| (name.clone(), attempt.count))
            .collect();
        if tried.len() > PARTNERS {
            let oldest = tried.iter().min_by_key(|(_, attempt)| attempt.at);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                tried.remove(&oldest);
            }
        }
        self.make_room();
        is.then_some(before)
    }

    fn is_sweeping(&self, address: &str, at: Time) -> bool {
        let tried = self.0.get(&network(address));
        let lately = |attempt: &&Attempt| at.since(attempt.at) < WITHIN;
        tried.is_some_and(|tried| tried.values().filter(lately).count() >= PARTNERS)
    }

    /// Forgets addresses without a failure for long.
    pub(crate) fn forget(&mut self, time: Time) {
        self.0
            .retain(|_, tried| tried.values().any(|a| time.since(a.at) < WITHIN));
    }

    /// Clamps times that a clock which ran ahead left in the future.
    pub(crate) fn clamp_times(&mut self, now: Time) {
        for attempt in self.0.values_mut().flat_map(BTreeMap::values_mut) {
            attempt.at = attempt.at.min(now);
        }
    }

    fn make_room(&mut self) {
        // Some more, so that it is not done for each.
        if self.0.len() <= ADDRESSES_KEPT + ADDRESSES_KEPT / 4 {
            return;
        }
        let fewest = |tried: &BTreeMap<String, Attempt>| tried.len();
        let latest = |tried: &BTreeMap<String, Attempt>| tried.values().map(|a| a.at).max();
        evict_from_map(&mut self.0, ADDRESSES_KEPT, fewest, |_| (), latest);
    }
}

/// The network that one host has: of IPv6 it is a /64, in which it may choose any address.
fn network(address: &str) -> String {
    match address
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
        Ok(IpAddr::V6(address)) => {
            let network = Ipv6Addr::from(u128::from(address) & (u128::MAX << 64));
            format!("{network}/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}
