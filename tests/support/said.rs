//! Days in words.

use std::collections::BTreeMap;

use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::state::Notice;
use sftp_monitor::domain::state::{Counters, Day};

use crate::scenario::shortened;

/// A day in one line.
pub fn counted(
    id: &str,
    partners: &BTreeMap<String, Counters>,
    unknown: u64,
    day: &Day,
    clock: &dyn Fn(Time) -> String,
) -> String {
    let mut said: Vec<String> = Vec::new();
    for (partner, c) in partners {
        let counts = [
            ("success", c.success),
            ("failed", c.failed),
            ("upload", c.upload),
            ("download", c.download),
            ("interrupted", c.upload_interrupted),
            ("upload_failed", c.upload_failed),
            ("download_interrupted", c.download_interrupted),
            ("blind", c.blind),
            ("write_refused", c.write_refused),
        ];
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(what, count)| format!("{what} {count}"))
            .collect();
        said.push(format!("{partner} {}", counts.join(" ")));
    }
    if unknown > 0 {
        said.push(format!("unknown {unknown}"));
    }
    for Notice {
        kind,
        from,
        to,
        count,
        detail,
        ..
    } in &day.notices
    {
        let span = match from == to {
            true => clock(*from),
            false => format!("{}–{}", clock(*from), clock(*to)),
        };
        let detail = detail
            .as_ref()
            .map(|d| format!(" ({})", shortened(d)))
            .unwrap_or_default();
        said.push(format!("notice {kind:?} {count} at {span}{detail}"));
    }
    if !day.without_data.is_empty() {
        let dates: Vec<String> = day.without_data.iter().map(ToString::to_string).collect();
        said.push(format!("without data {}", dates.join(" ")));
    }
    if said.is_empty() {
        said.push("nothing".to_owned());
    }
    format!("{id}: {}", said.join("; "))
}
