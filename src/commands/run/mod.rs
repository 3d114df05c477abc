//! The daemon: one loop over batches, timers, signals, the watchdog, and at most one post in flight.
//! Uses the domain, the adapters and `status`.

mod batch;
mod command;
mod commit;
mod courier;
mod daemon;
mod doubtful;
mod edit;
mod fixed;
mod flight;
pub(crate) mod heartbeat;
mod held;
mod log_entry;
mod noticing;
mod own;
mod post;
mod queue;
mod reload;
mod remarks;
mod start;
mod undone;
mod view;
mod webhook;

pub use command::command;
pub use commit::Committer;
pub use courier::Courier;
pub use queue::{Queue, Taken};
