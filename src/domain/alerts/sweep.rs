//! Sweeps: failures in the names of many partners from one address make one alert instead of one for each partner.

use super::{Content, Obstacle, SummaryRow, Sweep};
use crate::domain::base::evict::evict_from_map;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// Number of partners within [`WITHIN`] that makes a sweep.
const PARTNERS: usize = 5;

/// The time span of a sweep's attempts.
const WITHIN: Duration = Duration::from_secs(600);

/// How long a sweep is gathered before it is reported: no reaction is needed within seconds, and most sweeps are over by
/// then.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// How many addresses are watched for sweeps. Those with the fewest partners are evicted, so that an attacker with many
/// addresses cannot hide a sweep from one address.
const ADDRESSES_KEPT: usize = 256;

/// The partners whose names were used in recent failures, by address, or by network if one host has a whole network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tried(BTreeMap<String, BTreeMap<String, SweepAttempt>>);

/// The latest failure in a partner's name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct SweepAttempt {
    at: Time,
    count: u64,
}

impl Tried {
    /// Returns the sweep that this content is part of, or the content itself.
    pub(crate) fn sweep(&mut self, at: Time, content: Content) -> Content {
        match content {
            // Failures from an address where the partner works are its own mistakes.
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

    /// Notes a failure. If it is part of a sweep, returns the earlier failures of the other partners when this failure
    /// starts the sweep, else an empty list.
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
        let lately = |attempt: &&SweepAttempt| at.since(attempt.at) < WITHIN;
        tried.is_some_and(|tried| tried.values().filter(lately).count() >= PARTNERS)
    }

    /// Forgets addresses without a recent failure.
    pub(crate) fn forget(&mut self, time: Time) {
        self.0
            .retain(|_, tried| tried.values().any(|a| time.since(a.at) < WITHIN));
    }

    /// Corrects times in the future, left by a clock that ran ahead.
    pub(crate) fn clamp_times(&mut self, now: Time) {
        for attempt in self.0.values_mut().flat_map(BTreeMap::values_mut) {
            attempt.at = attempt.at.min(now);
        }
    }

    fn make_room(&mut self) {
        // Some more are allowed, so that this does not run for each address.
        if self.0.len() <= ADDRESSES_KEPT + ADDRESSES_KEPT / 4 {
            return;
        }
        let fewest = |tried: &BTreeMap<String, SweepAttempt>| tried.len();
        let latest = |tried: &BTreeMap<String, SweepAttempt>| tried.values().map(|a| a.at).max();
        evict_from_map(&mut self.0, ADDRESSES_KEPT, fewest, |_| (), latest);
    }
}

/// The network of one host: for IPv6 a /64, in which the host may choose any address.
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
