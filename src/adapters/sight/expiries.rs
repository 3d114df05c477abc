//! When the partners' accounts and passwords expire, by root's findings or the service's own look.

use std::time::{Duration, Instant};

use super::Sight;
use super::seen::changed;
use crate::adapters::log::{Priority, line};
use crate::adapters::userdb::SHADOW;
use crate::domain::expiry::{Expires, Expiry};

/// How often the dates are judged.
const JUDGED: Duration = Duration::from_secs(3_600);

/// The same while they cannot be seen.
const BLIND: Duration = Duration::from_secs(60);

impl Sight {
    /// The dates of the partners that can be seen; an error says why none can be seen.
    pub fn expiries(&self) -> Result<Vec<Expiry>, &'static str> {
        let Some(read) = self.shadow else {
            return Err("the service may not read /etc/shadow, and root has left no dates for it");
        };
        if changed(SHADOW.into()).1.is_some_and(|now| now != read) {
            return Err("/etc/shadow has changed since root has read it");
        }
        let partners = self.partners.iter();
        let all = partners.flat_map(|(name, seen)| {
            let dates = seen.expires.unwrap_or_default();
            let each = [Expires::Account, Expires::Password];
            each.into_iter().filter_map(move |what| {
                Some(Expiry {
                    partner: name.clone(),
                    full_name: seen.full_name.clone(),
                    what,
                    day: dates.of(what)?,
                })
            })
        });
        Ok(all.collect())
    }
}

/// When the dates were last judged.
#[derive(Default)]
pub(super) struct ExpiryWatch {
    at: Option<Instant>,
    blind: bool,
}

impl ExpiryWatch {
    /// The dates; `None` if it is not time for them, or if they cannot be seen.
    pub(super) fn look(&mut self, sight: &Sight) -> Option<Vec<Expiry>> {
        let pause = if self.blind { BLIND } else { JUDGED };
        if self.at.is_some_and(|at| at.elapsed() < pause) {
            return None;
        }
        self.at = Some(Instant::now());
        let was_blind = self.blind;
        match sight.expiries() {
            Ok(all) => {
                self.blind = false;
                Some(all)
            }
            Err(why) => {
                self.blind = true;
                if !was_blind {
                    let told = format!("which accounts and passwords expire is unknown: {why}");
                    line(Priority::Notice, &told);
                }
                None
            }
        }
    }
}
