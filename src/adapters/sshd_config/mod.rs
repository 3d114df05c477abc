//! Finds out whether `-l INFO` is in force for the partners. Without it sftp-server logs no file.
//! Uses `program` and the accounts of `userdb`.
//!
//! sshd_config is read by sshd's own rules (servconf.c): the first value of a keyword wins, a matching `Match` block overrides
//! the global section, `ForceCommand` overrides `Subsystem`. A setting that cannot be found out from here (other criteria of
//! `Match`, a file that cannot be read) is unknown, which is not the same as missing.
//!
//! # Limitations
//!
//! Every sshd that runs, or that systemd starts at boot, is checked, with its `-f` and `-o` ([`Sshds`]). An `-o` whose value
//! contains blanks is not seen, nor is a change that sshd has not loaded yet. A command of a key (`command="…"` in
//! authorized_keys) is seen by `check` only; a command of a certificate is not seen.

mod admission;
mod chroot;
mod command;
mod effective;
mod file;
mod in_force;
mod keys;
mod listeners;
mod missing;
mod options;
mod sshd;
mod sshds;
mod started;

#[cfg(test)]
mod tests;
mod words;

pub use admission::Admission;
pub use chroot::{ChrootDirectory, expand};
pub use effective::Effective;
pub use file::{ConfigFiles, Directive, MatchAccount, OPTIONS, PATH, PROGRAM, Unreadable, parse};
pub use in_force::{InForce, forces_logging, in_force};
pub use keys::silent_keys;
pub use missing::Missing;
pub use sshd::{ADDRESS, Sshd};
pub use sshds::Sshds;
pub use started::Started;
