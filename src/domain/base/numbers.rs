//! Counters that stay within what a state file may hold, and values that JSON leaves out.

/// Counts so many more, but no more than a state may hold that is believed: an auth.log may say that a line was repeated
/// four thousand million times, as often as somebody writes so.
pub(crate) fn add(to: &mut u64, more: u64) {
    let sum = to.saturating_add(more).min(LARGEST_COUNT);
    *to = sum.max(*to);
}

/// Is this the value that JSON leaves out?
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The largest counter that is believed: beyond 2^53 jq and its kin round numbers, and adding must not overflow.
pub(crate) const LARGEST_COUNT: u64 = 1 << 53;
