//! The present, and how long a lock is waited for.

use std::time::{Duration, SystemTime};

use crate::domain::base::time::Time;

/// How long another process may hold a lock before that is said: a commit takes milliseconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How soon a lock that another process holds is tried again. It is not waited for: this loop feeds the watchdog.
pub(super) const LOCK_AGAIN: Duration = Duration::from_millis(50);

/// The present.
pub(super) fn now() -> Time {
    Time::from(SystemTime::now())
}
