//! Tells an operations team, in Slack, what the partners of an OpenSSH SFTP server do.

pub mod alerts;
pub mod clean;
pub mod config;
pub mod directory;
pub mod entry;
pub mod language;
pub mod monitor;
pub mod openssh;
pub mod sessions;
pub mod slack;
pub mod source;
pub mod state;
pub mod time;
