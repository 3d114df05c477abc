//! The commands that a person or a unit runs, a file or folder each. May use `domain` and `adapters`.

pub mod ack;
pub mod check;
pub mod cli;
mod clock;
pub mod completions;
pub mod devlog;
pub mod digest;
pub mod expect;
pub mod explain;
pub mod mute;
pub mod notify_failure;
pub mod output;
pub(crate) mod partner;
pub mod report;
pub mod run;
pub mod status;
pub mod unmute;
