//! Chance, the same for the same seed.

use std::cell::Cell;

/// Numbers that look random and are the same for the same seed (splitmix64).
pub(crate) struct Dice(pub Cell<u64>);

impl Dice {
    pub(crate) fn roll(&self, sides: u64) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut z = self.0.get();
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    /// One of so many places.
    pub(crate) fn index(&self, places: usize) -> usize {
        usize::try_from(self.roll(places as u64)).expect("less than the places")
    }

    pub(crate) fn once_in(&self, times: u64) -> bool {
        times > 0 && self.roll(times) == 0
    }
}

/// How often, once in so many operations, something goes wrong; 0 is never.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Odds {
    pub(crate) interleave: u64,
    pub(crate) kill: u64,
    pub(crate) power_cut: u64,
    pub(crate) error: u64,
    /// The user database does not answer.
    pub(crate) unknown: u64,
    /// The journal cannot be opened or read.
    pub(crate) journal: u64,
    /// Slack does anything but take a message.
    pub(crate) slack: u64,
}
