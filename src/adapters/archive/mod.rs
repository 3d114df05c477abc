//! Logs of the past, read once from their beginning to their end. Uses the domain, `config`, `source` and `log`.

pub mod dump;
mod export;
pub(crate) mod journal;
pub mod lines;
pub(crate) mod logs;
pub mod opened;
pub(crate) mod past;
mod progress;
pub mod survey;
mod twice;
