//! When the partners' accounts and passwords expire, by root's findings or the service's own look.

use std::time::{Duration, Instant, SystemTime};

use super::Sight;
use super::seen::changed;
use crate::adapters::log::{Priority, line};
use crate::adapters::userdb::SHADOW;
use crate::domain::expiry::{Expires, Expiry};

/// How often the dates are judged.
const JUDGED: Duration = Duration::from_secs(3_600);

/// The same while they cannot be seen.
const BLIND: Duration = Duration::from_secs(60);

/// How long after a change of the file root may take to read it again.
const READ_AGAIN: Duration = Duration::from_secs(30);

impl Sight {
    /// The dates of the partners that can be seen; `None` if root is about to read them again. An error says why none can be
    /// seen.
    pub fn expiries(&self) -> Result<Option<Vec<Expiry>>, &'static str> {
        let Some(read) = self.shadow else {
            return Err("the service may not read /etc/shadow, and root has left no dates for it");
        };
        if let Some(now) = changed(SHADOW.into()).1.filter(|now| *now != read) {
            let ago = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            let now = Duration::from_nanos(now.unsigned_abs());
            return match ago.unwrap_or_default().saturating_sub(now) < READ_AGAIN {
                true => Ok(None),
                false => Err("/etc/shadow has changed since root has read it"),
            };
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
        Ok(Some(all.collect()))
    }
}

/// When the dates were last judged.
#[derive(Default)]
pub(super) struct ExpiryWatch {
    at: Option<Instant>,
    /// They were not seen the last time.
    again: bool,
    /// The log says that they cannot be seen.
    blind: bool,
}

impl ExpiryWatch {
    /// The dates; `None` if it is not time for them, or if they cannot be seen.
    pub(super) fn look(&mut self, sight: &Sight) -> Option<Vec<Expiry>> {
        let pause = if self.again { BLIND } else { JUDGED };
        if self.at.is_some_and(|at| at.elapsed() < pause) {
            return None;
        }
        self.at = Some(Instant::now());
        let found = sight.expiries();
        if let (Err(why), false) = (&found, self.blind) {
            let told = format!("which accounts and passwords expire is unknown: {why}");
            line(Priority::Notice, &told);
        }
        self.blind = found.is_err();
        let found = found.ok().flatten();
        self.again = found.is_none();
        found
    }
}
