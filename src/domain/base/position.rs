//! The position in a source, as the state keeps it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::base::time::Time;

/// The position in a source: everything up to here was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// In a journal.
    Journal(JournalPosition),
    /// In a log file.
    File(FilePosition),
}

impl Position {
    /// Whether both are the same place. Fields that only help to find the place may differ.
    pub fn is(&self, other: &Position) -> bool {
        match (self, other) {
            (Position::Journal(one), Position::Journal(other)) => {
                let key = |p: &JournalPosition| (p.boot.clone(), p.monotonic, p.realtime, p.hash);
                key(one) == key(other)
            }
            (Position::File(one), Position::File(other)) => {
                let key = |p: &FilePosition| (p.device, p.inode, p.offset, p.hash);
                key(one) == key(other)
            }
            _ => false,
        }
    }
}

/// The last journal entry that was read, identified by its cursor and also by boot, times and a hash of its message, because a
/// cursor changes at a flush on systemd 252.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalPosition {
    /// The machine that wrote the journal: `_MACHINE_ID`.
    pub machine: String,
    /// `sd_journal_get_cursor(3)`; opaque.
    pub cursor: String,
    /// The complete boot id of the entry, in hexadecimal.
    pub boot: String,
    /// Microseconds since the start of that boot.
    pub monotonic: u64,
    /// The time at which journald received the entry.
    pub realtime: Time,
    /// A hash of the message.
    #[serde(with = "crate::domain::base::hex")]
    pub hash: u64,
    /// The boots that were read before or lie before the start, by the first eight digits of their ids. Any other boot is new,
    /// because no clock shows reliably in which order boots happened.
    #[serde(default)]
    pub boots: Vec<String>,
}

/// The place in a log file up to which it was read, and the data that identify the file, because inode numbers are reused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePosition {
    /// The file's path.
    pub path: PathBuf,
    /// The device that holds it.
    pub device: u64,
    /// The inode number of the file.
    pub inode: u64,
    /// The offset of the first byte not yet read, always after a line end.
    pub offset: u64,
    /// A hash of the last bytes before the offset (at most `hashed` of them).
    #[serde(with = "crate::domain::base::hex")]
    pub hash: u64,
    /// How many bytes before the offset were hashed.
    pub hashed: u64,
    /// The time of the last line before the offset.
    #[serde(default)]
    pub time: Time,
}

/// FNV-1a in 64 bits (draft-eastlake-fnv). The state keeps the hash, so the function must not change.
pub fn hash(bytes: &[u8]) -> u64 {
    /// The offset basis.
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    /// The prime.
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
    bytes.iter().fold(BASIS, mix)
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn the_hash_is_the_one_that_stored_positions_hold() {
        // The vectors of the draft.
        assert_eq!(hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
