//! Classifies the content of the state file, and makes a replacement for an unusable state.

use crate::domain::base::numbers::LARGEST_COUNT;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use crate::domain::state::{Counters, Daily, Day, RESUME_VERSION, Resume};
use crate::domain::state::{Notice, NoticeKind};
use chrono::NaiveDate;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// The number of message ids that are skipped when an older snapshot replaces a lost state: no commit makes so many
/// messages, so no id is used twice.
const IDS_SKIPPED: u64 = 100_000;

/// The source of an older state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// This process's memory of its last commit: nothing is lost.
    Memory,
    /// `daily.json.bak`: one commit is lost, and its events are read again.
    Backup,
}

/// What was unusual about the state that a commit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// There is neither a state nor a backup: the first start.
    Fresh,
    /// The file has counters but no `resume`, and no earlier state had a position: the scripts wrote it.
    TakenOver {
        /// This process still knew the `resume`; if not, reading starts from now.
        from_memory: bool,
    },
    /// The file is of a later version of this program: its counters are kept.
    NewerVersion {
        /// Its `resume.version`.
        version: u64,
        /// The path of a copy.
        aside: PathBuf,
        /// This process still knew the `resume`; if not, reading starts from now.
        from_memory: bool,
    },
    /// The file is not a valid state.
    Damaged {
        /// The error in it.
        why: String,
        /// The path where it was set aside.
        aside: PathBuf,
        /// The source of the replacement; `None` if there was none, and reading starts from now.
        from: Option<Snapshot>,
    },
    /// The file was removed: the counters are zero, the rest is kept.
    Deleted {
        /// The source of the rest.
        from: Snapshot,
    },
}

/// The content of a state file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Parsed {
    /// A state of this version.
    Ours(Daily),
    /// Counters alone, as the scripts wrote them.
    Counters(Daily),
    /// The counters of a later version's state.
    Newer(u64, Daily),
}

impl Parsed {
    pub(crate) fn daily(self) -> Daily {
        match self {
            Parsed::Ours(daily) | Parsed::Counters(daily) | Parsed::Newer(_, daily) => daily,
        }
    }
}

/// Parses a file, or returns the reason why it is damaged. It may contain a state of this version, the scripts' three keys,
/// or a state of a later version, whose counters count as today's if they have no date.
pub(crate) fn parse(bytes: &[u8], today: NaiveDate) -> Result<Parsed, String> {
    if bytes.is_empty() {
        return Err("it is empty".to_owned());
    }
    let direct = serde_json::from_slice::<Daily>(bytes);
    let parsed = match direct {
        Ok(daily) if daily.resume.version == RESUME_VERSION => Parsed::Ours(daily),
        direct => {
            let keys: Map<String, Value> =
                serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
            match version(&keys)? {
                None => Parsed::Counters(scripts(keys)?),
                Some(version) if version > u64::from(RESUME_VERSION) => {
                    Parsed::Newer(version, counters(keys, today)?)
                }
                Some(_) => Parsed::Ours(direct.map_err(|error| error.to_string())?),
            }
        }
    };
    believable(parsed)
}

/// The version of `resume`; `None` if there is no `resume`.
fn version(keys: &Map<String, Value>) -> Result<Option<u64>, String> {
    let Some(resume) = keys.get("resume") else {
        return Ok(None);
    };
    match resume.get("version").map(Value::as_u64) {
        Some(Some(version)) if version > 0 => Ok(Some(version)),
        _ => Err("its resume has no version".to_owned()),
    }
}

/// Reads a file of the scripts.
fn scripts(keys: Map<String, Value>) -> Result<Daily, String> {
    let mut daily: Daily =
        serde_json::from_value(Value::Object(keys)).map_err(|error| error.to_string())?;
    daily.resume.version = RESUME_VERSION;
    Ok(daily)
}

/// Reads the counters of a file whose `resume` cannot be used; keys of `resume` that this version does not know are kept.
fn counters(mut keys: Map<String, Value>, today: NaiveDate) -> Result<Daily, String> {
    let resume = keys.remove("resume");
    keys.retain(|_, value| !value.is_null());
    let ours = ["date", "partners", "unknown_attempts"];
    if !ours.iter().any(|key| keys.contains_key(*key)) {
        return Err(format!("it has none of the keys {}", ours.join(", ")));
    }
    let dated = keys.get("date").cloned();
    if dated.is_none_or(|date| serde_json::from_value::<NaiveDate>(date).is_err()) {
        keys.insert("date".to_owned(), Value::String(today.to_string()));
    }
    for (key, empty) in [
        ("partners", Value::Object(Map::new())),
        ("unknown_attempts", 0.into()),
    ] {
        keys.entry(key).or_insert(empty);
    }
    let mut daily = scripts(keys)?;
    if let Some(Value::Object(resume)) = resume {
        daily.resume.other = resume.into_iter().filter(unknown).collect();
    }
    Ok(daily)
}

/// Is this a key of `resume` that this version does not know?
fn unknown((key, value): &(String, Value)) -> bool {
    let Ok(Value::Object(mut resume)) = serde_json::to_value(Resume::default()) else {
        return false;
    };
    resume.insert(key.clone(), value.clone());
    let read = serde_json::from_value::<Resume>(Value::Object(resume));
    read.is_ok_and(|resume| resume.other.contains_key(key))
}

/// Refuses counters that are impossibly large, and a source without a position.
fn believable(parsed: Parsed) -> Result<Parsed, String> {
    let (Parsed::Ours(daily) | Parsed::Counters(daily) | Parsed::Newer(_, daily)) = &parsed;
    if !daily.resume.knows_its_source() {
        return Err("it has lost the position in its source".to_owned());
    }
    let closed = &daily.resume.closed;
    let strangers = closed.iter().map(|day| day.unknown_attempts);
    let strangers = strangers.chain([daily.unknown_attempts]);
    let partners = closed.iter().flat_map(|day| day.partners.values());
    let partners = partners.chain(daily.partners.values());
    let counts = partners.flat_map(counted).chain(strangers);
    let largest = counts.chain([daily.resume.next_message]).max();
    match largest {
        Some(count) if count > LARGEST_COUNT => Err(format!("{count} is impossibly large")),
        _ => Ok(parsed),
    }
}

fn counted(of: &Counters) -> [u64; 8] {
    [
        of.success,
        of.failed,
        of.upload,
        of.download,
        of.upload_interrupted,
        of.upload_failed,
        of.download_interrupted,
        of.write_refused,
    ]
}

/// An empty state.
pub(crate) fn fresh(today: NaiveDate) -> Daily {
    let mut daily = Daily {
        date: today,
        ..Daily::default()
    };
    daily.resume.version = RESUME_VERSION;
    daily
}

/// Prepares an older state as the replacement of a lost one: messages that were already sent may be sent again.
pub(crate) fn revive(mut daily: Daily, from: Snapshot) -> Daily {
    if from == Snapshot::Backup {
        let resume = &mut daily.resume;
        resume.next_message = resume.next_message.saturating_add(IDS_SKIPPED);
        for message in &mut resume.outbox {
            message.maybe_repeated = true;
        }
        for day in &mut resume.closed {
            day.maybe_repeated = true;
            for table in day.routed.values_mut() {
                table.maybe_repeated = true;
            }
        }
    }
    daily
}

/// Completes counters without a usable `resume` with the `resume` that this process knows.
pub(crate) fn complete(counters: &mut Daily, mut known: Daily) {
    if known.date != counters.date {
        known.resume.day = Day::default();
    }
    let others = std::mem::take(&mut counters.resume.other);
    counters.resume = known.resume;
    counters.resume.other.extend(others);
}

/// Sets a day's counters to zero, as the scripts did with `rm`.
pub(crate) fn zero(daily: &mut Daily) {
    daily.partners = Default::default();
    daily.unknown_attempts = 0;
    daily.resume.day.troubled.clear();
}

/// Adds a notice to the day that its figures may be incomplete.
pub(crate) fn note(daily: &mut Daily, kind: NoticeKind, now: Time, detail: Option<String>) {
    let notices = &mut daily.resume.day.notices;
    if let Some(notice) = notices.iter_mut().find(|notice| notice.kind == kind) {
        notice.to = now;
        add(&mut notice.count, 1);
        notice.detail = detail;
        return;
    }
    notices.push(Notice {
        kind,
        from: now,
        to: now,
        count: 1,
        detail,
        partner: None,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::numbers::add;

    #[test]
    fn no_count_becomes_larger_than_one_that_is_believed() {
        let mut daily = fresh(NaiveDate::default());
        for _ in 0..3 {
            add(&mut daily.unknown_attempts, LARGEST_COUNT / 2 + 1);
        }
        let bytes = serde_json::to_vec(&daily).expect("text");
        assert!(parse(&bytes, NaiveDate::default()).is_ok());
        assert_eq!(daily.unknown_attempts, LARGEST_COUNT);
    }
}
