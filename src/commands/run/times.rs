//! The present time, and how long to wait for a lock.

use std::time::{Duration, SystemTime};

use crate::domain::base::time::Time;

/// How long another process may hold a lock before that is reported: a commit takes milliseconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How soon a lock that another process holds is tried again. The loop does not wait for it, since the loop feeds the watchdog.
pub(super) const LOCK_AGAIN: Duration = Duration::from_millis(50);

/// The present time.
pub(super) fn now() -> Time {
    Time::from(SystemTime::now())
}
