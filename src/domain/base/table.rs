//! A map whose values contain their keys, with marks by which values are found. In JSON it is a list of its values.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::ops::RangeBounds;

use crate::domain::base::evict::to_evict;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of a [`Table`], which contains its own key.
pub trait Keyed {
    /// The key's type.
    type Key: Ord + Copy;
    /// By what else values are found. Different values may have the same mark: whoever looks compares the value itself.
    type Mark: Ord + Copy;
    /// The lowest key.
    const LOWEST: Self::Key;
    /// The value's key.
    fn key(&self) -> Self::Key;
    /// The value's marks.
    fn marks(&self) -> impl Iterator<Item = Self::Mark>;
}

/// A map from key to value. A look by key or by mark does not depend on the number of values.
#[derive(Clone, Debug)]
pub struct Table<V: Keyed> {
    /// `None` while a value is lent.
    values: BTreeMap<V::Key, Option<Box<V>>>,
    marks: BTreeSet<(V::Mark, V::Key)>,
}

impl<V: Keyed> Table<V> {
    /// The value with this key.
    pub fn get(&self, key: &V::Key) -> Option<&V> {
        self.values.get(key)?.as_deref()
    }

    /// All values, by key.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.values.values().filter_map(Option::as_deref)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Are there no values?
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Puts a value under its key, and returns the old value.
    pub fn put(&mut self, value: impl Into<Box<V>>) -> Option<Box<V>> {
        let value = value.into();
        let key = value.key();
        let slot = self.values.entry(key).or_default();
        let old = slot.take();
        for mark in old.iter().flat_map(|old| old.marks()) {
            self.marks.remove(&(mark, key));
        }
        self.marks.extend(value.marks().map(|mark| (mark, key)));
        *slot = Some(value);
        old
    }

    /// Removes the value with this key.
    pub fn remove(&mut self, key: &V::Key) -> Option<Box<V>> {
        // A lent value stays where it is: whoever has it gives it back.
        self.values.get(key)?.as_ref()?;
        let value = self.values.remove(key)??;
        for mark in value.marks() {
            self.marks.remove(&(mark, *key));
        }
        Some(value)
    }

    /// Takes out a value that is soon put again.
    pub(crate) fn take(&mut self, key: &V::Key) -> Option<Box<V>> {
        let value = self.values.get_mut(key)?.take()?;
        for mark in value.marks() {
            self.marks.remove(&(mark, *key));
        }
        Some(value)
    }

    /// Lends a value while one line changes it. It must be given back with its marks unchanged.
    pub(crate) fn lend(&mut self, key: &V::Key) -> Option<Box<V>> {
        self.values.get_mut(key)?.take()
    }

    /// Takes a value that was lent back; puts it if it is new.
    pub(crate) fn give_back(&mut self, value: Box<V>) {
        match self.values.entry(value.key()) {
            btree_map::Entry::Occupied(mut slot) if slot.get().is_none() => {
                debug_assert!(
                    value
                        .marks()
                        .all(|mark| self.marks.contains(&(mark, value.key())))
                );
                *slot.get_mut() = Some(value);
            }
            _ => drop(self.put(value)),
        }
    }

    /// Changes a value in a way that changes none of its marks.
    pub(crate) fn touch(&mut self, key: &V::Key, change: impl FnOnce(&mut V)) -> bool {
        let Some(value) = self.values.get_mut(key).and_then(Option::as_deref_mut) else {
            return false;
        };
        change(value);
        debug_assert!(self.get(key).is_none_or(|value| {
            let mut marks = value.marks();
            marks.all(|mark| self.marks.contains(&(mark, *key)))
        }));
        true
    }

    /// Changes the value with this key.
    pub(crate) fn change<R>(
        &mut self,
        key: &V::Key,
        change: impl FnOnce(&mut V) -> R,
    ) -> Option<R> {
        let mut value = self.take(key)?;
        let result = change(&mut value);
        self.put(value);
        Some(result)
    }

    /// Removes the values for which `keep` is false.
    pub(crate) fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        let gone = self.values().filter(|value| !keep(value)).map(Keyed::key);
        for key in gone.collect::<Vec<_>>() {
            self.remove(&key);
        }
    }

    /// The keys of the values with a key in this range.
    pub(crate) fn keys(&self, range: impl RangeBounds<V::Key>) -> Vec<V::Key> {
        self.values.range(range).map(|(key, _)| *key).collect()
    }

    /// The values with this mark.
    pub(crate) fn marked(&self, mark: V::Mark) -> impl Iterator<Item = &V> {
        let marks = self.marks.range((mark, V::LOWEST)..);
        let marks = marks.take_while(move |(its, _)| *its == mark);
        marks.filter_map(|(_, key)| self.get(key))
    }

    /// The values with a mark from `low` on and below `high`, the lowest mark first.
    pub(crate) fn between(
        &self,
        low: V::Mark,
        high: V::Mark,
    ) -> impl DoubleEndedIterator<Item = &V> {
        let marks = self.marks.range((low, V::LOWEST)..(high, V::LOWEST));
        marks.filter_map(|(_, key)| self.get(key))
    }

    /// The lowest mark of all.
    pub(crate) fn first_mark(&self) -> Option<V::Mark> {
        self.marks.first().map(|(mark, _)| *mark)
    }

    /// The highest mark of all.
    pub(crate) fn last_mark(&self) -> Option<V::Mark> {
        self.marks.last().map(|(mark, _)| *mark)
    }

    /// Evicts values of which `of` is true, so that `kept` of these are left, and returns them: see [`to_evict`].
    pub(crate) fn evict<R: Ord, W: Ord, A: Ord>(
        &mut self,
        kept: usize,
        of: impl Fn(&V) -> bool,
        rank: impl Fn(&V) -> R,
        whose: impl Fn(&V) -> W,
        age: impl Fn(&V) -> A,
    ) -> Vec<Box<V>> {
        if self.len() <= kept {
            return Vec::new();
        }
        let all: Vec<(V::Key, &V)> = self
            .values()
            .filter(|value| of(value))
            .map(|value| (value.key(), value))
            .collect();
        let gone = to_evict(all.into_iter(), kept, rank, whose, |_, value| age(value));
        gone.iter().filter_map(|key| self.remove(key)).collect()
    }
}

impl<V: Keyed> Default for Table<V> {
    fn default() -> Self {
        Table {
            values: BTreeMap::new(),
            marks: BTreeSet::new(),
        }
    }
}

impl<V: Keyed + PartialEq> PartialEq for Table<V> {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl<V: Keyed + Serialize> Serialize for Table<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.values())
    }
}

impl<'de, V: Keyed + Deserialize<'de>> Deserialize<'de> for Table<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Table::default();
        for value in Vec::<V>::deserialize(deserializer)? {
            table.put(value);
        }
        Ok(table)
    }
}
