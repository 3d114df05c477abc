//! A fast hash for tables in memory. The state holds none of its values.

use std::hash::{BuildHasher, Hasher, RandomState};

/// An odd number whose bits are spread evenly.
const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a text or of some numbers so far.
pub(crate) struct Quick(u64);

impl Hasher for Quick {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        self.0 ^= (bytes.len() as u64) << 56;
        while let Some((word, more)) = rest.split_first_chunk() {
            self.write_u64(u64::from_le_bytes(*word));
            rest = more;
        }
        // The last word may begin within the one before it: this takes less time than single bytes.
        let last = match bytes.last_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest
                .iter()
                .fold(0, |last, byte| last << 8 | u64::from(*byte)),
        };
        self.write_u64(last);
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        // Both halves of the product, so that each bit of the key changes each bit of the hash.
        let product = u128::from(self.0 ^ number) * FACTOR;
        self.0 = (product >> 64) as u64 ^ (product & 0xffff_ffff_ffff_ffff) as u64;
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

/// Makes hashes that differ in each table, so that nobody can choose keys that collide.
#[derive(Clone, Debug)]
pub(crate) struct Seeded(u64);

impl Default for Seeded {
    fn default() -> Self {
        Seeded(RandomState::new().hash_one(0))
    }
}

impl BuildHasher for Seeded {
    type Hasher = Quick;

    #[inline]
    fn build_hasher(&self) -> Quick {
        Quick(self.0)
    }
}

/// The hash of a text, the same in each table.
#[inline]
pub(crate) fn quick(text: &str) -> u64 {
    let mut hash = Quick(0);
    hash.write(text.as_bytes());
    hash.finish()
}
