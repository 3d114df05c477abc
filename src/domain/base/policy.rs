//! The settings of a partner's alerts: `[alerts]`.

use std::time::Duration;

/// `[alerts]`: which events of a partner are reported, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertPolicy {
    /// Log-ins are reported.
    pub login: bool,
    /// Failures are reported.
    pub failure: bool,
    /// Hindered partners are reported: they log in but cannot work, or cannot connect.
    pub hindered: bool,
    /// Uploads are reported.
    pub upload: bool,
    /// Downloads are reported.
    pub download: bool,
    /// The most messages of one kind in an hour; further events join the next message.
    pub max_per_hour: u32,
    /// Log-ins within this time after a reported one are counted, but not reported.
    pub again_after: Duration,
    /// Events within this time after the first one are reported together.
    pub group_window: Duration,
    /// Where events are reported that follow a reported one within its window.
    pub follow_up: FollowUp,
    /// Accounts, passwords and certificates that expire soon are reported.
    pub expiry: bool,
    /// Log-ins from an address that was not seen before are marked, and always reported.
    pub new_address: bool,
    /// Log-ins with a key that was not seen before are marked, and always reported.
    pub new_key: bool,
    /// A partner without a log-in for this time is reported as quiet; zero turns this off.
    pub quiet_after: Duration,
    /// How often an upload that broke off is reminded of, until it came whole; zero turns this off.
    pub remind: Duration,
}

impl Default for AlertPolicy {
    fn default() -> Self {
        AlertPolicy {
            login: true,
            failure: true,
            hindered: true,
            upload: true,
            download: false,
            max_per_hour: 12,
            again_after: Duration::ZERO,
            group_window: Duration::from_secs(30),
            follow_up: FollowUp::default(),
            expiry: true,
            new_address: false,
            new_key: false,
            quiet_after: Duration::ZERO,
            remind: Duration::ZERO,
        }
    }
}

/// `alerts.follow-up`: where events are reported that follow a reported one within its window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FollowUp {
    /// The first message is edited.
    #[default]
    Edit,
    /// They go into its thread.
    Thread,
    /// They are posted as a message of their own.
    Post,
}
