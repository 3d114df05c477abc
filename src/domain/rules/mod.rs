//! The rules: events and the time go in, counters and messages come out. Pure: no clock, no file, no socket.
//! Uses all of the domain but `render`, `delivery` and `slack_reply`.

mod account;
mod auth;
mod blind;
mod close;
mod count;
mod ends;
mod expiry;
mod familiar;
mod feed_files;
mod feed_names;
mod feed_odd;
mod feeds;
mod forged;
mod handles;
mod hidden;
mod hindered;
mod look_back;
mod monitor;
mod muted;
mod probes;
mod quiet;
mod refused;
mod reminders;
mod rename;
mod settings;
mod sight;
mod take;
mod transfer;
mod undecided;
mod unread;
mod without_pid;

pub use crate::domain::pending::{Pending, Undecided};
pub use look_back::{LookBack, LookedBack};
pub use monitor::Monitor;
pub use settings::{RuleOutcome, Rules};
pub use without_pid::process_of;
