//! Tells an operations team, in Slack, what the partners of an OpenSSH SFTP server do.

pub mod alerts;
pub mod clean;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod days;
pub mod directory;
pub mod digest;
pub mod entry;
pub mod language;
pub mod exit;
pub mod log;
pub mod monitor;
pub mod openssh;
pub mod outbox;
pub mod reader;
pub mod service;
pub mod sessions;
pub mod slack;
pub mod source;
pub mod sshd_config;
pub mod state;
pub mod time;
