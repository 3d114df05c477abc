//! A batch whose commit failed, held until the next try. That comes soon if another process is committing.

use std::time::Duration;

use tokio::time::Instant;

use crate::adapters::log::{Priority, line};
use crate::adapters::reader::Batch;
use crate::adapters::store::StateError;

/// How long another process may hold a lock before that is reported: a commit takes milliseconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How soon a lock that another process holds is tried again. The loop does not wait for it, since the loop feeds the watchdog.
pub(super) const LOCK_AGAIN: Duration = Duration::from_millis(50);

/// The pause before a failed commit is tried again; doubled up to `RETRY_MOST`.
const RETRY: Duration = Duration::from_millis(500);

/// The longest pause between two tries to commit.
const RETRY_MOST: Duration = Duration::from_secs(30);

/// The longest pause while another process holds the lock: a try costs nothing.
const BUSY_MOST: Duration = Duration::from_secs(1);

/// A batch, and the time of its next try.
pub(super) struct Held {
    pub(super) batch: Batch,
    pub(super) tries: FailedTries,
    pub(super) until: Instant,
}

/// The failed tries so far.
#[derive(Default)]
pub(super) struct FailedTries {
    /// When the first try failed.
    since: Option<Instant>,
    /// The pause after the last try.
    pause: Duration,
    /// Whether the failure was logged.
    said: bool,
}

impl Held {
    /// Holds a batch after a failed try, and logs the cause once.
    pub(super) fn new(batch: Batch, mut tries: FailedTries, error: StateError) -> Self {
        let now = Instant::now();
        let pause = tries.failed(error, now);
        Held {
            batch,
            tries,
            until: now + pause,
        }
    }
}

impl FailedTries {
    /// Takes in a failed try. Returns the pause before the next one.
    fn failed(&mut self, error: StateError, now: Instant) -> Duration {
        let waited = now.saturating_duration_since(*self.since.get_or_insert(now));
        let (error, most) = match error {
            StateError::Busy { .. } if waited < PATIENCE => return LOCK_AGAIN,
            StateError::Busy { path, .. } => (StateError::Busy { path, waited }, BUSY_MOST),
            error => (error, RETRY_MOST),
        };
        if !self.said {
            self.said = true;
            let told = format!("{error:#}; nothing is lost, trying again");
            line(Priority::Error, &told);
        }
        self.pause = (self.pause * 2).max(RETRY).min(most);
        self.pause
    }

    /// Logs the success if a failure was logged. Returns whether any try failed before.
    pub(super) fn succeeded(&self) -> bool {
        if self.said {
            let told = "the state can be written again: counting continues where it stopped";
            line(Priority::Notice, told);
        }
        self.since.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> StateError {
        StateError::Busy {
            path: "/var/lib/sftp-monitor/.state.lock".into(),
            waited: Duration::ZERO,
        }
    }

    #[test]
    fn a_lock_that_another_process_holds_is_tried_again_at_once_and_said_after_five_seconds() {
        let begun = Instant::now();
        let mut tries = FailedTries::default();
        assert_eq!(tries.failed(busy(), begun), LOCK_AGAIN);
        let before = begun + PATIENCE - Duration::from_millis(1);
        assert_eq!(
            (tries.failed(busy(), before), tries.said),
            (LOCK_AGAIN, false)
        );
        let pauses = [(); 3].map(|()| tries.failed(busy(), begun + PATIENCE));
        assert_eq!((pauses, tries.said), ([RETRY, BUSY_MOST, BUSY_MOST], true));
    }

    #[test]
    fn a_disk_that_fails_is_said_at_once_and_tried_ever_more_seldom() {
        let disk = || StateError::Disk {
            action: "writing",
            path: "/var/lib/sftp-monitor/daily.json".into(),
            cause: std::io::ErrorKind::StorageFull.into(),
        };
        let mut tries = FailedTries::default();
        let pauses = [(); 8].map(|()| tries.failed(disk(), Instant::now()).as_millis());
        assert_eq!(
            pauses,
            [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
        );
        assert!(tries.said);
    }
}
