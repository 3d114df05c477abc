//! Tells the daemon which partners are blind: by root's file, or else by a look of the service itself.

use super::expiries::ExpiryWatch;
use super::groups::{UnseenGroup, groups, not_listed};
use super::missed::MissedChanges;
use super::{DevLog, PartnerSight, Sight, left, look_at};
use crate::adapters::config;
use crate::adapters::log::{Priority, line};
use crate::adapters::sshd_config::Sshds;
use crate::adapters::userdb::Roster;
use crate::domain::alerts::NAMES_KEPT;
use crate::domain::base::text::lossy;
use crate::domain::directory::Unseen;
use crate::domain::expiry::Expiry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, Instant, SystemTime};

/// How often root's file is read.
const TURN: Duration = Duration::from_secs(2);

/// The minimum age of root's file before it is used: an account is made first, then its chroot, then `/dev/log` is bound.
const STANDS: Duration = Duration::from_secs(10);

/// How long root's file may be older than sshd's configuration before the service looks itself.
const STALE: Duration = Duration::from_secs(20);

/// How long a partner that has logged in may be missing in root's file before this is reported.
const UNKNOWN: Duration = Duration::from_secs(30);

/// The pause before the service looks again itself, after a log-in of a partner that is missing in the findings.
const AGAIN: Duration = Duration::from_secs(60);

/// The time limit for the service's own look: reading the log waits for it.
const LOOKING: Duration = Duration::from_secs(1);

/// How often the service looks itself, and how often the day is marked again while files cannot be seen.
const MARKED: Duration = Duration::from_secs(600);

/// The most names of partners that are kept because root's file lacks them.
const STRANGERS: usize = 100;

/// The present findings, and those that were already reported.
#[derive(Default)]
pub struct Lookout {
    partners: config::Partners,
    sight: Option<Sight>,
    /// When root wrote the findings; `None` if the service looked itself.
    left: Option<SystemTime>,
    /// Since when root's file is older than sshd's configuration.
    stale: Option<Instant>,
    /// When root's file was last read.
    turn: Option<Instant>,
    /// When the service last looked itself.
    looked: Option<Instant>,
    /// Partners that have logged in and are not in the findings.
    strangers: BTreeMap<String, Instant>,
    /// Partners that have logged in, and whose chroot has lost its `/dev/log`.
    unbound: BTreeSet<String>,
    told: BTreeSet<(String, String)>,
    marked: Option<Instant>,
    expiries: ExpiryWatch,
    missed: MissedChanges,
}

impl Lookout {
    /// A watch without findings.
    pub fn new(partners: &config::Partners) -> Lookout {
        Lookout {
            partners: partners.clone(),
            ..Lookout::default()
        }
    }

    /// When the partners' accounts, passwords and certificates expire, as far as it is known; `None` if it is not time to
    /// judge this.
    pub fn expiries(&mut self) -> Option<Vec<Expiry>> {
        let certificates = self.partners.certificates.as_deref();
        self.expiries.look(self.sight.as_ref()?, certificates)
    }

    /// Does sshd force this partner, who has logged in, to an sftp-server that logs files? `None` if root has not found
    /// this out.
    pub fn forces_sftp(&mut self, user: &[u8]) -> Option<bool> {
        let sight = self.sight.as_ref()?;
        let name = lossy(user);
        let seen = sight.partners.get(&*name);
        // Root bound it, but it may have been removed since.
        if seen.is_some_and(is_unbound) && self.unbound.len() < STRANGERS {
            self.unbound.insert(name.clone().into_owned());
        }
        if seen.is_none() && self.strangers.len() < STRANGERS {
            let now = Instant::now();
            self.strangers.entry(name.into_owned()).or_insert(now);
        }
        seen.filter(|_| self.left.is_some()).map(|seen| seen.forced)
    }

    /// The partners whose files cannot be seen; `None` if nothing is new and the day need not be marked again.
    pub fn look(&mut self) -> Option<Vec<Unseen>> {
        if self.turn.is_some_and(|at| at.elapsed() < TURN) {
            return None;
        }
        self.turn = Some(Instant::now());
        let changed = fs::metadata(left::path())
            .and_then(|file| file.modified())
            .ok();
        if changed.is_some() && changed != self.left {
            if let Some(sight) = left::read().filter(left::is_fresh) {
                self.sight = Some(sight);
                self.left = changed;
            }
        }
        let by_root = self.sight.as_ref().filter(|_| self.left.is_some());
        self.missed.look(by_root);
        let stands = |at: SystemTime| at.elapsed().is_ok_and(|age| age < STANDS);
        if changed.is_some_and(stands) {
            return None;
        }
        let fresh = self.left.is_some() && self.sight.as_ref().is_some_and(left::is_fresh);
        if changed.is_some() && !fresh {
            // If root's units are installed, root looks again soon.
            let since = *self.stale.get_or_insert_with(Instant::now);
            if since.elapsed() < STALE {
                return None;
            }
        } else {
            self.stale = None;
        }
        let pause = match self.strangers.is_empty() {
            true => MARKED,
            false => AGAIN,
        };
        let due = self.looked.is_none_or(|at| at.elapsed() > pause);
        if !fresh && (due || self.left.is_some()) {
            self.look_itself();
        }
        let sight = self.sight.as_ref()?;
        self.strangers
            .retain(|name, _| !sight.partners.contains_key(name));
        self.unbound
            .retain(|name| sight.partners.get(name).is_some_and(is_unbound));
        let mut groups = match self.unbound.is_empty() {
            true => groups(sight, self.left.is_some()),
            false => groups(&unbound(sight, &self.unbound), self.left.is_some()),
        };
        groups.extend(self.strange());
        self.tell(groups)
    }

    /// Looks at the partners as the service's user.
    fn look_itself(&mut self) {
        self.looked = Some(Instant::now());
        let sight = own_look(&self.partners);
        // An unreadable configuration is reported once for all partners.
        let partners = sight.partners.iter().filter(|_| sight.unreadable.is_none());
        for (name, seen) in partners {
            if let Some(why) = &seen.unknown {
                let told =
                    format!("whether sftp-server's -l INFO is in force is unknown: {name}: {why}");
                line(Priority::Info, &told);
            }
        }
        self.sight = Some(sight);
        self.left = None;
        self.strangers.clear();
    }

    /// The partners that logged in some time ago and are missing in root's file: `devlog` has bound nothing for them.
    fn strange(&self) -> Option<UnseenGroup> {
        let long = self
            .strangers
            .iter()
            .filter(|(_, at)| at.elapsed() > UNKNOWN);
        let partners: Vec<String> = long.map(|(name, _)| name.clone()).collect();
        (self.left.is_some() && !partners.is_empty()).then(|| not_listed(partners))
    }

    fn tell(&mut self, groups: Vec<UnseenGroup>) -> Option<Vec<Unseen>> {
        let mut stand = BTreeSet::new();
        let mut unseen = Vec::new();
        for group in groups {
            let mut keys = group
                .partners
                .iter()
                .map(|name| (group.reason.clone(), name.clone()));
            let news = keys.clone().any(|key| !self.told.contains(&key));
            stand.extend(keys.by_ref());
            if news {
                line(Priority::Warning, &group.logged);
            }
            unseen.push(Unseen {
                names: listed(&group.partners),
                content: group.content,
                news,
            });
        }
        let news = unseen.iter().any(|one| one.news);
        self.told = stand;
        if !news && self.marked.is_some_and(|at| at.elapsed() < MARKED) {
            return None;
        }
        self.marked = Some(Instant::now());
        (!unseen.is_empty()).then_some(unseen)
    }
}

/// The first ten names, and the number of the others.
fn listed(partners: &[String]) -> String {
    let mut shown: Vec<String> = partners.iter().take(NAMES_KEPT).cloned().collect();
    let more = partners.len() - shown.len();
    shown.extend((more > 0).then(|| format!("+{more}")));
    shown.join(", ")
}

/// Looks at all partners as this process's user.
pub(super) fn own_look(partners: &config::Partners) -> Sight {
    let until = Instant::now() + LOOKING;
    let roster = Roster::gather_until(partners, Some(until));
    let mut sight = Sight::gather(&roster, &mut Sshds::open(false), until);
    for chroot in sight.chroots().into_keys() {
        if Instant::now() < until {
            sight.found(&chroot, &look_at(&chroot));
        }
    }
    sight
}

/// Does this process's user see that the partner's chroot has no `/dev/log`?
fn is_unbound(seen: &PartnerSight) -> bool {
    let mut chroots = seen.chroots.keys();
    chroots.any(|chroot| matches!(look_at(chroot), DevLog::Nowhere(_)))
}

/// The findings, after another look at `/dev/log` of these partners.
fn unbound(sight: &Sight, names: &BTreeSet<String>) -> Sight {
    let mut sight = sight.clone();
    for (_, seen) in sight
        .partners
        .iter_mut()
        .filter(|(name, _)| names.contains(*name))
    {
        for (chroot, dev_log) in &mut seen.chroots {
            if *dev_log == DevLog::Reaches {
                *dev_log = look_at(chroot);
            }
        }
    }
    sight
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere(path: &str) -> PartnerSight {
        let nowhere = DevLog::Nowhere(format!("{path} is not there"));
        PartnerSight {
            chroots: BTreeMap::from([("/srv".into(), nowhere)]),
            ..PartnerSight::default()
        }
    }

    #[test]
    fn the_table_names_partners_in_no_language() {
        let partners: Vec<String> = (1..=12).map(|n| format!("p{n}")).collect();
        assert_eq!(listed(&partners[..2]), "p1, p2");
        assert_eq!(
            listed(&partners),
            "p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, +2"
        );
    }

    #[test]
    fn a_partner_is_told_once_and_again_when_it_was_well_meanwhile() {
        let partners = config::Partners {
            group: "sftp-feeds".to_owned(),
            users: Vec::new(),
            names: BTreeMap::new(),
            certificates: None,
        };
        let mut lookout = Lookout::new(&partners);
        let mut news = |seen: &[(&str, PartnerSight)]| {
            let seen = seen
                .iter()
                .map(|(name, seen)| ((*name).to_owned(), seen.clone()));
            let sight = Sight {
                partners: seen.collect(),
                ..Sight::default()
            };
            let told = lookout.tell(groups(&sight, true));
            told.map(|all| all.iter().filter(|one| one.news).count())
        };
        let (dora, erin) = (("dora", nowhere("/d")), ("erin", nowhere("/e")));
        assert_eq!(news(std::slice::from_ref(&dora)), Some(1));
        assert_eq!(news(std::slice::from_ref(&dora)), None);
        assert_eq!(news(&[dora.clone(), erin]), Some(1));
        assert_eq!(news(std::slice::from_ref(&dora)), None);
        assert_eq!(news(&[]), None);
        assert_eq!(news(&[dora]), Some(1));
    }
}
