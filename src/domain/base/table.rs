//! A map whose values contain their keys, with marks by which values are found. In JSON it is a list of its values.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;
use std::hash::Hash;

use crate::domain::base::evict::to_evict;
use crate::domain::base::quick::Seeded;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of a [`Table`], which contains its own key.
pub trait Keyed {
    /// The key's type.
    type Key: Ord + Copy + Hash + Debug;
    /// By what else values are found. Different values may have the same mark: whoever looks compares the value itself.
    type Mark: Ord + Copy + Debug;
    /// The lowest key.
    const LOWEST: Self::Key;
    /// The value's key.
    fn key(&self) -> Self::Key;
    /// Calls `each` with each of the value's marks.
    fn marks(&self, each: impl FnMut(Self::Mark));
}

/// A map from key to value. A look by key or by mark does not depend on the number of values.
#[derive(Clone, Debug)]
pub struct Table<V: Keyed> {
    /// `None` while a value is lent.
    values: HashMap<V::Key, Option<Box<V>>, Seeded>,
    marks: Marks<V::Mark, V::Key>,
}

/// The marks of values, each with the value's key.
#[derive(Clone, Debug)]
struct Marks<M, K> {
    all: BTreeSet<(M, K)>,
    /// The lowest mark of all.
    first: Option<M>,
}

impl<M: Ord + Copy, K: Ord> Marks<M, K> {
    fn add(&mut self, mark: M, key: K) {
        self.all.insert((mark, key));
        if self.first.is_none_or(|first| mark < first) {
            self.first = Some(mark);
        }
    }

    fn remove(&mut self, mark: M, key: K) {
        self.all.remove(&(mark, key));
        if self.first == Some(mark) {
            self.first = self.all.first().map(|(mark, _)| *mark);
        }
    }
}

impl<V: Keyed> Table<V> {
    /// The value with this key.
    pub fn get(&self, key: &V::Key) -> Option<&V> {
        self.values.get(key)?.as_deref()
    }

    /// All values, in no order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.values.values().filter_map(Option::as_deref)
    }

    /// All values, by key.
    pub fn by_key(&self) -> Vec<&V> {
        let mut values: Vec<&V> = self.values().collect();
        values.sort_unstable_by_key(|value| value.key());
        values
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
        if let Some(old) = &old {
            old.marks(|mark| self.marks.remove(mark, key));
        }
        value.marks(|mark| self.marks.add(mark, key));
        *slot = Some(value);
        old
    }

    /// Removes the value with this key.
    pub fn remove(&mut self, key: &V::Key) -> Option<Box<V>> {
        // A lent value stays where it is: whoever has it gives it back.
        let Entry::Occupied(slot) = self.values.entry(*key) else {
            return None;
        };
        slot.get().as_ref()?;
        let value = slot.remove()?;
        value.marks(|mark| self.marks.remove(mark, *key));
        Some(value)
    }

    /// Takes out a value that is soon put again, if `wanted` is true of it.
    pub(crate) fn take_if(
        &mut self,
        key: &V::Key,
        wanted: impl FnOnce(&V) -> bool,
    ) -> Option<Box<V>> {
        let value = self.values.get_mut(key)?.take_if(|value| wanted(value))?;
        value.marks(|mark| self.marks.remove(mark, *key));
        Some(value)
    }

    /// Lends a value while one line changes it. It must be given back with its marks unchanged.
    pub(crate) fn lend(&mut self, key: &V::Key) -> Option<Box<V>> {
        self.values.get_mut(key)?.take()
    }

    /// Takes a value that was lent back; puts it if it is new.
    pub(crate) fn give_back(&mut self, value: Box<V>) {
        match self.values.get_mut(&value.key()) {
            Some(slot) if slot.is_none() => {
                value.marks(|mark| debug_assert!(self.marks.all.contains(&(mark, value.key()))));
                *slot = Some(value);
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
        value.marks(|mark| debug_assert!(self.marks.all.contains(&(mark, *key))));
        true
    }

    /// Changes the value with this key, but not the key.
    pub(crate) fn change<R>(
        &mut self,
        key: &V::Key,
        change: impl FnOnce(&mut V) -> R,
    ) -> Option<R> {
        let value = self.values.get_mut(key)?.as_deref_mut()?;
        let mut before = Vec::new();
        value.marks(|mark| before.push(mark));
        let result = change(value);
        let mut after = Vec::new();
        value.marks(|mark| after.push(mark));
        let gone = before.iter().filter(|mark| !after.contains(mark));
        gone.for_each(|mark| self.marks.remove(*mark, *key));
        let new = after.iter().filter(|mark| !before.contains(mark));
        new.for_each(|mark| self.marks.add(*mark, *key));
        Some(result)
    }

    /// Removes the values for which `keep` is false.
    pub(crate) fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        let gone = self.values().filter(|value| !keep(value)).map(Keyed::key);
        for key in gone.collect::<Vec<_>>() {
            self.remove(&key);
        }
    }

    /// The values with this mark.
    pub(crate) fn marked(&self, mark: V::Mark) -> impl Iterator<Item = &V> {
        let marks = self.marks.all.range((mark, V::LOWEST)..);
        let marks = marks.take_while(move |(its, _)| *its == mark);
        marks.filter_map(|(_, key)| self.get(key))
    }

    /// The values with a mark from `low` on and below `high`, the lowest mark first.
    pub(crate) fn between(
        &self,
        low: V::Mark,
        high: V::Mark,
    ) -> impl DoubleEndedIterator<Item = &V> {
        let marks = self.marks.all.range((low, V::LOWEST)..(high, V::LOWEST));
        marks.filter_map(|(_, key)| self.get(key))
    }

    /// The lowest mark of all.
    pub(crate) fn first_mark(&self) -> Option<V::Mark> {
        self.marks.first
    }

    /// The highest mark of all.
    pub(crate) fn last_mark(&self) -> Option<V::Mark> {
        self.marks.all.last().map(|(mark, _)| *mark)
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
            .by_key()
            .into_iter()
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
            values: HashMap::default(),
            marks: Marks {
                all: BTreeSet::new(),
                first: None,
            },
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
        serializer.collect_seq(self.by_key())
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
