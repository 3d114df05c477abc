//! The entries of `journalctl -o json` and `-o export` (systemd's JOURNAL_EXPORT_FORMATS.md).

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, Error, IgnoredAny, MapAccess, Visitor};

use super::read::Read;
use crate::adapters::source::journal::{Field, Fields, Stamp};
use crate::domain::base::process::boot;
use crate::domain::base::time::Time;

/// An entry as journalctl writes it: the fields, and the time and boot that libsystemd keeps outside the fields.
#[derive(Debug, Default)]
pub(crate) struct Exported {
    fields: Fields,
    time: Field,
    boot: Field,
}

impl Exported {
    fn named(&mut self, name: &[u8]) -> Option<&mut Field> {
        match name {
            b"__REALTIME_TIMESTAMP" => Some(&mut self.time),
            b"_BOOT_ID" => Some(&mut self.boot),
            _ => self.fields.named(name),
        }
    }

    /// Begins the next entry.
    pub(crate) fn clear(&mut self) {
        self.fields.clear();
        self.time.clear();
        self.boot.clear();
    }

    /// Keeps a field of `journalctl -o export`.
    pub(crate) fn add(&mut self, name: &[u8], value: &[u8]) {
        if let Some(field) = self.named(name) {
            field.add(value);
        }
    }

    /// Whether the entry names its sender.
    pub(crate) const fn tells_sender(&self) -> bool {
        self.fields.tells_sender()
    }

    /// Reads an entry of `journalctl -o json`. Whether the text is such an entry.
    pub(crate) fn read_json(&mut self, text: &[u8]) -> bool {
        self.clear();
        let mut json = serde_json::Deserializer::from_slice(text);
        let read = json.deserialize_map(&mut *self).and_then(|()| json.end());
        read.is_ok() && self.time.number::<i64>().is_some()
    }

    /// The entry that was read.
    pub(crate) fn read(&self) -> Read<'_> {
        let Some(time) = self.time.number() else {
            return Read::NoText;
        };
        Read::Entry(self.fields.exported(Stamp {
            boot: boot(self.boot.bytes()),
            monotonic: 0,
            realtime: Time(time),
        }))
    }
}

impl<'de> Visitor<'de> for &mut Exported {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the fields of an entry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(FieldName(name)) = map.next_key()? {
            match self.named(name.as_bytes()) {
                Some(field) if field.is_given() => return Err(A::Error::custom("a field twice")),
                Some(field) => {
                    if let Some(value) = map.next_value::<Option<Value<'de>>>()? {
                        value.add_to(field);
                    }
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A field's name, borrowed if it holds no escape.
#[derive(Deserialize)]
struct FieldName<'a>(#[serde(borrow)] Cow<'a, str>);

/// A field's value; null stands for a value that is too large to be shown.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    /// A value that is not UTF-8.
    Bytes(Vec<u8>),
    /// The values of a field that occurs several times in an entry.
    #[serde(borrow)]
    Several(Vec<Option<Value<'a>>>),
}

impl Value<'_> {
    fn add_to(self, field: &mut Field) {
        match self {
            Value::Text(text) => field.add(text.as_bytes()),
            Value::Bytes(bytes) if bytes.is_empty() => {}
            Value::Bytes(bytes) => field.add(&bytes),
            Value::Several(all) => {
                for value in all {
                    value.unwrap_or(Value::Text("".into())).add_to(field);
                }
            }
        }
    }
}
