//! `[[expect]]`: feeds that must arrive, from what is written to what can be used.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use bytesize::ByteSize;
use chrono::{NaiveDate, Weekday};
use toml::{Spanned, Value};

use super::file::{self, ConfigError, Text, nearest};
use super::values;
use crate::domain::base::time::Zone;
use crate::domain::expect::{Expectation, Pattern, Weekdays};

/// The most files that a feed may have: their names are kept in the state.
const MOST_FILES: i64 = 1_000;

/// What a `grace` must be shorter than: the days of a feed must not overlap.
const DAY: Duration = Duration::from_secs(86_400);

/// How days are written.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The expectations, and warnings about those that are there twice and left out.
pub(super) fn expects(
    written: Vec<Spanned<file::Expect>>,
    zone: Zone,
    text: &Text<'_>,
) -> Result<(Vec<Expectation>, Vec<String>), ConfigError> {
    let mut expects: Vec<Expectation> = Vec::new();
    let mut lines = Vec::new();
    let mut warnings = Vec::new();
    for written in written {
        let at = written.span();
        let line = text.line(at.start);
        let expected = expect(written.into_inner(), at, zone, text)?;
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

fn expect(
    written: file::Expect,
    at: Range<usize>,
    zone: Zone,
    text: &Text<'_>,
) -> Result<Expectation, ConfigError> {
    let needed = |value: Option<Spanned<String>>, key: &str, example: &str| match value {
        Some(value) if !value.get_ref().trim().is_empty() => Ok(value),
        Some(value) => {
            let what = format!("expect.{key}: empty; for example \"{example}\"");
            Err(text.wrong(Some(value.span()), what))
        }
        None => {
            let what = format!("expect: {key} is missing; for example {key} = \"{example}\"");
            Err(text.wrong(Some(at.clone()), what))
        }
    };
    let partner = needed(written.partner, "partner", "alice")?.into_inner();
    let files = needed(written.files, "files", "*.xml")?;
    let files = Pattern::new(files.get_ref()).map_err(|what| {
        let what = format!(
            "expect.files: \"{}\" is no pattern: {what}; for example \"*.xml\"",
            files.get_ref()
        );
        text.wrong(Some(files.span()), what)
    })?;
    let by = match written.by {
        Some(by) => values::time_of_day(&by, ("expect.by", "07:30"), text)?,
        None => {
            let what = "expect: by is missing; for example by = \"07:30\"";
            return Err(text.wrong(Some(at), what));
        }
    };
    let expectation = Expectation {
        id: String::new(),
        partner,
        files,
        by,
        days: days(written.days, text)?,
        except: except(written.except, text)?,
        zone: match written.timezone {
            None => zone,
            own => values::zone(own, "expect.timezone", text)?,
        },
        count: count(written.count, text)?,
        min_size: min_size(written.min_size, text)?,
        grace: grace(written.grace, text)?,
        mention: mention(written.mention, text)?,
    };
    Ok(expectation.named())
}

/// `Mon..Fri`, `Mon,Wed`, or both mixed; every day where nothing is said.
fn days(days: Option<Spanned<String>>, text: &Text<'_>) -> Result<Weekdays, ConfigError> {
    let Some(days) = days else {
        return Ok(Weekdays::ALL);
    };
    let day = |written: &str| {
        let written = written.trim();
        written.parse::<Weekday>().map_err(|_| {
            let hint = nearest(written, DAYS.into_iter()).map_or(
                "for example \"Mon..Fri\" or \"Mon,Wed\"".to_owned(),
                |day| format!("did you mean \"{day}\"?"),
            );
            let what = format!("expect.days: there is no day \"{written}\"; {hint}");
            text.wrong(Some(days.span()), what)
        })
    };
    let mut set = Weekdays::NONE;
    for part in days.get_ref().split(',') {
        let (from, to) = part.split_once("..").unwrap_or((part, part));
        set = set.with(day(from)?, day(to)?);
    }
    Ok(set)
}

/// Dates, as text or as TOML knows them.
fn except(dates: Vec<Spanned<Value>>, text: &Text<'_>) -> Result<BTreeSet<NaiveDate>, ConfigError> {
    let date = |written: Spanned<Value>| {
        let said = match written.get_ref() {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        said.parse::<NaiveDate>().map_err(|_| {
            let what =
                format!("expect.except: \"{said}\" is no date; for example [\"2026-12-25\"]");
            text.wrong(Some(written.span()), what)
        })
    };
    dates.into_iter().map(date).collect()
}

fn count(count: Option<Spanned<i64>>, text: &Text<'_>) -> Result<u32, ConfigError> {
    let Some(count) = count else {
        return Ok(1);
    };
    let fitting = u32::try_from(*count.get_ref()).ok();
    fitting
        .filter(|_| (1..=MOST_FILES).contains(count.get_ref()))
        .ok_or_else(|| {
            let what = format!("expect.count: a number from 1 to {MOST_FILES} is needed");
            text.wrong(Some(count.span()), what)
        })
}

/// A number of bytes, or one with a unit.
fn min_size(size: Option<Spanned<Value>>, text: &Text<'_>) -> Result<u64, ConfigError> {
    let Some(size) = size else {
        return Ok(1);
    };
    let bytes = match size.get_ref() {
        Value::Integer(bytes) => u64::try_from(*bytes).ok(),
        Value::String(text) => text.parse::<ByteSize>().ok().map(|size| size.as_u64()),
        _ => None,
    };
    bytes.ok_or_else(|| {
        let said = size.get_ref().to_string();
        let what =
            format!("expect.min-size: {said} is no size; for example 1000, \"10 kB\", \"1.5 MB\"");
        text.wrong(Some(size.span()), what)
    })
}

fn grace(grace: Option<Spanned<String>>, text: &Text<'_>) -> Result<Duration, ConfigError> {
    let at = grace.as_ref().map(Spanned::span);
    let grace = values::duration(grace, Duration::ZERO, "expect.grace", text)?;
    if grace >= DAY {
        return Err(text.wrong(at, "expect.grace: less than a day is needed"));
    }
    Ok(grace)
}

/// The id of a user or of a user group: the program never looks names up in Slack.
fn mention(id: Option<Spanned<String>>, text: &Text<'_>) -> Result<Option<String>, ConfigError> {
    let Some(id) = id else {
        return Ok(None);
    };
    let rest = id.get_ref().strip_prefix(['U', 'W', 'S']);
    let is_id = |rest: &str| {
        rest.len() >= 2
            && rest
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    match rest.is_some_and(is_id) {
        true => Ok(Some(id.into_inner())),
        false => {
            let what = format!(
                "expect.mention: \"{}\" is no id of a user or of a user group; for example \"U012AB3CD\" or \"S012AB3CD\"",
                id.get_ref()
            );
            Err(text.wrong(Some(id.span()), what))
        }
    }
}
