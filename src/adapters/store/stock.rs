//! Loads the state that a commit starts from: the file's state, or a replacement if that is not valid.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::base::{Base, Former};
use super::disk::{Disk, LARGEST_FILE, StoredFile};
use super::error::StateError;
use super::files::{BACKUP, FILE, StateFiles};
use super::last::LastCommit;
use super::recover::{self, Parsed, Recovery, Snapshot};
use crate::domain::base::time::Time;
use crate::domain::state::Daily;
use crate::domain::state::NoticeKind;

/// The best replacement for a lost state, and the reason if the backup cannot be read.
struct Latest {
    state: Option<(Daily, Snapshot)>,
    damage: Option<(String, Time)>,
}

impl<D: Disk> StateFiles<D> {
    /// Returns the file's state, or its replacement.
    pub(crate) fn take_stock(&mut self, now: DateTime<FixedOffset>) -> Result<Base, StateError> {
        let Some(found) = self.read(FILE)? else {
            return self.missing(now);
        };
        if let (Some(bytes), Some(kept)) = (&found.bytes, &mut self.kept) {
            // Comparing whole contents, not times and sizes, finds every change by another process, and costs little compared
            // to parsing.
            let same = (bytes == kept.bytes()).then(|| kept.take());
            if let Some(daily) = same.flatten() {
                return Ok(Base::of(daily, None));
            }
        }
        let parsed = self.judged(&found, now.date_naive())?;
        if parsed.is_ok() {
            // Another process wrote it, and may have ended before it was durable.
            self.settle()?;
        }
        match parsed {
            Ok(Parsed::Ours(daily)) => {
                self.kept = found.bytes.map(|bytes| LastCommit::read(bytes, &daily));
                Ok(Base::of(daily, None))
            }
            Ok(Parsed::Counters(mut daily)) => {
                let from_memory = self.complete(&mut daily, now.date_naive())?;
                if !from_memory {
                    // The scripts wrote the file at each event that they counted.
                    daily.resume.counted_until = found.modified.min(now.into());
                }
                Ok(Base::of(daily, Some(Recovery::TakenOver { from_memory })))
            }
            Ok(Parsed::Newer(version, mut daily)) => {
                let from_memory = self.complete(&mut daily, now.date_naive())?;
                let name = self.set_aside(FILE, &format!("version-{version}"), found.modified)?;
                let recovery = Recovery::NewerVersion {
                    version,
                    aside: self.disk.path(&name),
                    from_memory,
                };
                Ok(Base::of(daily, Some(recovery)))
            }
            Err(why) => self.damaged(why, found.modified, now),
        }
    }

    /// Parses a file, or returns the reason why it is damaged. A file without a position is damaged if the state before it had
    /// one: this program never drops a position, and reading would start from now.
    pub(crate) fn judged(
        &mut self,
        found: &StoredFile,
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
        // An unreadable backup belongs to a state of this program: the scripts have no backup.
        if known || (alone && latest.damage.is_some()) {
            return Ok(Err("it has lost how far the log was read".to_owned()));
        }
        Ok(parsed)
    }

    /// Handles a missing file: the counters begin at zero.
    fn missing(&mut self, now: DateTime<FixedOffset>) -> Result<Base, StateError> {
        let latest = self.latest(now.date_naive())?;
        let mut daily = recover::fresh(now.date_naive());
        let recovery = match (latest.state, latest.damage) {
            (Some((known, from)), _) => {
                daily = recover::revive(known, from);
                recover::zero(&mut daily);
                recover::note(&mut daily, NoticeKind::StateDeleted, now.into(), None);
                Recovery::Deleted { from }
            }
            (None, Some((why, modified))) => {
                let name = self.set_aside(BACKUP, "corrupt", modified)?;
                recover::note(&mut daily, NoticeKind::StateDamaged, now.into(), None);
                Recovery::Damaged {
                    why,
                    aside: self.disk.path(&name),
                    from: None,
                }
            }
            (None, None) => Recovery::Fresh,
        };
        Ok(Base {
            former: Former::None,
            ..Base::of(daily, Some(recovery))
        })
    }

    /// Handles a file that is not a valid state: it is set aside, and the latest state replaces it.
    fn damaged(
        &mut self,
        why: String,
        modified: Time,
        now: DateTime<FixedOffset>,
    ) -> Result<Base, StateError> {
        let latest = self.latest(now.date_naive())?;
        let aside = self.set_aside(FILE, "corrupt", modified)?;
        let from = latest.state.as_ref().map(|(_, from)| *from);
        if let (None, Some((_, modified))) = (from, latest.damage) {
            self.set_aside(BACKUP, "corrupt", modified)?;
        }
        let mut daily = match latest.state {
            Some((daily, from)) => recover::revive(daily, from),
            None => recover::fresh(now.date_naive()),
        };
        let detail = Some(aside.clone());
        recover::note(&mut daily, NoticeKind::StateDamaged, now.into(), detail);
        let recovery = Recovery::Damaged {
            why,
            aside: self.disk.path(&aside),
            from,
        };
        Ok(Base {
            former: Former::Aside(aside),
            ..Base::of(daily, Some(recovery))
        })
    }

    /// The latest state besides the file: this process's memory, unless another process has committed since.
    fn latest(&mut self, today: NaiveDate) -> Result<Latest, StateError> {
        let (mut state, mut damage) = (None, None);
        if let Some(found) = self.read(BACKUP)? {
            match parsed(&found, today) {
                Ok(parsed) => state = Some((parsed.daily(), Snapshot::Backup)),
                Err(why) => damage = Some((why, found.modified)),
            }
        }
        if let Some(kept) = self.kept.as_ref().and_then(LastCommit::copy) {
            let older = |(backup, _): &(Daily, _)| backup.resume.commits < kept.resume.commits;
            if state.as_ref().is_none_or(older) {
                state = Some((kept, Snapshot::Memory));
            }
        }
        Ok(Latest { state, damage })
    }

    /// Completes counters with the `resume` that this process knows, if it knows one.
    fn complete(&mut self, counters: &mut Daily, today: NaiveDate) -> Result<bool, StateError> {
        if self.kept.is_none() {
            return Ok(false);
        }
        if let Some((known, _)) = self.latest(today)?.state {
            // The program that wrote the file may have sent the waiting messages.
            recover::complete(counters, recover::revive(known, Snapshot::Backup));
        }
        Ok(true)
    }
}

/// Parses a file, or returns the reason why it is damaged.
fn parsed(found: &StoredFile, today: NaiveDate) -> Result<Parsed, String> {
    match &found.bytes {
        Some(bytes) => recover::parse(bytes, today),
        None => Err(format!("it has more than {LARGEST_FILE} bytes")),
    }
}
