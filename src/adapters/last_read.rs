//! When the source was last read without an error, for the watchdog.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When the source was last read without an error: the loop feeds the watchdog only if this is recent. It uses a monotonic
/// clock, which cannot be set.
#[derive(Clone, Debug)]
pub struct LastRead {
    begun: Instant,
    /// Milliseconds after `begun`.
    after: Arc<AtomicU64>,
}

impl LastRead {
    /// Reading begins.
    pub fn begin() -> Self {
        LastRead {
            begun: Instant::now(),
            after: Arc::default(),
        }
    }

    pub(super) fn note(&self) {
        let after = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.after.store(after, Ordering::Relaxed);
    }

    /// The time since the last successful read.
    pub fn ago(&self) -> Duration {
        let after = Duration::from_millis(self.after.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(after)
    }
}
