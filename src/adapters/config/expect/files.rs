//! The keys of `[[expect]]` about the files.

use bytesize::ByteSize;
use toml::Value;

use crate::adapters::config::keys::{ConfigError, Keys};
use crate::adapters::config::values::not_empty;
use crate::domain::expect::{Pattern, Range, RequiredName, Wanted, has_date};

/// The most files that a feed may have: the state keeps their names.
const MOST_FILES: u64 = 1_000;

/// The most required or forbidden names of a feed.
const MOST_NAMES: usize = 20;

/// Reads the files that are wanted.
pub(super) fn wanted(keys: &mut Keys<'_>) -> Result<Wanted, ConfigError> {
    let files = keys.get("files", pattern)?;
    let matches = keys.get("matches", regex)?;
    Ok(Wanted {
        files: files.or(matches),
        names: keys.list("names", name)?,
        forbid: keys.list("forbid", pattern)?,
        count: keys.get("count", count)?.unwrap_or(Range::from(1)),
        size: Range {
            least: keys.get("min-size", size)?.unwrap_or(1),
            most: keys.get("max-size", size)?,
        },
        total: keys.get("total-size", sizes)?,
        warn_if_same: keys.get("warn-if-same", Ok)?.unwrap_or(false),
        download: keys.get("direction", direction)?.unwrap_or(false),
    })
}

/// Refuses keys that contradict each other. Comes after the check for unknown keys, because a missing key may be a misspelled
/// one.
pub(super) fn check(wanted: &Wanted, keys: &Keys<'_>) -> Result<(), ConfigError> {
    let wrong = |key: &str, what: &str| Err(keys.wrong_at(key, what));
    let (files, names, size, count) = (&wanted.files, &wanted.names, wanted.size, wanted.count);
    if keys.has("files") && keys.has("matches") {
        return wrong("matches", "replaces files: write only one of the two");
    }
    if files.is_none() && names.is_empty() {
        return Err(keys.missing("files", "*.xml"));
    }
    if files.is_none() && keys.has("count") {
        let what = "needs files or matches, because it counts the files that match it";
        return wrong("count", what);
    }
    if size.most.is_some_and(|most| most < size.least) {
        let what = "smaller than min-size, which is 1 byte if it is not given: no file would count";
        return wrong("max-size", what);
    }
    for (key, many) in [("names", names.len()), ("forbid", wanted.forbid.len())] {
        if many > MOST_NAMES {
            let what = format!("{MOST_NAMES} at most: a name may be a pattern");
            return wrong(key, &what);
        }
    }
    let twice = |name: &&RequiredName| names.iter().filter(|other| other == name).count() > 1;
    if let Some(name) = names.iter().find(twice) {
        return wrong("names", &format!("\"{}\" is there twice", name.text()));
    }
    let is_wanted = |forbid: &&Pattern| {
        files.as_ref().is_some_and(|files| forbid.covers(files))
            || names.iter().any(|name| name.is_always(forbid))
    };
    if let Some(forbid) = wanted.forbid.iter().find(is_wanted) {
        let what = format!("\"{forbid}\" is both expected and forbidden: choose another pattern");
        return wrong("forbid", &what);
    }
    if let Some(files) = files {
        if files.is_one_path() && count.least > 1 {
            let what = format!(
                "\"{files}\" is the path of one file: several need a pattern, as \"/upload/*.xml\""
            );
            return wrong("count", &what);
        }
        let many = names.len() as u64;
        let own = names.iter().filter(|name| name.is_always(files));
        if count.most.is_some_and(|most| own.count() as u64 > most) {
            let what = "more of them match the pattern than count allows";
            return wrong("names", what);
        }
        let total = wanted.total.unwrap_or(Range::from(0));
        let most = count.most.zip(size.most);
        let most = most.map(|(files, each)| (files + many).saturating_mul(each));
        if most.is_some_and(|most| most < total.least) {
            let what = "its minimum is more than count and max-size allow together";
            return wrong("total-size", what);
        }
        let least = count.least.saturating_mul(size.least);
        if total.most.is_some_and(|most| most < least) {
            let what = "its maximum is less than count and min-size need together";
            return wrong("total-size", what);
        }
    }
    if wanted.download && !wanted.forbid.is_empty() {
        let what = "is about files that the partner sends: write it in a feed without direction = \"download\"";
        return wrong("forbid", what);
    }
    Ok(())
}

fn pattern(text: String) -> Result<Pattern, String> {
    let text = not_empty("*.xml")(text)?;
    if has_date(&text) {
        return Err(format!(
            "\"{text}\" has a date in it, and only names can have one; for example names = [\"prices-{{%Y%m%d}}.csv\"]"
        ));
    }
    Pattern::new(&text)
        .map_err(|what| format!("\"{text}\" is not a pattern: {what}; for example \"*.xml\""))
}

fn regex(text: String) -> Result<Pattern, String> {
    let example = r"'^prices-\d{8}\.csv$'";
    let text = not_empty(r"^prices-\d{8}\.csv$")(text)?;
    Pattern::regex(&text)
        .map_err(|what| format!("\"{text}\" cannot be used: {what}; for example {example}"))
}

fn name(text: String) -> Result<RequiredName, String> {
    let text = not_empty("prices-{%Y%m%d}.csv")(text)?;
    RequiredName::new(&text).map_err(|what| {
        format!("\"{text}\" is not a name: {what}; for example \"prices-{{%Y%m%d}}.csv\"")
    })
}

fn direction(text: String) -> Result<bool, String> {
    match text.as_str() {
        "upload" => Ok(false),
        "download" => Ok(true),
        _ => Err(format!(
            "\"{text}\" is not a direction: \"upload\" or \"download\""
        )),
    }
}

/// Reads a number of files: the least, or a range as text.
fn count(count: Value) -> Result<Range, String> {
    let fitting = |number: u64| (1..=MOST_FILES).contains(&number);
    let number = |text: &str| text.trim().parse().ok();
    match &count {
        Value::Integer(least) => match u64::try_from(*least).ok().filter(|least| fitting(*least)) {
            Some(least) => Ok(Range::from(least)),
            None => Err(format!("a number from 1 to {MOST_FILES} is needed")),
        },
        Value::String(text) => range(text, 1, number)
            .filter(|range| fitting(range.least) && range.most.is_none_or(fitting))
            .ok_or_else(|| {
                format!(
                    "{count} is not a number of files from 1 to {MOST_FILES}; for example 2 or \"2..\" (at least two), \"1..3\", \"4..4\" (exactly four)"
                )
            }),
        _ => Err(format!("{count} is not a number of files; for example 2 or \"1..3\"")),
    }
}

/// Reads a number of bytes, with or without a unit.
fn size(size: Value) -> Result<u64, String> {
    let size_of = match &size {
        Value::Integer(bytes) => u64::try_from(*bytes).ok(),
        Value::String(text) => bytes(text),
        _ => None,
    };
    size_of.ok_or_else(|| format!("{size} is not a size; for example 1000, \"10 kB\", \"1.5 MB\""))
}

/// Reads a range of sizes.
fn sizes(text: String) -> Result<Range, String> {
    range(&text, 0, bytes).ok_or_else(|| {
        format!(
            "\"{text}\" is not a range of sizes; for example \"1 MB..10 MB\", \"1 MB..\", \"..10 MB\""
        )
    })
}

fn bytes(text: &str) -> Option<u64> {
    let size = text.trim().parse::<ByteSize>().ok();
    size.map(|size| size.as_u64())
}

/// Reads `LEAST..MOST`, of which one may be left out.
fn range(text: &str, without: u64, read: impl Fn(&str) -> Option<u64>) -> Option<Range> {
    let (least, most) = text.split_once("..")?;
    let given = |part: &str| !part.trim().is_empty();
    let range = Range {
        least: match given(least) {
            true => read(least)?,
            false => without,
        },
        most: match given(most) {
            true => Some(read(most)?),
            false => None,
        },
    };
    let ordered = range
        .most
        .is_none_or(|most| range.least <= most && most > 0);
    (ordered && (given(least) || given(most))).then_some(range)
}
