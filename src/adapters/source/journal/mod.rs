//! Reads the journal: entries of sshd and sftp-server, in order, from a position, without an end.
//! Uses the domain and the rest of `source`.
//!
//! Properties of libsystemd, and how this module handles them:
//!
//! - A seek to a cursor includes its entry, so the found entry is tested: it may be the next one (sd_journal_seek_cursor(3)).
//! - `sd_journal_wait` returns "invalidate" the first time and on rotation, and "nop" where the file system tells of no change.
//!   Reading is tried again after any result; after "nop" only every five seconds, since each try reads pages of every file.
//!   Only this call lets libsystemd notice new files and close deleted ones, so nothing here sleeps in its place.
//! - A journal of several boots is read boot by boot (`boots` gives the reason).
//! - An unreadable journal looks like an empty one: [`readable`] distinguishes them.
//!
//! libsystemd skips damaged entries and files without a message, so they cannot be reported.

mod access;
mod boots;
mod discover;
mod field;
mod fields;
mod follow;
mod handle;
pub(crate) mod limit;
mod pages;
mod reach;
mod reader;
mod start;

pub(crate) use access::namespaces_of_ours;
pub use access::{Readable, not_opened, readable, readable_in};
pub(in crate::adapters) use field::Field;
pub(crate) use fields::may_hold_ssh;
pub(in crate::adapters) use fields::{Fields, Stamp};
pub(crate) use handle::{DROPPED, ROOTS};
pub use reach::reach;
pub use reader::{JournalReader, SeveralMachines};
