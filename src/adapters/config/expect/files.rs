//! The keys of `[[expect]]` about the files.

use bytesize::ByteSize;
use toml::Value;

use crate::adapters::config::keys::{ConfigError, Keys};
use crate::adapters::config::values::{not_empty, number};
use crate::domain::expect::{Pattern, Wanted};

/// The most files that a feed may have: the state keeps their names.
const MOST_FILES: u32 = 1_000;

/// The values as they were read.
pub(super) struct Read {
    files: Option<Pattern>,
    count: Option<u32>,
    min_size: Option<u64>,
}

impl Read {
    pub(super) fn of(keys: &mut Keys<'_>) -> Result<Self, ConfigError> {
        Ok(Read {
            files: keys.get("files", pattern)?,
            count: keys.get("count", number(MOST_FILES, ""))?,
            min_size: keys.get("min-size", size)?,
        })
    }

    /// The files that are wanted. Comes after the check for unknown keys, because a missing key may be a misspelled one.
    pub(super) fn wanted(self, keys: &Keys<'_>) -> Result<Wanted, ConfigError> {
        Ok(Wanted {
            files: self.files.ok_or_else(|| keys.missing("files", "*.xml"))?,
            count: self.count.unwrap_or(1),
            min_size: self.min_size.unwrap_or(1),
        })
    }
}

fn pattern(text: String) -> Result<Pattern, String> {
    let text = not_empty("*.xml")(text)?;
    Pattern::new(&text)
        .map_err(|what| format!("\"{text}\" is no pattern: {what}; for example \"*.xml\""))
}

/// Reads a number of bytes, with or without a unit.
fn size(size: Value) -> Result<u64, String> {
    let bytes = match &size {
        Value::Integer(bytes) => u64::try_from(*bytes).ok(),
        Value::String(text) => text.parse::<ByteSize>().ok().map(|size| size.as_u64()),
        _ => None,
    };
    bytes.ok_or_else(|| format!("{size} is no size; for example 1000, \"10 kB\", \"1.5 MB\""))
}
