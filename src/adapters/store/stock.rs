//! What a commit starts from: the file, or what takes its place where it is no state of ours.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::disk::{Disk, Found, LARGEST_FILE};
use super::error::StateError;
use super::files::{BACKUP, FILE, Files, Kept};
use super::recover::{self, Parsed, Recovery, Snapshot};
use crate::adapters::store::base::{Base, Former};
use crate::domain::base::time::Time;
use crate::domain::state::{Daily, NoticeKind};

/// A state that can take the place of one that was lost, and what is wrong with the backup, if anything.
struct Latest {
    state: Option<(Daily, Snapshot)>,
    damage: Option<(String, Time)>,
}

impl<D: Disk> Files<D> {
    /// The state as the file has it, or what takes its place.
    pub(crate) fn take_stock(&mut self, now: DateTime<FixedOffset>) -> Result<Base, StateError> {
        let Some(found) = self.read(FILE)? else {
            return self.missing(now);
        };
        if let (Some(bytes), Some(kept)) = (&found.bytes, &self.kept) {
            // Comparing whole contents, not times and sizes, leaves no way to miss another's change, and costs next to
            // nothing beside parsing.
            if *bytes == kept.bytes {
                return Ok(Base::of(kept.daily.clone()));
            }
        }
        let parsed = self.judged(&found, now.date_naive())?;
        if parsed.is_ok() {
            // Another process wrote it, and may have died before it was durable.
            self.settle()?;
        }
        match parsed {
            Ok(Parsed::Ours(daily)) => {
                self.kept = found.bytes.map(|bytes| Kept {
                    bytes,
                    daily: daily.clone(),
                });
                Ok(Base::of(daily))
            }
            Ok(Parsed::Counters(mut daily)) => {
                let from_memory = self.complete(&mut daily, now.date_naive())?;
                if !from_memory {
                    // The scripts wrote it with each event that they counted.
                    daily.resume.counted_until = found.modified.min(now.into());
                }
                let mut base = Base::of(daily);
                base.recoveries.push(Recovery::TakenOver { from_memory });
                Ok(base)
            }
            Ok(Parsed::Newer(version, mut daily)) => {
                let from_memory = self.complete(&mut daily, now.date_naive())?;
                let name = self.set_aside(FILE, &format!("version-{version}"), found.modified)?;
                let mut base = Base::of(daily);
                base.recoveries.push(Recovery::NewerVersion {
                    version,
                    aside: self.disk.path(&name),
                    from_memory,
                });
                Ok(base)
            }
            Err(why) => self.damaged(why, found.modified, now),
        }
    }

    /// What a file holds that was read, or what is wrong with it: also that it lost what the state before it knows. Nothing of
    /// ours ever forgets a position, and reading would start from now.
    pub(crate) fn judged(
        &mut self,
        found: &Found,
        today: NaiveDate,
    ) -> Result<Result<Parsed, String>, StateError> {
        let parsed = parsed(found, today);
        let (daily, alone) = match &parsed {
            Ok(Parsed::Ours(daily)) => (daily, false),
            Ok(Parsed::Counters(daily)) => (daily, true),
            Ok(Parsed::Newer(..)) | Err(_) => return Ok(parsed),
        };
        if daily.resume.has_position() {
            return Ok(parsed);
        }
        let latest = self.latest(today)?;
        let known = latest
            .state
            .is_some_and(|(state, _)| state.resume.has_position());
        // A backup that nobody can read was one of a state of ours: the scripts have none.
        if known || (alone && latest.damage.is_some()) {
            return Ok(Err("it has lost how far the log was read".to_owned()));
        }
        Ok(parsed)
    }

    fn missing(&mut self, now: DateTime<FixedOffset>) -> Result<Base, StateError> {
        let latest = self.latest(now.date_naive())?;
        let mut base = Base::of(recover::fresh(now.date_naive()));
        base.former = Former::None;
        match (latest.state, latest.damage) {
            (Some((daily, from)), _) => {
                base.daily = recover::revive(daily, from);
                recover::zero(&mut base.daily);
                recover::note(&mut base.daily, NoticeKind::StateDeleted, now.into(), None);
                base.recoveries.push(Recovery::Deleted { from });
            }
            (None, Some((why, modified))) => {
                let name = self.set_aside(BACKUP, "corrupt", modified)?;
                recover::note(&mut base.daily, NoticeKind::StateDamaged, now.into(), None);
                base.recoveries.push(Recovery::Damaged {
                    why,
                    aside: self.disk.path(&name),
                    from: None,
                });
            }
            (None, None) => base.recoveries.push(Recovery::Fresh),
        }
        Ok(base)
    }

    fn damaged(
        &mut self,
        why: String,
        modified: Time,
        now: DateTime<FixedOffset>,
    ) -> Result<Base, StateError> {
        let latest = self.latest(now.date_naive())?;
        let aside = self.set_aside(FILE, "corrupt", modified)?;
        let from = latest.state.as_ref().map(|(_, from)| *from);
        let daily = match (latest.state, latest.damage) {
            (Some((daily, from)), _) => recover::revive(daily, from),
            (None, Some((_, modified))) => {
                self.set_aside(BACKUP, "corrupt", modified)?;
                recover::fresh(now.date_naive())
            }
            (None, None) => recover::fresh(now.date_naive()),
        };
        let mut base = Base::of(daily);
        let kind = NoticeKind::StateDamaged;
        recover::note(&mut base.daily, kind, now.into(), Some(aside.clone()));
        base.recoveries.push(Recovery::Damaged {
            why,
            aside: self.disk.path(&aside),
            from,
        });
        base.former = Former::Aside(aside);
        Ok(base)
    }

    /// The latest state beside the file: this process's memory, unless another process has committed since.
    fn latest(&mut self, today: NaiveDate) -> Result<Latest, StateError> {
        let mut state = None;
        let mut damage = None;
        if let Some(found) = self.read(BACKUP)? {
            match parsed(&found, today) {
                Ok(parsed) => state = Some((parsed.daily(), Snapshot::Backup)),
                Err(why) => damage = Some((why, found.modified)),
            }
        }
        if let Some(kept) = &self.kept {
            let older =
                |(backup, _): &(Daily, _)| backup.resume.commits < kept.daily.resume.commits;
            if state.as_ref().is_none_or(older) {
                state = Some((kept.daily.clone(), Snapshot::Memory));
            }
        }
        Ok(Latest { state, damage })
    }

    /// Gives counters the `resume` that this process knows, if it knows one.
    fn complete(&mut self, counters: &mut Daily, today: NaiveDate) -> Result<bool, StateError> {
        if self.kept.is_none() {
            return Ok(false);
        }
        if let Some((known, _)) = self.latest(today)?.state {
            // Whoever wrote the file may have sent what was waiting.
            recover::complete(counters, recover::revive(known, Snapshot::Backup));
        }
        Ok(true)
    }
}

/// What a file holds that was read, or what is wrong with it.
fn parsed(found: &Found, today: NaiveDate) -> Result<Parsed, String> {
    match &found.bytes {
        Some(bytes) => recover::parse(bytes, today),
        None => Err(format!("it has more than {LARGEST_FILE} bytes")),
    }
}
