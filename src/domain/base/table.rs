//! A map whose keys are not strings, written to JSON as a list of its values.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of a [`Table`], which contains its own key.
pub trait Keyed {
    /// The key's type.
    type Key: Ord + Clone;
    /// The value's key.
    fn key(&self) -> Self::Key;
}

/// A map from key to value; each value contains its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<V: Keyed>(pub BTreeMap<V::Key, V>);

impl<V: Keyed> Default for Table<V> {
    fn default() -> Self {
        Table(BTreeMap::new())
    }
}

impl<V: Keyed> Table<V> {
    /// Puts a value under its key, and returns the old value.
    pub fn put(&mut self, value: V) -> Option<V> {
        self.0.insert(value.key(), value)
    }
}

impl<V: Keyed + Serialize> Serialize for Table<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.values())
    }
}

impl<'de, V: Keyed + Deserialize<'de>> Deserialize<'de> for Table<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::<V>::deserialize(deserializer)?;
        Ok(Table(values.into_iter().map(|v| (v.key(), v)).collect()))
    }
}
