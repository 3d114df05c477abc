//! The tables of the configuration file, from which one key after the other is taken; what is left over is unknown.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// What is wrong with the configuration: the file, the line, the key, and what would be right.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}")]
pub struct ConfigError {
    /// The file, and the line where one is known.
    place: String,
    what: String,
}

/// The file's text, to find lines in.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl<'a> Text<'a> {
    /// An error at a place in the file.
    pub(super) fn wrong(&self, at: Option<Range<usize>>, what: impl Into<String>) -> ConfigError {
        let path = self.path.display();
        let place = match at {
            Some(at) => format!("{path}:{}", self.line(at.start)),
            None => path.to_string(),
        };
        let what = what.into();
        ConfigError { place, what }
    }

    /// The number of the line that a place is in.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.bytes().take(at);
        before.filter(|&b| b == b'\n').count() + 1
    }

    /// The keys of the whole file.
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

    /// The key of the line whose value begins here.
    fn key_before(&self, at: usize) -> Option<&str> {
        let line = self.text.get(..at)?.rsplit('\n').next()?;
        Some(line.split_once('=')?.0.trim())
    }
}

/// A table, and the keys that it was asked for.
pub(super) struct Keys<'a> {
    text: &'a Text<'a>,
    /// Its name and a dot; nothing for the whole file.
    name: String,
    /// Where it begins.
    pub(super) at: Range<usize>,
    table: DeTable<'a>,
    known: Vec<&'static str>,
}

impl<'a> Keys<'a> {
    /// The value of a key, as `read` understands it; none where the key is not there.
    pub(super) fn get<T: Deserialize<'a>, U>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(T) -> Result<U, String>,
    ) -> Result<Option<U>, ConfigError> {
        let value = self.take(key);
        value.map(|value| self.read(key, value, read)).transpose()
    }

    /// The same of each value of a list.
    pub(super) fn list<T: Deserialize<'a>, U, C: FromIterator<U>>(
        &mut self,
        key: &'static str,
        read: impl Fn(T) -> Result<U, String>,
    ) -> Result<C, ConfigError> {
        let items = self.array(key)?.into_iter();
        items.map(|item| self.read(key, item, &read)).collect()
    }

    /// The tables of a list.
    pub(super) fn tables(&mut self, key: &'static str) -> Result<Vec<Keys<'a>>, ConfigError> {
        if let Some(DeValue::Table(_)) = self.table.get(key).map(Spanned::get_ref) {
            let what = "each feed has a table of its own: write [[expect]], with two brackets";
            return Err(self.table(key)?.wrong(what));
        }
        let items = self.array(key)?.into_iter();
        items.map(|item| self.table_of(key, item)).collect()
    }

    /// A table below this one; an empty one where it is not there.
    pub(super) fn table(&mut self, key: &'static str) -> Result<Keys<'a>, ConfigError> {
        let nothing = || Spanned::new(0..0, DeValue::Table(DeTable::new()));
        let value = self.take(key).unwrap_or_else(nothing);
        self.table_of(key, value)
    }

    /// All tables in this one, each with its name.
    pub(super) fn named_tables(mut self) -> Result<Vec<(String, Keys<'a>)>, ConfigError> {
        let table = std::mem::take(&mut self.table).into_iter();
        let named = table.map(|(name, value)| {
            let name = name.into_inner().into_owned();
            let keys = self.table_of(&name, value)?;
            Ok((name, keys))
        });
        named.collect()
    }

    /// An error of this table as a whole.
    pub(super) fn wrong(&self, what: &str) -> ConfigError {
        let name = self.name.trim_end_matches('.');
        self.text
            .wrong(Some(self.at.clone()), format!("{name}: {what}"))
    }

    /// Refuses the keys that nobody asked for.
    pub(super) fn end(&self) -> Result<(), ConfigError> {
        let Some(key) = self.table.keys().next() else {
            return Ok(());
        };
        let unknown = key.get_ref();
        // The scripts' habit, and other programs', is the underscore.
        let hint = nearest(&unknown.replace('_', "-"), self.known.iter().copied());
        let hint = hint
            .map(|key| format!("; did you mean \"{key}\"?"))
            .unwrap_or_default();
        let known = self.known.join(", ");
        let what = format!("unknown key \"{unknown}\"{hint} (known here: {known})");
        Err(self.text.wrong(Some(key.span()), what))
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.table.remove(key)
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
            // Of values that are no tables, the parser hands out dates alone as one.
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

/// What is wrong with a date where a table is needed.
const NO_TABLE: &str = "invalid type: a date or time, expected a table";

/// A parser's message in one line, without the words of Rust.
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
        other => other,
    };
    format!("{wrong}, expected {expected}")
}

/// How many letters may be wrong in a key or a zone for it to be taken as meant.
const LETTERS_WRONG: usize = 3;

/// The nearest word, if one is near.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance =
        |other: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &other.to_lowercase());
    let near = known
        .map(|other| (distance(other), other))
        .min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, other)| *distance <= LETTERS_WRONG.min(other.len() / 2))
        .map(|(_, other)| other)
}
