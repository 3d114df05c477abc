//! Reading, committing and locking the state.
//!
//! The steps of a commit are: lock, read, change, write a new file, fsync, keep the old one as `.bak`, rename, fsync the
//! directory, unlock. rename(2) replaces the old file in one step, so a reader needs no lock. Without the fsync of the
//! directory a power cut can bring the old file back (fsync(2)), so a commit is not done before it.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};

use super::disk::{Disk, FileVersion, RealDisk};
use super::error::StateError;
use super::files::{BACKUP, FILE, StateFiles};
use super::locks::{
    self, INSTANCE_LOCK, INSTANCE_WAIT, InstanceLock, SEND_LOCK, STATE_LOCK, SendLock,
};
use super::recover::{self, Recovery};
use crate::domain::base::time::Time;
use crate::domain::state::Daily;

/// How long a commit waits for the lock by default: as long as a person waits for `digest`.
const PATIENCE: Duration = Duration::from_secs(30);

/// The state, in a directory or in memory.
#[derive(Debug)]
pub struct Store<D: Disk = RealDisk> {
    place: Location<D>,
    patience: Duration,
}

#[derive(Debug)]
enum Location<D> {
    Directory(StateFiles<D>),
    Memory(Option<Box<Daily>>),
}

impl Store {
    /// Opens the state in `directory`. Creates nothing yet; refuses files that are not safe to use.
    pub fn open(directory: &Path) -> Result<Self, StateError> {
        let mut disk = RealDisk::new(directory);
        disk.inspect(&[FILE, BACKUP, STATE_LOCK, SEND_LOCK, INSTANCE_LOCK])
            .map_err(|error| StateError::of("opening", directory.to_owned(), error))?;
        Ok(Store::over(disk))
    }

    /// A state in the memory of this process. It begins with these figures, if there are any.
    pub fn in_memory(figures: Option<Daily>) -> Self {
        let begun = figures.map(|figures| Daily {
            resume: recover::fresh(figures.date).resume,
            ..figures
        });
        Store {
            place: Location::Memory(begun.map(Box::new)),
            patience: PATIENCE,
        }
    }
}

impl<D: Disk> Store<D> {
    /// The state on `disk`.
    pub fn over(disk: D) -> Self {
        Store {
            place: Location::Directory(StateFiles::new(disk)),
            patience: PATIENCE,
        }
    }

    /// The same store with another time limit for the lock.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Changes the state completely and durably, or not at all. If `change` makes no difference, nothing is written, but the
    /// state that `change` read is durable.
    ///
    /// After an error the change is undone, and may be tried again. There is one exception: if a disk fails to make the
    /// rename durable and then also fails to undo it, the change stays. So a change that must not happen twice first
    /// checks whether it already happened: by the position that it starts from, or the id that it removes.
    pub fn commit<T>(
        &mut self,
        now: DateTime<FixedOffset>,
        change: impl FnOnce(&mut Daily, &[Recovery]) -> T,
    ) -> Result<T, StateError> {
        let files = match &mut self.place {
            Location::Directory(files) => files,
            Location::Memory(daily) => {
                let recoveries: &[Recovery] = match daily {
                    None => &[Recovery::Fresh],
                    Some(_) => &[],
                };
                let daily = daily.get_or_insert_with(|| Box::new(recover::fresh(now.date_naive())));
                return Ok(change(daily, recoveries));
            }
        };
        let begun = Instant::now();
        // The lock is held to the end of this function; reading must come after it.
        let _lock = lock(files, STATE_LOCK, self.patience)?.ok_or_else(|| StateError::Busy {
            path: files.disk.path(STATE_LOCK),
            waited: begun.elapsed(),
        })?;
        let mut base = files.take_stock(now)?;
        let outcome = change(&mut base.daily, &base.recoveries);
        files.commit(base)?;
        files.version = files.disk.version(FILE);
        Ok(outcome)
    }

    /// The version of the file, if it is not what this process committed last. It is cheap, and needs no lock.
    pub fn changed(&mut self) -> Option<FileVersion> {
        match &mut self.place {
            Location::Directory(files) => {
                let found = files.disk.version(FILE);
                found.filter(|_| found != files.version)
            }
            Location::Memory(_) => None,
        }
    }

    /// Reads the present state, without a lock or a change; `None` before the first commit.
    pub fn load(&mut self, now: DateTime<FixedOffset>) -> Result<Option<Daily>, StateError> {
        match &mut self.place {
            Location::Directory(files) => files.load(now.date_naive()),
            Location::Memory(daily) => Ok(daily.as_deref().cloned()),
        }
    }

    /// Takes the right to send; `None` if another process holds it for all of `wait`.
    pub fn send_lock(&mut self, wait: Duration) -> Result<Option<SendLock<D::Lock>>, StateError> {
        let held = self.lock(SEND_LOCK, wait)?;
        Ok(held.map(|_held| SendLock { _held }))
    }

    /// Takes the right to be the only daemon here; `None` if another process holds it.
    pub fn instance_lock(&mut self) -> Result<Option<InstanceLock<D::Lock>>, StateError> {
        let held = self.lock(INSTANCE_LOCK, INSTANCE_WAIT)?;
        Ok(held.map(|_held| InstanceLock { _held }))
    }

    /// Since when no daemon runs here, if this is known; `None` while one runs, and if none ever ran.
    pub fn down_since(&self) -> Option<Time> {
        match &self.place {
            Location::Directory(files) => locks::down_since(&files.disk.path(INSTANCE_LOCK)),
            Location::Memory(_) => None,
        }
    }

    /// Takes a lock; the inner value is `None` for a state in memory, which no other process uses.
    fn lock(&mut self, name: &str, wait: Duration) -> Result<Option<Option<D::Lock>>, StateError> {
        match &mut self.place {
            Location::Directory(files) => Ok(lock(files, name, wait)?.map(Some)),
            Location::Memory(_) => Ok(Some(None)),
        }
    }
}

fn lock<D: Disk>(
    files: &mut StateFiles<D>,
    name: &str,
    wait: Duration,
) -> Result<Option<D::Lock>, StateError> {
    let held = files.disk.lock(name, wait);
    held.map_err(|error| files.failed("locking", name, error))
}
