//! Evicts entries of a full list or map: those of the lowest rank first, then those of the owner with the most.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The keys of the entries to evict so that `kept` are left: the lowest `rank` first, then entries of the owner with the most,
/// then the lowest `age`. So an owner who fills a table does not evict the entries of other owners.
pub(crate) fn to_evict<'a, K, T: 'a, R: Ord, W: Ord, A: Ord>(
    items: impl ExactSizeIterator<Item = (K, &'a T)>,
    kept: usize,
    rank: impl Fn(&'a T) -> R,
    whose: impl Fn(&'a T) -> W,
    age: impl Fn(&K, &'a T) -> A,
) -> Vec<K> {
    let excess = items.len().saturating_sub(kept);
    if excess == 0 {
        return Vec::new();
    }
    let mut items: Vec<(K, &T)> = items.collect();
    // The place of each entry among those of its owner, the latest first: an owner with many entries has many high places.
    items.sort_by_key(|(key, item)| Reverse(age(key, item)));
    let mut counts: BTreeMap<W, usize> = BTreeMap::new();
    let mut placed: Vec<_> = items
        .into_iter()
        .map(|(key, item)| {
            let place = counts.entry(whose(item)).or_default();
            *place += 1;
            ((rank(item), Reverse(*place), age(&key, item)), key)
        })
        .collect();
    placed.sort_by(|(a, _), (b, _)| a.cmp(b));
    placed
        .into_iter()
        .take(excess)
        .map(|(_, key)| key)
        .collect()
}

/// Evicts entries from a list, and returns them in the list's order.
pub(crate) fn evict<T, R: Ord, W: Ord, A: Ord>(
    list: &mut Vec<T>,
    kept: usize,
    rank: impl Fn(&T) -> R,
    whose: impl Fn(&T) -> W,
    age: impl Fn(usize, &T) -> A,
) -> Vec<T> {
    let all = list.iter().enumerate();
    let places = to_evict(all, kept, rank, whose, |at, item| age(*at, item));
    take_out(list, places)
}

/// Evicts entries from a map, and returns them.
pub(crate) fn evict_from_map<K: Ord + Clone, V, R: Ord, W: Ord, A: Ord>(
    map: &mut BTreeMap<K, V>,
    kept: usize,
    rank: impl Fn(&V) -> R,
    whose: impl Fn(&V) -> W,
    age: impl Fn(&V) -> A,
) -> Vec<V> {
    let all = map.iter().map(|(key, value)| (key.clone(), value));
    let keys = to_evict(all, kept, rank, whose, |_, value| age(value));
    keys.iter().filter_map(|key| map.remove(key)).collect()
}

/// Removes the entries at these places of a list, and returns them in the list's order.
pub(crate) fn take_out<T>(list: &mut Vec<T>, mut places: Vec<usize>) -> Vec<T> {
    places.sort_unstable();
    let mut taken: Vec<T> = places
        .into_iter()
        .rev()
        .map(|place| list.remove(place))
        .collect();
    taken.reverse();
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(list: &[&'static str], kept: usize) -> String {
        let mut list = list.to_vec();
        let whose = |item: &&'static str| (*item).split('.').next();
        let worth = |item: &&str| !item.ends_with('!');
        evict(&mut list, kept, worth, whose, |at, _| at);
        list.join(" ")
    }

    #[test]
    fn of_too_many_the_oldest_of_whoever_has_the_most_go() {
        let list = ["bob.1", "alice.1", "alice.2", "bob.2", "alice.3", "alice.4"];
        assert_eq!(
            left(&list, 6),
            "bob.1 alice.1 alice.2 bob.2 alice.3 alice.4"
        );
        assert_eq!(left(&list, 5), "bob.1 alice.2 bob.2 alice.3 alice.4");
        assert_eq!(left(&list, 4), "bob.1 bob.2 alice.3 alice.4");
        assert_eq!(left(&list, 2), "bob.2 alice.4");
    }

    #[test]
    fn what_is_worth_least_goes_first_whoever_has_it() {
        let list = ["bob.1!", "alice.1", "alice.2", "alice.3"];
        assert_eq!(left(&list, 3), "alice.1 alice.2 alice.3");
    }
}
