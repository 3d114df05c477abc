//! `[holidays]`: lists of dates in the configuration, and files of dates.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use toml::Value;

use crate::adapters::config::keys::{ConfigError, Keys, hint, nearest};
use crate::domain::expect::Holidays;

/// A leap year, so that 29 February is a date of every year.
const LEAP_YEAR: &str = "2024";

/// The largest file of dates.
const MOST_BYTES: u64 = 1_000_000;

/// The lists of the configuration by name, and the directory in which files without a directory are.
pub(super) struct Lists<'a> {
    named: BTreeMap<String, Arc<Holidays>>,
    directory: &'a Path,
}

impl<'a> Lists<'a> {
    /// Reads the table: each value is a list of dates, or the name of a file.
    pub(super) fn read(keys: Keys<'_>, directory: &'a Path) -> Result<Self, ConfigError> {
        let named = keys.each(|name, value: Value| {
            let mut holidays = match &value {
                Value::String(file) => from_file(&directory.join(file))?,
                Value::Array(dates) => {
                    let mut holidays = Holidays::default();
                    for date in dates {
                        let text = date.to_string();
                        add(&mut holidays, date.as_str().unwrap_or(&text))?;
                    }
                    holidays
                }
                _ => return Err("a list of dates is needed, or the name of a file".to_owned()),
            };
            name.clone_into(&mut holidays.name);
            Ok(Arc::new(holidays))
        })?;
        Ok(Lists { named, directory })
    }

    /// The list of this name, or of this file if there is a `/` in it.
    pub(super) fn get(&self, text: &str) -> Result<Arc<Holidays>, String> {
        if text.contains('/') {
            let mut holidays = from_file(&self.directory.join(text))?;
            text.clone_into(&mut holidays.name);
            return Ok(Arc::new(holidays));
        }
        self.named.get(text).cloned().ok_or_else(|| {
            let example = format!(
                "write [holidays] with {text} = [\"2026-12-25\"], or name a file with its directory"
            );
            let hint = hint(
                nearest(text, self.named.keys().map(String::as_str)),
                &example,
            );
            format!("there is no list \"{text}\" in [holidays]; {hint}")
        })
    }
}

/// Reads a file: one date a line, then its name if it has one; `#` starts a comment. Names may be in any encoding.
fn from_file(path: &Path) -> Result<Holidays, String> {
    let shown = path.display();
    let text = bytes(path).map_err(|why| format!("cannot read {shown}: {why}"))?;
    let text = String::from_utf8_lossy(&text).replace("\r\n", "\n");
    let mut holidays = Holidays::default();
    let lines = text.trim_start_matches('\u{feff}').split(['\n', '\r']);
    for (line, number) in lines.zip(1..) {
        let mut words = line
            .split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let wrong = |what| format!("{shown}:{number}: {what}");
        if let Some(date) = words.next() {
            add(&mut holidays, date).map_err(wrong)?;
        }
        if let Some(second) = words.find(|word| add(&mut Holidays::default(), word).is_ok()) {
            return Err(wrong(format!(
                "\"{second}\" is a second date: write one a line"
            )));
        }
    }
    Ok(holidays)
}

/// Reads a regular file that is not too large. The reading of a pipe or a device might never end.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| error.to_string();
    match std::fs::metadata(path).map_err(said)? {
        about if !about.is_file() => Err("a regular file is needed".to_owned()),
        about if about.len() > MOST_BYTES => {
            Err(format!("it is larger than {} MB", MOST_BYTES / 1_000_000))
        }
        _ => std::fs::read(path).map_err(said),
    }
}

/// Adds `2026-12-25`, or `12-25` for every year.
fn add(holidays: &mut Holidays, text: &str) -> Result<(), String> {
    use chrono::Datelike;
    let whole = |text: &str| text.parse::<NaiveDate>().ok();
    let yearly = text.len() == "12-25".len();
    let yearly = yearly
        .then(|| whole(&format!("{LEAP_YEAR}-{text}")))
        .flatten();
    match (yearly, whole(text)) {
        (Some(date), _) => drop(holidays.yearly.insert((date.month(), date.day()))),
        (None, Some(date)) => drop(holidays.dates.insert(date)),
        (None, None) => {
            return Err(format!(
                "\"{text}\" is not a date; for example 2026-12-25, or 12-25 for every year"
            ));
        }
    }
    Ok(())
}
