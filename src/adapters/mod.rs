//! Each adapter talks to one thing outside of the program: the journal, Slack, the disk, sshd. May use `domain`, and nothing
//! of `commands`.

pub mod archive;
pub mod config;
pub mod last_read;
pub mod log;
mod look_back;
pub mod machine;
pub mod program;
pub mod reader;
pub mod service;
pub mod sight;
pub mod slack;
pub mod source;
pub mod sshd_config;
pub mod store;
pub mod userdb;
pub mod webhook;
