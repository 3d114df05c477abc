//! Locks between processes: flock(2) on files that hold nothing and are never removed.

use std::io;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, Stat};
use rustix::io::Errno;

/// Held during a commit.
pub(super) const STATE_LOCK: &str = ".state.lock";
/// Held while messages are sent, over the network too.
pub(super) const SEND_LOCK: &str = ".send.lock";
/// Held by the daemon as long as it runs.
pub(super) const INSTANCE_LOCK: &str = ".run.lock";

/// How often a lock that is held is tried again: a commit takes a few milliseconds, and flock(2) knows no deadline.
const TRY_AGAIN: Duration = Duration::from_millis(5);

/// The right to send; it ends when this is dropped, or the process dies.
#[derive(Debug)]
#[must_use]
pub struct SendLock<L = OwnedFd> {
    pub(super) _held: Option<L>,
}

/// The right to be the one daemon of this state directory; it ends when this is dropped, or the process dies.
#[derive(Debug)]
#[must_use]
pub struct InstanceLock<L = OwnedFd> {
    pub(super) _held: Option<L>,
}

/// Locks the file that `open` opens, trying for as long as `wait`.
pub(super) fn acquire(
    wait: Duration,
    mut open: impl FnMut() -> io::Result<(OwnedFd, Stat)>,
) -> io::Result<Option<OwnedFd>> {
    let begun = Instant::now();
    loop {
        let (file, stat) = open()?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            // Someone may have removed the file while others held it: then this lock keeps nobody out.
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

/// Both are the same file.
fn same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}
