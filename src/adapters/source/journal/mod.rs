//! Reading the journal: entries of sshd and sftp-server, in order, from a position, for as long as it takes.
//! Uses the domain and the rest of `source`.
//!
//! What libsystemd promises and what it does not, and what is done about it:
//!
//! - A cursor is sought inclusively, and the entry found is tested: it may be the next one (sd_journal_seek_cursor(3)).
//! - `sd_journal_wait` answers "invalidate" the first time and on rotation; whatever it answers, reading is tried again.
//!   It also is what makes libsystemd notice new files and let go of deleted ones, so nothing here sleeps in its place.
//! - A journal of several boots is read boot by boot ([`boots`] says why).
//! - An unreadable journal looks like an empty one: [`readable`] tells them apart.
//!
//! libsystemd leaves out damaged entries and files without a word; there is nothing to be told about them.

mod access;
mod boots;
mod discover;
mod field;
mod fields;
mod follow;
mod handle;
pub(crate) mod limit;
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
