//! Locks between processes: flock(2) on files that are empty and never removed.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{io, thread};

use rustix::fs::{FlockOperation, Mode, OFlags, Stat, Timespec, Timestamps, UTIME_NOW};
use rustix::io::Errno;

use crate::domain::base::time::Time;

/// Lock of a commit.
pub(crate) const STATE_LOCK: &str = ".state.lock";

/// Lock for sending messages, held during network requests too.
pub(crate) const SEND_LOCK: &str = ".send.lock";

/// Lock of the daemon, held as long as it runs.
pub(crate) const INSTANCE_LOCK: &str = ".run.lock";

/// How long a daemon tries to get the instance lock: other commands hold it only briefly.
pub(crate) const INSTANCE_WAIT: Duration = Duration::from_millis(200);

/// The pause between two tries: a commit takes a few milliseconds, and flock(2) has no time limit.
const TRY_AGAIN: Duration = Duration::from_millis(5);

/// The right to send; it ends when this value is dropped or the process ends.
#[derive(Debug)]
#[must_use]
pub struct SendLock<L = OwnedFd> {
    pub(crate) _held: Option<L>,
}

/// The right to be the only daemon of this state directory; it ends when this value is dropped or the process ends.
#[derive(Debug)]
#[must_use]
pub struct InstanceLock<L = OwnedFd> {
    pub(crate) _held: Option<L>,
}

impl InstanceLock {
    /// The time when a daemon of this directory last recorded that it runs; `None` for a state in memory.
    pub fn last_alive(&self) -> Option<Time> {
        let stat = rustix::fs::fstat(self._held.as_ref()?).ok()?;
        Some(Time(stat.st_mtime.checked_mul(1_000_000)?))
    }

    /// Records in the lock file's time that this daemon runs: from it the next daemon knows when this one ended.
    pub fn alive(&self) {
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_NOW,
        };
        let times = Timestamps {
            last_access: now,
            last_modification: now,
        };
        if let Some(held) = &self._held {
            // If this fails, a later start reports a longer absence than the real one.
            let _ = rustix::fs::futimens(held, &times);
        }
    }
}

/// The time when the last daemon of a state directory recorded that it ran; `None` if one runs now. Changes nothing.
pub(crate) fn down_since(file: &Path) -> Option<Time> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(file, flags, Mode::empty()).ok()?;
    // A daemon that starts at this moment tries the lock again.
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared).ok()?;
    let stat = rustix::fs::fstat(&file).ok()?;
    Some(Time(stat.st_mtime.checked_mul(1_000_000)?))
}

/// Locks the file that `open` opens; tries for as long as `wait`.
pub(crate) fn acquire(
    wait: Duration,
    mut open: impl FnMut() -> io::Result<(OwnedFd, Stat)>,
) -> io::Result<Option<OwnedFd>> {
    let begun = Instant::now();
    loop {
        let (file, stat) = open()?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            // The file may have been removed while others held the lock: then this lock would protect nothing.
            Ok(()) if same(&stat, &open()?.1) => return Ok(Some(file)),
            Ok(()) | Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) => {
                let left = wait.saturating_sub(begun.elapsed());
                if left.is_zero() {
                    return Ok(None);
                }
                thread::sleep(left.min(TRY_AGAIN));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Are both the same file?
fn same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}
