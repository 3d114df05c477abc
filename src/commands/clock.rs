//! The present time, and how a command waits for what needs some.

use std::io;
use std::time::SystemTime;

use crate::domain::base::time::Time;

/// The present time.
pub(crate) fn now() -> Time {
    Time::from(SystemTime::now())
}

/// Waits for network requests, timers and signals in this thread.
pub(crate) fn wait<F: Future>(awaited: F) -> io::Result<F::Output> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    Ok(runtime.enable_all().build()?.block_on(awaited))
}
