//! A map whose values contain their keys, with marks by which values are found. In JSON it is a list of its values.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, btree_set};
use std::fmt::Debug;
use std::hash::Hash;
use std::iter::Chain;
use std::slice;

use crate::domain::base::evict::to_evict;
use crate::domain::base::quick::Seeded;
use crate::domain::base::time::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of a [`Table`], which contains its own key.
pub trait Keyed {
    /// The key's type.
    type Key: Ord + Copy + Hash;
    /// By what else values are found. Different values may have the same mark: whoever looks compares the value itself.
    type Mark: Debug + Eq + Copy + Hash;
    /// The mark whose first value the rules ask for with each line: it is found without a hash.
    const ASKED: Self::Mark;
    /// The value's key.
    fn key(&self) -> Self::Key;
    /// Calls `each` with each of the value's marks, and with the time that orders the values of this mark.
    fn marks(&self, each: impl FnMut(Self::Mark, Time));
}

/// A map from key to value. A look by key or by mark does not depend on the number of values.
#[derive(Clone, Debug)]
pub struct Table<V: Keyed> {
    /// The place of each value.
    places: HashMap<V::Key, usize, Seeded>,
    /// `None` while a value is lent, and at places that are free.
    values: Vec<Option<Box<V>>>,
    free: Vec<usize>,
    marks: Marks<V>,
}

/// The keys of the values with a mark, in order.
#[derive(Clone, Debug)]
enum Marked<K> {
    One((Time, K)),
    More(BTreeSet<(Time, K)>),
}

/// The keys of [`Marked`], in order.
type MarkedKeys<'m, K> = Chain<slice::Iter<'m, (Time, K)>, btree_set::Iter<'m, (Time, K)>>;

impl<K: Ord + Copy> Marked<K> {
    fn keys(&self) -> MarkedKeys<'_, K> {
        match self {
            Marked::One(key) => slice::from_ref(key)
                .iter()
                .chain(btree_set::Iter::default()),
            Marked::More(keys) => [].iter().chain(keys),
        }
    }

    fn add(&mut self, key: (Time, K)) {
        match self {
            Marked::One(one) => *self = Marked::More(BTreeSet::from([*one, key])),
            Marked::More(keys) => drop(keys.insert(key)),
        }
    }

    /// Removes a key. Returns whether it was the last one.
    fn remove(&mut self, key: &(Time, K)) -> bool {
        match self {
            Marked::One(one) => one == key,
            Marked::More(keys) => keys.remove(key) && keys.is_empty(),
        }
    }
}

/// The marks of values.
#[derive(Clone, Debug)]
struct Marks<V: Keyed> {
    /// The values with the mark [`Keyed::ASKED`].
    asked: Marked<V::Key>,
    /// The first time of these.
    first: Option<Time>,
    others: HashMap<V::Mark, Marked<V::Key>, Seeded>,
}

impl<V: Keyed> Marks<V> {
    fn add(&mut self, mark: V::Mark, key: (Time, V::Key)) {
        if mark == V::ASKED {
            self.asked.add(key);
            return self.note_first();
        }
        match self.others.entry(mark) {
            Entry::Vacant(slot) => drop(slot.insert(Marked::One(key))),
            Entry::Occupied(mut slot) => slot.get_mut().add(key),
        }
    }

    fn remove(&mut self, mark: V::Mark, key: (Time, V::Key)) {
        if mark == V::ASKED {
            self.asked.remove(&key);
            self.note_first();
        } else if let Entry::Occupied(mut slot) = self.others.entry(mark) {
            if slot.get_mut().remove(&key) {
                slot.remove();
            }
        }
    }

    fn note_first(&mut self) {
        self.first = self.asked.keys().next().map(|(at, _)| *at);
    }

    fn marked(&self, mark: V::Mark) -> Option<&Marked<V::Key>> {
        match mark == V::ASKED {
            true => Some(&self.asked),
            false => self.others.get(&mark),
        }
    }

    fn keys(&self, mark: V::Mark) -> MarkedKeys<'_, V::Key> {
        let marked = self.marked(mark);
        marked.map_or_else(|| [].iter().chain(btree_set::Iter::default()), Marked::keys)
    }

    /// Does each mark of this value stand here?
    fn hold(&self, value: &V) -> bool {
        let mut all = true;
        value.marks(|mark, at| {
            let key = (at, value.key());
            all &= self.marked(mark).is_some_and(|marked| match marked {
                Marked::One(one) => *one == key,
                Marked::More(keys) => keys.contains(&key),
            });
        });
        all
    }
}

impl<V: Keyed> Table<V> {
    /// The value with this key.
    pub fn get(&self, key: &V::Key) -> Option<&V> {
        self.values[*self.places.get(key)?].as_deref()
    }

    /// All values, in no order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter().filter_map(Option::as_deref)
    }

    /// All values, by key.
    pub fn by_key(&self) -> Vec<&V> {
        let mut values: Vec<&V> = self.values().collect();
        values.sort_unstable_by_key(|value| value.key());
        values
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Are there no values?
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Puts a value under its key, and returns the old value.
    pub fn put(&mut self, value: impl Into<Box<V>>) -> Option<Box<V>> {
        let value = value.into();
        let key = value.key();
        let place = *self.places.entry(key).or_insert_with(|| {
            self.free.pop().unwrap_or_else(|| {
                self.values.push(None);
                self.values.len() - 1
            })
        });
        let old = self.values[place].take();
        if let Some(old) = &old {
            old.marks(|mark, at| self.marks.remove(mark, (at, key)));
        }
        value.marks(|mark, at| self.marks.add(mark, (at, key)));
        self.values[place] = Some(value);
        old
    }

    /// Removes the value with this key.
    pub fn remove(&mut self, key: &V::Key) -> Option<Box<V>> {
        // A lent value stays where it is: whoever has it gives it back.
        let Entry::Occupied(slot) = self.places.entry(*key) else {
            return None;
        };
        let value = self.values[*slot.get()].take()?;
        self.free.push(slot.remove());
        value.marks(|mark, at| self.marks.remove(mark, (at, *key)));
        Some(value)
    }

    /// Takes out a value that is soon put again, if `wanted` is true of it.
    pub(crate) fn take_if(
        &mut self,
        key: &V::Key,
        wanted: impl FnOnce(&V) -> bool,
    ) -> Option<Box<V>> {
        let place = *self.places.get(key)?;
        let value = self.values[place].take_if(|value| wanted(value))?;
        value.marks(|mark, at| self.marks.remove(mark, (at, *key)));
        Some(value)
    }

    /// Lends a value while one line changes it, with its place. It must be given back with its marks unchanged.
    pub(crate) fn lend(&mut self, key: &V::Key) -> Option<(usize, Box<V>)> {
        let place = *self.places.get(key)?;
        Some((place, self.values[place].take()?))
    }

    /// Takes back a value that was lent from this place.
    pub(crate) fn give_back(&mut self, place: usize, value: Box<V>) {
        debug_assert!(self.marks.hold(&*value) && self.values[place].is_none());
        self.values[place] = Some(value);
    }

    /// Changes a value in a way that changes none of its marks.
    pub(crate) fn touch(&mut self, key: &V::Key, change: impl FnOnce(&mut V)) -> bool {
        let place = self.places.get(key);
        let Some(value) = place.and_then(|place| self.values[*place].as_deref_mut()) else {
            return false;
        };
        change(value);
        debug_assert!(self.marks.hold(&*value));
        true
    }

    /// Changes the value with this key, but not the key.
    pub(crate) fn change<R>(
        &mut self,
        key: &V::Key,
        change: impl FnOnce(&mut V) -> R,
    ) -> Option<R> {
        let value = self.values[*self.places.get(key)?].as_deref_mut()?;
        let mut before = Vec::new();
        value.marks(|mark, at| before.push((mark, (at, *key))));
        let result = change(value);
        let mut after = Vec::new();
        value.marks(|mark, at| after.push((mark, (at, *key))));
        let gone = before.iter().filter(|mark| !after.contains(mark));
        gone.for_each(|(mark, key)| self.marks.remove(*mark, *key));
        let new = after.iter().filter(|mark| !before.contains(mark));
        new.for_each(|(mark, key)| self.marks.add(*mark, *key));
        Some(result)
    }

    /// Removes the values for which `keep` is false.
    pub(crate) fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        let gone = self.values().filter(|value| !keep(value)).map(Keyed::key);
        for key in gone.collect::<Vec<_>>() {
            self.remove(&key);
        }
    }

    /// The values with this mark, by their times.
    pub(crate) fn marked(&self, mark: V::Mark) -> impl DoubleEndedIterator<Item = &V> {
        let keys = self.marks.keys(mark);
        keys.filter_map(|(_, key)| self.get(key))
    }

    /// The earliest time of the values with this mark.
    #[inline]
    pub(crate) fn first(&self, mark: V::Mark) -> Option<Time> {
        match mark == V::ASKED {
            true => self.marks.first,
            false => self.marks.keys(mark).next().map(|(at, _)| *at),
        }
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
            places: HashMap::default(),
            values: Vec::new(),
            free: Vec::new(),
            marks: Marks {
                asked: Marked::More(BTreeSet::new()),
                first: None,
                others: HashMap::default(),
            },
        }
    }
}

impl<V: Keyed + PartialEq> PartialEq for Table<V> {
    fn eq(&self, other: &Self) -> bool {
        self.by_key() == other.by_key()
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
