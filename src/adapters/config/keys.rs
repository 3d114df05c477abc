//! The tables of the configuration file. Readers take keys one after another; the keys that are left are unknown.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// An error in the configuration: the file, the line, the key, and the correct form.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}")]
pub struct ConfigError {
    /// The file, and the line if it is known.
    place: String,
    what: String,
}

/// The file's text, used to find line numbers.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl<'a> Text<'a> {
    /// Makes an error at a place in the file.
    pub(super) fn wrong(&self, at: Option<Range<usize>>, what: impl Into<String>) -> ConfigError {
        let path = self.path.display();
        let place = match at {
            Some(at) => format!("{path}:{}", self.line(at.start)),
            None => path.to_string(),
        };
        let what = what.into();
        ConfigError { place, what }
    }

    /// The line number of a byte position.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.bytes().take(at);
        before.filter(|&b| b == b'\n').count() + 1
    }

    /// Parses the keys of the whole file.
    pub(super) fn keys(&'a self) -> Result<Keys<'a>, ConfigError> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let key = error.span().and_then(|at| self.key_before(at.start));
            let key = key.map(|key| format!("{key}: ")).unwrap_or_default();
            self.wrong(error.span(), key + &in_words(error.message()))
        })?;
        Ok(Keys {
            text: self,
            name: String::new(),
            at: table.span(),
            table: table.into_inner(),
            known: Vec::new(),
        })
    }

    /// The key of the line whose value begins at this position.
    fn key_before(&self, at: usize) -> Option<&str> {
        let line = self.text.get(..at)?.rsplit('\n').next()?;
        Some(line.split_once('=')?.0.trim())
    }
}

/// A table, and the keys that were read from it.
pub(super) struct Keys<'a> {
    text: &'a Text<'a>,
    /// The table's name and a dot; empty for the whole file.
    name: String,
    /// The table's place in the text.
    pub(super) at: Range<usize>,
    table: DeTable<'a>,
    /// The keys that were read, each with the place of its value.
    known: Vec<(&'static str, Option<Range<usize>>)>,
}

impl<'a> Keys<'a> {
    /// Returns the value of a key, converted by `read`; `None` if the key is missing.
    pub(super) fn get<T: Deserialize<'a>, U>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(T) -> Result<U, String>,
    ) -> Result<Option<U>, ConfigError> {
        let value = self.take(key);
        value.map(|value| self.read(key, value, read)).transpose()
    }

    /// Like `get`, for each value of a list.
    pub(super) fn list<T: Deserialize<'a>, U, C: FromIterator<U>>(
        &mut self,
        key: &'static str,
        read: impl Fn(T) -> Result<U, String>,
    ) -> Result<C, ConfigError> {
        let items = self.array(key)?.into_iter();
        items.map(|item| self.read(key, item, &read)).collect()
    }

    /// Returns the tables of a list, one for each `thing`.
    pub(super) fn tables(
        &mut self,
        key: &'static str,
        thing: &str,
    ) -> Result<Vec<Keys<'a>>, ConfigError> {
        if let Some(DeValue::Table(_)) = self.table.get(key).map(Spanned::get_ref) {
            let what =
                format!("each {thing} has a table of its own: write [[{key}]], with two brackets");
            return Err(self.table(key)?.wrong(&what));
        }
        let items = self.array(key)?.into_iter();
        items.map(|item| self.table_of(key, item)).collect()
    }

    /// Returns a table below this one; an empty one if it is missing.
    pub(super) fn table(&mut self, key: &'static str) -> Result<Keys<'a>, ConfigError> {
        let nothing = || Spanned::new(0..0, DeValue::Table(DeTable::new()));
        let value = self.take(key).unwrap_or_else(nothing);
        self.table_of(key, value)
    }

    /// Reads a table below this one, and refuses the keys in it that were not read.
    pub(super) fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Keys<'a>) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        let mut keys = self.table(key)?;
        let read = read(&mut keys)?;
        keys.end()?;
        Ok(read)
    }

    /// Was a value of this key read?
    pub(super) fn has(&self, key: &str) -> bool {
        let mut given = self.known.iter().filter(|(_, at)| at.is_some());
        given.any(|(known, _)| *known == key)
    }

    /// Returns all values in this table by name, each converted by `read`.
    pub(super) fn each<T: Deserialize<'a>, U>(
        mut self,
        read: impl Fn(&str, T) -> Result<U, String>,
    ) -> Result<BTreeMap<String, U>, ConfigError> {
        let table = std::mem::take(&mut self.table).into_iter();
        let named = table.map(|(name, value)| {
            let name = name.into_inner().into_owned();
            let value = self.read(&name, value, |value| read(&name, value))?;
            Ok((name, value))
        });
        named.collect()
    }

    /// Returns all tables in this one, each with its name.
    pub(super) fn named_tables(mut self) -> Result<Vec<(String, Keys<'a>)>, ConfigError> {
        let table = std::mem::take(&mut self.table).into_iter();
        let named = table.map(|(name, value)| {
            let name = name.into_inner().into_owned();
            let keys = self.table_of(&name, value)?;
            Ok((name, keys))
        });
        named.collect()
    }

    /// Makes an error about this table as a whole.
    pub(super) fn wrong(&self, what: &str) -> ConfigError {
        let name = self.name.trim_end_matches('.');
        self.text
            .wrong(Some(self.at.clone()), format!("{name}: {what}"))
    }

    /// Makes an error about a key that was read; about the table as a whole if it has no such key.
    pub(super) fn wrong_at(&self, key: &str, what: &str) -> ConfigError {
        let place = self.known.iter().find(|(known, _)| *known == key);
        match place {
            Some((_, Some(at))) => {
                let what = format!("{}{key}: {what}", self.name);
                self.text.wrong(Some(at.clone()), what)
            }
            _ => self.wrong(what),
        }
    }

    /// Makes an error about a key that this table needs.
    pub(super) fn missing(&self, key: &str, example: &str) -> ConfigError {
        self.wrong(&format!(
            "{key} is missing; for example {key} = \"{example}\""
        ))
    }

    /// Refuses the keys that were not read.
    pub(super) fn end(&self) -> Result<(), ConfigError> {
        let Some(key) = self.table.keys().next() else {
            return Ok(());
        };
        let unknown = key.get_ref();
        // The scripts and other programs use underscores in keys.
        let known = || self.known.iter().map(|(key, _)| *key);
        let hint = nearest(&unknown.replace('_', "-"), known());
        let hint = hint
            .map(|key| format!("; did you mean \"{key}\"?"))
            .unwrap_or_default();
        let known: Vec<&str> = known().collect();
        let known = known.join(", ");
        let what = format!("unknown key \"{unknown}\"{hint} (known here: {known})");
        Err(self.text.wrong(Some(key.span()), what))
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        let value = self.table.remove(key);
        self.known.push((key, value.as_ref().map(Spanned::span)));
        value
    }

    fn array(&mut self, key: &'static str) -> Result<Vec<Spanned<DeValue<'a>>>, ConfigError> {
        let Some(value) = self.take(key) else {
            return Ok(Vec::new());
        };
        match value.get_ref() {
            DeValue::Array(items) => Ok(items.iter().cloned().collect()),
            _ => self.read(key, value, |_: Vec<toml::Value>| Ok(Vec::new())),
        }
    }

    fn table_of(&self, key: &str, value: Spanned<DeValue<'a>>) -> Result<Keys<'a>, ConfigError> {
        let at = value.span();
        let table = match value.get_ref() {
            DeValue::Table(table) => table.clone(),
            // A date is the only value besides tables that deserializes as a table.
            _ => self.read(key, value, |_: toml::Table| Err(NO_TABLE.to_owned()))?,
        };
        Ok(Keys {
            text: self.text,
            name: format!("{}{key}.", self.name),
            at,
            table,
            known: Vec::new(),
        })
    }

    fn read<T: Deserialize<'a>, U>(
        &self,
        key: &str,
        value: Spanned<DeValue<'a>>,
        read: impl FnOnce(T) -> Result<U, String>,
    ) -> Result<U, ConfigError> {
        let at = value.span();
        let wrong = |what: &str| {
            let what = format!("{}{key}: {what}", self.name);
            self.text.wrong(Some(at.clone()), what)
        };
        let value = T::deserialize(ValueDeserializer::from(value));
        let value = value.map_err(|error| wrong(&in_words(error.message())))?;
        read(value).map_err(|what| wrong(&what))
    }
}

/// The error for a date in place of a table.
const NO_TABLE: &str = "invalid type: a date or time, expected a table";

/// A parser's message in one line, without Rust terms.
fn in_words(message: &str) -> String {
    let message = message
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(", ");
    let Some((wrong, expected)) = message.split_once(", expected ") else {
        return message;
    };
    let expected = match expected {
        "i64" => "a whole number",
        "a map" => "a table",
        "a sequence" => "a list",
        "a string" => "text in quotes",
        other => other,
    };
    let wrong = match wrong {
        "invalid type: sequence" => "invalid type: a list",
        // A date or time is a map as well.
        "invalid type: map" => "invalid type: a table, date or time",
        other => other,
    };
    format!("{wrong}, expected {expected}")
}

/// The end of an error about an unknown name: the most similar known one, or else an example.
pub(super) fn hint(near: Option<&str>, example: &str) -> String {
    match near {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => example.to_owned(),
    }
}

/// The most wrong letters in a key or a zone for a suggestion.
const LETTERS_WRONG: usize = 3;

/// The most similar known word, if it is similar enough.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance =
        |other: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &other.to_lowercase());
    let near = known
        .map(|other| (distance(other), other))
        .min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, other)| *distance <= LETTERS_WRONG.min(other.len() / 2))
        .map(|(_, other)| other)
}
