//! Who has the most of a list that is full, and so must make room.

use std::collections::BTreeMap;

/// Whoever has the most of these.
pub(super) fn most<'a, T>(items: &'a [T], whose: impl Fn(&'a T) -> &'a str) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        *counts.entry(whose(item)).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(whose, _)| whose)
}
