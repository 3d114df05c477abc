//! A map by name. In JSON it is in the names' order.

use std::collections::{BTreeMap, HashMap};

use crate::domain::base::quick::Seeded;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A map from a name, mostly an account's, to a value. A lookup takes the same time for any number of values. Each value
/// is boxed, because many slots of the map are empty.
#[derive(Clone, Debug, PartialEq)]
pub struct ByName<V>(HashMap<String, Box<V>, Seeded>);

impl<V> ByName<V> {
    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.0.get(name).map(Box::as_ref)
    }

    /// The value of this name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.0.get_mut(name).map(Box::as_mut)
    }

    /// Does this name have a value?
    pub fn contains_key(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Removes the value of this name.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        self.0.remove(name).map(|value| *value)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Are there no names?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All names and values, by name.
    pub fn sorted(&self) -> Vec<(&String, &V)> {
        // The names lie all over the memory: most are compared by a copy of their beginning.
        let mut all: Vec<_> = self
            .iter()
            .map(|(name, value)| (beginning(name), name, value))
            .collect();
        all.sort_unstable_by_key(|(beginning, name, _)| (*beginning, *name));
        all.into_iter()
            .map(|(_, name, value)| (name, value))
            .collect()
    }

    /// All names and values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.0.iter().map(|(name, value)| (name, &**value))
    }

    /// All values, in no order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values().map(Box::as_ref)
    }

    /// Removes the values for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.0.retain(|_, value| keep(value));
    }

    /// All names and values, as a map in the names' order.
    pub fn into_map(self) -> BTreeMap<String, V> {
        let all = self.0.into_iter();
        all.map(|(name, value)| (name, *value)).collect()
    }

    /// All names, with the values to change, in no order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut V)> {
        self.0.iter_mut().map(|(name, value)| (name, &mut **value))
    }
}

/// The first bytes of a name as a number: it orders names as the bytes do, if it differs.
fn beginning(name: &str) -> u128 {
    let mut first = [0; 16];
    let length = name.len().min(first.len());
    first[..length].copy_from_slice(&name.as_bytes()[..length]);
    u128::from_be_bytes(first)
}

impl<V: Default> ByName<V> {
    /// Changes the value of this name; a new one if there is none.
    pub fn change<R>(&mut self, name: &str, change: impl FnOnce(&mut V) -> R) -> R {
        match self.0.get_mut(name) {
            Some(value) => change(value),
            None => change(self.of(name)),
        }
    }

    /// The value of this name, to change it; a new one if there is none.
    pub fn of(&mut self, name: &str) -> &mut V {
        self.0.entry(name.to_owned()).or_default()
    }
}

impl<V> Default for ByName<V> {
    fn default() -> Self {
        ByName(HashMap::default())
    }
}

impl<V: Serialize> Serialize for ByName<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.sorted())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for ByName<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        HashMap::deserialize(deserializer).map(ByName)
    }
}
