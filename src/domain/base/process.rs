//! Processes in log lines, identified by boot and pid.

use serde::{Deserialize, Serialize};

/// A boot of the machine: the first half of journald's `_BOOT_ID`; zero if the source has none (auth.log).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Boot(#[serde(with = "crate::domain::base::hex")] pub u64);

impl Boot {
    /// Whether the boot is unknown.
    pub const fn is_unknown(&self) -> bool {
        self.0 == 0
    }
}

/// Identifies a process: its boot and pid.
pub type Process = (Boot, u32);

/// The boot of an entry: the first half of its boot id.
pub fn boot(id: &[u8]) -> Boot {
    let digits = id.get(..16).and_then(|half| std::str::from_utf8(half).ok());
    Boot(
        digits
            .and_then(|half| u64::from_str_radix(half, 16).ok())
            .unwrap_or(0),
    )
}
