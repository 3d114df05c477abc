//! `[[expect]]`: reads the feeds that must arrive. Uses `keys`, `values` and `whose`.

mod days;
mod files;
mod holidays;
mod schedule;

use std::collections::BTreeMap;
use std::path::Path;

use holidays::Lists;

use super::keys::{ConfigError, Keys, Text};
use super::values::remind;
use super::whose::{mention, partners};
use crate::domain::base::time::Zone;
use crate::domain::expect::{ByPattern, Expectation, Many};
use crate::domain::routes::Whose;

/// All expectations of the configuration.
#[derive(Default)]
pub(super) struct ConfiguredFeeds {
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
) -> Result<ConfiguredFeeds, ConfigError> {
    let directory = text.path.parent().unwrap_or(Path::new("/"));
    let lists = Lists::read(keys.table("holidays")?, directory)?;
    let mut feeds = ConfiguredFeeds::default();
    let mut lines = BTreeMap::new();
    for keys in keys.tables("expect", "feed")? {
        let line = text.line(keys.at.start);
        let (partners, each) = expect(keys, zone, &lists)?;
        if each.schedule.is_empty() {
            let by = each.schedule.clock();
            feeds.warnings.push(format!(
                "{}:{line}: expect: the files of a day count from {by} on, so that none can be there by {by}; \
                 for those of the day before write from = \"1 day before {by}\"",
                text.path.display(),
            ));
        }
        for partner in partners {
            let who = match &partner {
                Whose::Named(name) => name.clone(),
                Whose::Like(pattern) => pattern.to_string(),
            };
            let id = each.of(&who).id;
            if let Some(same) = lines.get(&id) {
                feeds.warnings.push(format!(
                    "{}:{line}: expect: the same files, time, days and zone are expected of {who} in line {same}: this one is left out; remove one of the two",
                    text.path.display(),
                ));
                continue;
            }
            lines.insert(id, line);
            match partner {
                Whose::Named(name) => feeds.expects.push(each.of(&name)),
                Whose::Like(partners) => {
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
) -> Result<(Vec<Whose>, Expectation), ConfigError> {
    let partners = keys.get("partner", partners)?;
    let wanted = files::wanted(&mut keys)?;
    let (schedule, from) = schedule::schedule(&mut keys, lists, zone)?;
    let mention = keys.get("mention", mention)?;
    let remind = keys.get("remind", remind)?.unwrap_or_default();
    keys.end()?;
    let partners = partners.ok_or_else(|| keys.missing("partner", "alice"))?;
    files::check(&wanted, &keys)?;
    let each = Expectation {
        id: String::new(),
        partner: String::new(),
        by_pattern: false,
        wanted,
        schedule: schedule::checked(schedule, from, &keys)?,
        mention,
        remind,
    };
    Ok((partners, each))
}
