//! The facts in a summary and in a sweep: how much each of many partners did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facts::{Cause, NAMES_KEPT, Obstacle, Transfer, addresses};
use crate::domain::base::numbers::{add, is_default};
use crate::domain::base::time::Time;

/// With so many partners, a summary takes no further names of files. It keeps the state small.
const PARTNERS_NAMED: usize = 500;

/// Events older than ten minutes, in one message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The first event's time.
    pub from: Time,
    /// The last event's time.
    pub to: Time,
    /// Each partner's events.
    pub partners: BTreeMap<String, SummaryRow>,
    /// Some of it may have been reported already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub maybe_repeated: bool,
}

/// One partner's events in a summary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SummaryRow {
    /// The full name from its GECOS field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Log-ins.
    #[serde(skip_serializing_if = "is_default")]
    pub logins: u64,
    /// Addresses of log-ins that were not seen before, at most ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_addresses: Vec<String>,
    /// How many log-ins used a key that was not seen before.
    #[serde(skip_serializing_if = "is_default")]
    pub new_keys: u64,
    /// Refused attempts.
    #[serde(skip_serializing_if = "is_default")]
    pub failures: u64,
    /// Files that arrived.
    #[serde(skip_serializing_if = "is_default")]
    pub uploads: u64,
    /// Files that were downloaded.
    #[serde(skip_serializing_if = "is_default")]
    pub downloads: u64,
    /// The causes of the refused attempts, if they are known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub causes: BTreeMap<Cause, u64>,
    /// Incomplete transfers, by result.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub transfers: BTreeMap<Transfer, u64>,
    /// How often the partner could not work or could not try to log in, by obstacle.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub obstacles: BTreeMap<Obstacle, u64>,
    /// How often sshd rejected connections after attempts in its name.
    #[serde(skip_serializing_if = "is_default")]
    pub turned_away: u64,
    /// The names of the first ten files that arrived, as long as the summary is short enough to show them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// Attempts in the names of many partners from few addresses, and how sshd reacted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// The partners, each with the failures that no other message reports, and the number of rejected attempts.
    pub partners: BTreeMap<String, SummaryRow>,
    /// The addresses, the latest last, at most ten.
    pub addresses: Vec<String>,
    /// All failures, including those before the sweep was detected.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failures: u64,
    /// Time of the latest attempt.
    pub at: Time,
}

impl Summary {
    /// Extends the time span to include `from` and `to`.
    pub(super) fn span(&mut self, from: Time, to: Time) {
        if self.from == Time::default() || from < self.from {
            self.from = from;
        }
        self.to = self.to.max(to);
    }

    /// How many names of files a partner may have. A message with a row for each of many partners has no
    /// room for any.
    pub(super) fn names_for_each(&self) -> usize {
        match self.partners.len() {
            ..PARTNERS_NAMED => NAMES_KEPT,
            _ => 0,
        }
    }

    /// The row of a partner with an event in this time span.
    pub(super) fn row(
        &mut self,
        since: Time,
        at: Time,
        partner: &str,
        full_name: Option<String>,
    ) -> &mut SummaryRow {
        self.span(since.min(at), at);
        let row = self.partners.entry(partner.to_owned()).or_default();
        row.full_name = row.full_name.take().or(full_name);
        row
    }

    /// Adds the facts of another summary.
    pub(super) fn add(&mut self, other: Summary) {
        self.span(other.from, other.to);
        self.maybe_repeated |= other.maybe_repeated;
        for (partner, mut row) in other.partners {
            row.names.truncate(self.names_for_each());
            self.partners.entry(partner).or_default().add(row);
        }
    }
}

impl SummaryRow {
    /// The number of events.
    pub fn events(&self) -> u64 {
        let counts = [
            self.logins,
            self.failures,
            self.uploads,
            self.downloads,
            self.turned_away,
        ];
        let incomplete = self.transfers.values().chain(self.obstacles.values());
        counts.iter().chain(incomplete).sum()
    }

    /// Adds the facts of another row of the partner.
    pub(crate) fn add(&mut self, other: SummaryRow) {
        let mut own = std::mem::take(self);
        addresses(&mut own.new_addresses, other.new_addresses);
        let names = own.names.into_iter().chain(other.names);
        *self = SummaryRow {
            full_name: own.full_name.or(other.full_name),
            logins: sum(own.logins, other.logins),
            new_addresses: own.new_addresses,
            new_keys: sum(own.new_keys, other.new_keys),
            failures: sum(own.failures, other.failures),
            uploads: sum(own.uploads, other.uploads),
            downloads: sum(own.downloads, other.downloads),
            causes: sums(own.causes, other.causes),
            transfers: sums(own.transfers, other.transfers),
            obstacles: sums(own.obstacles, other.obstacles),
            turned_away: sum(own.turned_away, other.turned_away),
            names: names.take(NAMES_KEPT).collect(),
        };
    }
}

fn sum(mut total: u64, further: u64) -> u64 {
    add(&mut total, further);
    total
}

fn sums<K: Ord>(mut totals: BTreeMap<K, u64>, further: BTreeMap<K, u64>) -> BTreeMap<K, u64> {
    for (key, count) in further {
        add(totals.entry(key).or_default(), count);
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::super::merge::fold;
    use super::super::{Content, File, Files, Transfer};
    use super::{PARTNERS_NAMED, Summary};
    use crate::domain::base::time::Time;

    #[test]
    fn a_summary_of_more_partners_than_a_message_shows_takes_no_further_names_and_counts_all_files()
    {
        let mut whole = Summary::default();
        for turn in 0..2 {
            let mut later = Summary::default();
            for n in 0..2 * PARTNERS_NAMED {
                let (partner, path) = (format!("p{n:04}"), format!("/in/{turn}.csv"));
                let file = File {
                    path,
                    ..File::default()
                };
                let files = Files::one(&partner, None, Transfer::Upload, file, Time::default());
                fold(&mut later, Time::default(), Content::Files(files));
            }
            whole.add(later);
        }
        let named = whole.partners.values().filter(|row| !row.names.is_empty());
        assert_eq!(named.count(), PARTNERS_NAMED);
        assert!(whole.partners["p0000"].names == ["/in/0.csv"]);
        assert!(whole.partners.values().all(|row| row.uploads == 2));
    }
}
