//! `[[expect]]`: reads the feeds that must arrive. Uses `keys` and `values`.

mod days;
mod files;
mod holidays;
mod schedule;

use std::collections::BTreeMap;
use std::path::Path;

use toml::Value;

use holidays::Lists;

use super::keys::{ConfigError, Keys, Text};
use super::values::not_empty;
use crate::domain::base::time::Zone;
use crate::domain::expect::{ByPattern, Expectation, Many, Pattern};

/// All expectations of the configuration.
#[derive(Default)]
pub(super) struct Feeds {
    pub(super) expects: Vec<Expectation>,
    pub(super) by_pattern: ByPattern,
    /// Warnings about duplicates, which are left out.
    pub(super) warnings: Vec<String>,
}

/// Reads the expectations.
pub(super) fn expects(
    keys: &mut Keys<'_>,
    zone: Zone,
    text: &Text<'_>,
) -> Result<Feeds, ConfigError> {
    let directory = text.path.parent().unwrap_or(Path::new("/"));
    let lists = Lists::read(keys.table("holidays")?, directory)?;
    let mut feeds = Feeds::default();
    let mut lines = BTreeMap::new();
    for keys in keys.tables("expect")? {
        let line = text.line(keys.at.start);
        let (partners, each) = expect(keys, zone, &lists)?;
        for partner in partners {
            let who = match &partner {
                Partner::Named(name) => name.clone(),
                Partner::Like(pattern) => pattern.to_string(),
            };
            let id = each.of(&who).id;
            if let Some(same) = lines.get(&id) {
                feeds.warnings.push(format!(
                    "{}:{line}: expect: the same files, time, days and zone are expected of {who} in line {same}: this one is left out",
                    text.path.display(),
                ));
                continue;
            }
            lines.insert(id, line);
            match partner {
                Partner::Named(name) => feeds.expects.push(each.of(&name)),
                Partner::Like(partners) => {
                    let each = Expectation {
                        by_pattern: true,
                        ..each.of("")
                    };
                    feeds.by_pattern.all.push(Many { partners, each });
                }
            }
        }
    }
    Ok(feeds)
}

/// Reads the partners, and what each of them must send.
fn expect(
    mut keys: Keys<'_>,
    zone: Zone,
    lists: &Lists<'_>,
) -> Result<(Vec<Partner>, Expectation), ConfigError> {
    let partners = keys.get("partner", partners)?;
    let files = files::Read::of(&mut keys)?;
    let schedule = schedule::Read::of(&mut keys, lists)?;
    let mention = keys.get("mention", mention)?;
    keys.end()?;
    let partners = partners.ok_or_else(|| keys.missing("partner", "alice"))?;
    let each = Expectation {
        id: String::new(),
        partner: String::new(),
        by_pattern: false,
        wanted: files.wanted(&keys)?,
        schedule: schedule.schedule(&keys, zone)?,
        mention,
    };
    Ok((partners, each))
}

/// A value of `partner`.
enum Partner {
    /// One account.
    Named(String),
    /// All partners whose names match.
    Like(Pattern),
}

/// Reads one name or pattern, or a list of them.
fn partners(value: Value) -> Result<Vec<Partner>, String> {
    let example = "\"alice\", \"shop-*\" or [\"alice\", \"bob\"]";
    let one = |value: &Value| {
        let text = value.as_str();
        let text = text.ok_or_else(|| format!("{value} is no name; for example {example}"))?;
        let text = not_empty("alice")(text.to_owned())?;
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Partner::Named(text));
        }
        match Pattern::new(&text) {
            Ok(pattern) if !text.contains('/') => Ok(Partner::Like(pattern)),
            Ok(_) => Err(format!(
                "\"{text}\" matches no partner: a name has no /; for example {example}"
            )),
            Err(what) => Err(format!(
                "\"{text}\" is no pattern: {what}; for example {example}"
            )),
        }
    };
    match &value {
        Value::Array(list) if list.is_empty() => {
            Err(format!("an empty list; for example {example}"))
        }
        Value::Array(list) => list.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
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
