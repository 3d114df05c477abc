//! When the partners' accounts, passwords and certificates expire: by root's findings or the service's own look, and by the
//! copies of the certificates.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::seen::changed;
use super::{Certificates, Sight};
use crate::adapters::log::{Priority, line};
use crate::adapters::userdb::SHADOW;
use crate::domain::expiry::{Expires, Expiry};

/// How often the dates are judged.
const JUDGED: Duration = Duration::from_secs(3_600);

/// The same while they cannot be seen.
const UNSEEN: Duration = Duration::from_secs(60);

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
    /// Some were not seen the last time.
    again: bool,
    /// Why some cannot be seen, as the log says.
    logged: Vec<String>,
}

impl ExpiryWatch {
    /// The dates that can be seen, with those of the certificates in this directory; `None` if it is not time for them.
    pub(super) fn look(&mut self, sight: &Sight, directory: Option<&Path>) -> Option<Vec<Expiry>> {
        let pause = if self.again { UNSEEN } else { JUDGED };
        if self.at.is_some_and(|at| at.elapsed() < pause) {
            return None;
        }
        self.at = Some(Instant::now());
        let certificates = Certificates::read(directory);
        let found = sight.expiries();
        let mut unseen = certificates.unread.clone();
        unseen.extend(found.as_ref().err().map(ToString::to_string));
        for why in unseen.iter().filter(|why| !self.logged.contains(*why)) {
            line(Priority::Notice, &format!("what expires is unknown: {why}"));
        }
        self.logged = unseen;
        let found = found.ok().flatten();
        self.again = found.is_none();
        let ends = sight.partners.iter().filter_map(|(name, seen)| {
            Some(Expiry {
                partner: name.clone(),
                full_name: seen.full_name.clone(),
                what: Expires::Certificate,
                day: certificates.day(name)?,
            })
        });
        Some(found.into_iter().flatten().chain(ends).collect())
    }
}
