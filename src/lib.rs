//! Tells an operations team, in Slack, what the partners of an OpenSSH SFTP server do.

pub mod config;
pub mod directory;
pub mod entry;
pub mod openssh;
pub mod source;
pub mod time;
