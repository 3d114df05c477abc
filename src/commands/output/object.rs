//! An object of JSON whose keys stand in the order in which they are named.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Keys with values, in this order.
#[derive(Debug, Default)]
pub(crate) struct Object(Vec<(&'static str, Value)>);

/// An object of these keys.
pub(crate) fn object<const N: usize>(keys: [(&'static str, Value); N]) -> Object {
    Object(keys.into())
}

impl Object {
    /// The object with this key as well, if there is a value.
    pub(crate) fn with<T: Into<Value>>(mut self, key: &'static str, value: Option<T>) -> Object {
        self.0.extend(value.map(|value| (key, value.into())));
        self
    }

    /// The object with this key as well, if there are values.
    pub(crate) fn with_all(self, key: &'static str, values: Vec<String>) -> Object {
        self.with(key, Some(values).filter(|values| !values.is_empty()))
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
