//! `[[expect]]`: reads the feeds that must arrive. Uses `keys` and `values`.

mod days;
mod files;
mod holidays;
mod schedule;

use std::path::Path;

use holidays::Lists;

use super::keys::{ConfigError, Keys, Text};
use super::values::not_empty;
use crate::domain::base::time::Zone;
use crate::domain::expect::Expectation;

/// Reads the expectations; also returns warnings about duplicates, which are left out.
pub(super) fn expects(
    keys: &mut Keys<'_>,
    zone: Zone,
    text: &Text<'_>,
) -> Result<(Vec<Expectation>, Vec<String>), ConfigError> {
    let directory = text.path.parent().unwrap_or(Path::new("/"));
    let lists = Lists::read(keys.table("holidays")?, directory)?;
    let mut expects: Vec<Expectation> = Vec::new();
    let mut lines = Vec::new();
    let mut warnings = Vec::new();
    for keys in keys.tables("expect")? {
        let line = text.line(keys.at.start);
        let expected = expect(keys, zone, &lists)?;
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

fn expect(mut keys: Keys<'_>, zone: Zone, lists: &Lists<'_>) -> Result<Expectation, ConfigError> {
    let partner = keys.get("partner", not_empty("alice"))?;
    let files = files::Read::of(&mut keys)?;
    let schedule = schedule::Read::of(&mut keys, lists)?;
    let mention = keys.get("mention", mention)?;
    keys.end()?;
    let expectation = Expectation {
        id: String::new(),
        partner: partner.ok_or_else(|| keys.missing("partner", "alice"))?,
        wanted: files.wanted(&keys)?,
        schedule: schedule.schedule(&keys, zone)?,
        mention,
    };
    Ok(expectation.named())
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
