//! Counters with the upper limit of a state file, and values that JSON leaves out.

/// Adds to a counter, up to the largest count that a state may hold: anyone can write into an auth.log that a line was repeated
/// four thousand million times, and as often as they like.
pub(crate) fn add(to: &mut u64, more: u64) {
    let sum = to.saturating_add(more).min(LARGEST_COUNT);
    *to = sum.max(*to);
}

/// Whether JSON leaves out this value.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The largest count that is accepted: jq and similar tools round numbers beyond 2^53, and additions must not overflow.
pub(crate) const LARGEST_COUNT: u64 = 1 << 53;
