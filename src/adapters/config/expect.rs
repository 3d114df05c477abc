//! `[[expect]]`: reads the feeds that must arrive.

use std::time::Duration;

use bytesize::ByteSize;
use chrono::{NaiveDate, Weekday};
use toml::Value;

use super::keys::{ConfigError, Keys, Text, nearest};
use super::values::{self, duration, not_empty, number, time_of_day};
use crate::domain::base::time::Zone;
use crate::domain::expect::{Expectation, Pattern, Weekdays};

/// The most files that a feed may have: the state keeps their names.
const MOST_FILES: u32 = 1_000;

/// The upper limit of `grace` (exclusive): the days of a feed must not overlap.
const DAY: Duration = Duration::from_secs(86_400);

/// The names of the weekdays.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Reads the expectations; also returns warnings about duplicates, which are left out.
pub(super) fn expects(
    keys: &mut Keys<'_>,
    zone: Zone,
    text: &Text<'_>,
) -> Result<(Vec<Expectation>, Vec<String>), ConfigError> {
    let mut expects: Vec<Expectation> = Vec::new();
    let mut lines = Vec::new();
    let mut warnings = Vec::new();
    for keys in keys.tables("expect")? {
        let line = text.line(keys.at.start);
        let expected = expect(keys, zone)?;
        match expects.iter().position(|e| e.id == expected.id) {
            Some(same) => warnings.push(format!(
                "{}:{line}: expect: the same files, time, days and zone are expected of {} in line {}: this one is left out",
                text.path.display(),
                expected.partner,
                lines[same],
            )),
            None => {
                expects.push(expected);
                lines.push(line);
            }
        }
    }
    Ok((expects, warnings))
}

fn expect(mut keys: Keys<'_>, zone: Zone) -> Result<Expectation, ConfigError> {
    let partner = keys.get("partner", not_empty("alice"))?;
    let files = keys.get("files", pattern)?;
    let by = keys.get("by", time_of_day("07:30"))?;
    let days = keys.get("days", days)?;
    let except = keys.list("except", date)?;
    let own_zone = keys.get("timezone", values::zone)?;
    let grace = keys.get("grace", grace)?;
    let count = keys.get("count", number(MOST_FILES, ""))?;
    let min_size = keys.get("min-size", size)?;
    let mention = keys.get("mention", mention)?;
    keys.end()?;
    let missing = |key: &str, example: &str| {
        keys.wrong(&format!(
            "{key} is missing; for example {key} = \"{example}\""
        ))
    };
    let expectation = Expectation {
        id: String::new(),
        partner: partner.ok_or_else(|| missing("partner", "alice"))?,
        files: files.ok_or_else(|| missing("files", "*.xml"))?,
        by: by.ok_or_else(|| missing("by", "07:30"))?,
        days: days.unwrap_or(Weekdays::ALL),
        except,
        zone: own_zone.unwrap_or(zone),
        count: count.unwrap_or(1),
        min_size: min_size.unwrap_or(1),
        grace: grace.unwrap_or(Duration::ZERO),
        mention,
    };
    Ok(expectation.named())
}

fn pattern(text: String) -> Result<Pattern, String> {
    let text = not_empty("*.xml")(text)?;
    Pattern::new(&text)
        .map_err(|what| format!("\"{text}\" is no pattern: {what}; for example \"*.xml\""))
}

/// Reads weekdays: `Mon..Fri`, `Mon,Wed`, or both mixed.
fn days(days: String) -> Result<Weekdays, String> {
    let day = |written: &str| {
        let written = written.trim();
        written.parse::<Weekday>().map_err(|_| {
            let hint = nearest(written, DAYS.into_iter()).map_or(
                "for example \"Mon..Fri\" or \"Mon,Wed\"".to_owned(),
                |day| format!("did you mean \"{day}\"?"),
            );
            format!("there is no day \"{written}\"; {hint}")
        })
    };
    days.split(',').try_fold(Weekdays::NONE, |set, part| {
        let (from, to) = part.split_once("..").unwrap_or((part, part));
        Ok(set.with(day(from)?, day(to)?))
    })
}

/// Reads a date, as text or as a TOML date.
fn date(written: Value) -> Result<NaiveDate, String> {
    let text = written.to_string();
    let text = written.as_str().unwrap_or(&text);
    text.parse()
        .map_err(|_| format!("\"{text}\" is no date; for example [\"2026-12-25\"]"))
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

fn grace(text: String) -> Result<Duration, String> {
    match duration(text)? {
        grace if grace < DAY => Ok(grace),
        _ => Err("less than a day is needed".to_owned()),
    }
}

/// Reads the id of a user or of a user group: the program never looks up names in Slack.
fn mention(id: String) -> Result<String, String> {
    let rest = id.strip_prefix(['U', 'W', 'S']).unwrap_or_default();
    let letter = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    match rest.len() >= 2 && rest.bytes().all(letter) {
        true => Ok(id),
        false => Err(format!(
            "\"{id}\" is no id of a user or of a user group; for example \"U012AB3CD\" or \"S012AB3CD\""
        )),
    }
}
