//! The keys of `[[expect]]` about the schedule.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{NaiveDate, Weekday};
use toml::Value;

use crate::adapters::config::keys::{ConfigError, Keys, nearest};
use crate::adapters::config::values::{self, duration, time_of_day};
use crate::domain::base::time::Zone;
use crate::domain::expect::{Schedule, Weekdays};

/// The upper limit of `grace` (exclusive): the days of a feed must not overlap.
const DAY: Duration = Duration::from_secs(86_400);

/// The names of the weekdays.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The values as they were read.
pub(super) struct Read {
    by: Option<u32>,
    days: Option<Weekdays>,
    except: BTreeSet<NaiveDate>,
    zone: Option<Zone>,
    grace: Option<Duration>,
}

impl Read {
    pub(super) fn of(keys: &mut Keys<'_>) -> Result<Self, ConfigError> {
        Ok(Read {
            by: keys.get("by", time_of_day("07:30"))?,
            days: keys.get("days", days)?,
            except: keys.list("except", date)?,
            zone: keys.get("timezone", values::zone)?,
            grace: keys.get("grace", grace)?,
        })
    }

    /// The schedule. Comes after the check for unknown keys, because a missing key may be a misspelled one.
    pub(super) fn schedule(self, keys: &Keys<'_>, zone: Zone) -> Result<Schedule, ConfigError> {
        Ok(Schedule {
            by: self.by.ok_or_else(|| keys.missing("by", "07:30"))?,
            days: self.days.unwrap_or(Weekdays::ALL),
            except: self.except,
            zone: self.zone.unwrap_or(zone),
            grace: self.grace.unwrap_or(Duration::ZERO),
        })
    }
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

fn grace(text: String) -> Result<Duration, String> {
    match duration(text)? {
        grace if grace < DAY => Ok(grace),
        _ => Err("less than a day is needed".to_owned()),
    }
}
