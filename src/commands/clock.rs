//! The present time.

use std::time::SystemTime;

use crate::domain::base::time::Time;

/// The present time.
pub(crate) fn now() -> Time {
    Time::from(SystemTime::now())
}
