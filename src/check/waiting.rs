//! What waits for Slack, or was refused by it.

use std::time::Duration;

use super::finding::Finding;
use super::units::{DIGEST, SERVICE, Units};
use super::words::{many, names};
use crate::state::Daily;
use crate::time::Time;

/// The name of the matter.
const NAME: &str = "waiting";

/// How long a message may wait: gathering and pacing take less.
const LONG: Duration = Duration::from_secs(10 * 60);

pub(super) fn judge(daily: &Daily, units: &Units, now: Time) -> Vec<Finding> {
    let resume = &daily.resume;
    let mut found = Vec::new();
    let old = |since: Time| now.since(since) > LONG;
    let waiting = resume
        .outbox
        .iter()
        .filter(|message| old(message.since))
        .count();
    if waiting > 0 {
        let wait = if waiting == 1 { "waits" } else { "wait" };
        let said = format!(
            "{} {wait} for Slack for more than ten minutes",
            many(waiting, "message")
        );
        found.push(Finding::warning(NAME, said).mended_by(units.again(SERVICE)));
    }
    let (refused, closed): (Vec<_>, Vec<_>) =
        resume.closed.iter().partition(|day| day.refused.is_some());
    let closed: Vec<&str> = closed
        .iter()
        .filter(|day| old(day.until))
        .map(|day| day.id.as_str())
        .collect();
    if !closed.is_empty() {
        let said = format!("the table of {} waits for Slack", names(&closed));
        // Where something waits, a run of it closes no day before its time.
        found.push(Finding::warning(NAME, said).mended_by(units.again(DIGEST)));
    }
    let parked = resume.parked.len() + refused.len();
    if parked > 0 {
        let errors = resume
            .parked
            .iter()
            .map(|message| message.refused.as_deref());
        let errors = errors.chain(refused.iter().map(|day| day.refused.as_deref()));
        let mut errors: Vec<&str> = errors.flatten().collect();
        errors.sort_unstable();
        errors.dedup();
        let more = match resume.parked_more {
            0 => String::new(),
            more => format!(" ({more} more were, and are no longer kept)"),
        };
        let said = format!(
            "{} refused by Slack for good and kept: {}{more}",
            many(parked, "message"),
            names(&errors)
        );
        found.push(Finding::warning(NAME, said).mended_by("sudo sftp-monitor status"));
    }
    if found.is_empty() {
        found.push(Finding::ok(NAME, "nothing waits for Slack"));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use serde_json::json;

    use super::super::finding::told;
    use super::*;

    const NOW: Time = Time::from_seconds(1_774_843_675);

    /// A state in which this stands, and else nothing.
    fn daily(value: serde_json::Value) -> Daily {
        let mut whole = serde_json::to_value(Daily::default()).unwrap();
        for (key, value) in value["resume"].as_object().into_iter().flatten() {
            whole["resume"][key] = value.clone();
        }
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn what_waits_and_what_was_refused_is_told() {
        let before = NOW.minus(Duration::from_secs(3_600));
        let since = serde_json::to_value(before).unwrap();
        let day = |id: &str, refused: Option<&str>| {
            let mut day = json!({"id": id, "date": "2026-03-29", "partners": {}, "unknown_attempts": 0,
                "day": {}, "until": since});
            if let Some(error) = refused {
                day["refused"] = json!(error);
            }
            day
        };
        let closed = json!([
            day("2026-03-28", None),
            day("2026-03-29", Some("invalid_blocks"))
        ]);
        let said = told(&judge(
            &daily(json!({"date": "2026-03-30", "resume": {"closed": closed}})),
            &Units::default(),
            NOW,
        ));
        assert_eq!(
            said,
            "warning waiting: the table of 2026-03-28 waits for Slack\n  > sudo systemctl start sftp-monitor-digest.service\n\
             warning waiting: 1 message refused by Slack for good and kept: invalid_blocks\n  > sudo sftp-monitor status\n"
        );
        let parked = json!([{"id": 1, "since": since, "content": {"kind": "started", "source": "journal", "first": true},
            "refused": "msg_too_long"}]);
        let said = told(&judge(
            &daily(json!({"date": "2026-03-30", "resume": {"parked": parked, "parked_more": 5}})),
            &Units::default(),
            NOW,
        ));
        assert_eq!(
            said,
            "warning waiting: 1 message refused by Slack for good and kept: msg_too_long (5 more were, and are no longer kept)\n  \
             > sudo sftp-monitor status\n"
        );
        let nothing = told(&judge(
            &daily(json!({"date": "2026-03-30"})),
            &Units::default(),
            NOW,
        ));
        assert_eq!(nothing, "ok waiting: nothing waits for Slack\n");
    }
}
