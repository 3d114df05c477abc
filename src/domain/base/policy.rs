//! What a partner's alerts are, and how often: `[alerts]`.

use std::time::Duration;

/// `[alerts]`: what is told of a partner, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// Log-ins are told.
    pub login: bool,
    /// Failures are told.
    pub failure: bool,
    /// That a partner is let in and cannot work, or cannot connect, is told.
    pub hindered: bool,
    /// Uploads are told.
    pub upload: bool,
    /// Downloads are told.
    pub download: bool,
    /// Messages of one kind in an hour; what finds none left joins the next.
    pub max_per_hour: u32,
    /// Log-ins that follow a told one within this time are counted, not told.
    pub again_after: Duration,
    /// What follows the first within this time is told together.
    pub group_window: Duration,
    /// After how long without a log-in a partner is told to be quiet; zero for never.
    pub quiet_after: Duration,
}

impl Default for Alerts {
    fn default() -> Self {
        Alerts {
            login: true,
            failure: true,
            hindered: true,
            upload: true,
            download: false,
            max_per_hour: 12,
            again_after: Duration::ZERO,
            group_window: Duration::from_secs(30),
            quiet_after: Duration::ZERO,
        }
    }
}
