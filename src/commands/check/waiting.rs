//! Checks for messages and tables that wait for Slack, or that Slack refused.

use std::collections::BTreeSet;
use std::time::Duration;

use super::finding::Finding;
use super::refusal::{SlackFixes, with_fix};
use super::units::{DIGEST, SERVICE, Units};
use crate::commands::status;
use crate::domain::base::clean::{PATH, clean};
use crate::domain::base::names::{many, names};
use crate::domain::base::time::Time;
use crate::domain::slack_reply::SlackTrouble;
use crate::domain::state::Resume;

/// The name of the matter.
const NAME: &str = "waiting";

/// How long a message may wait: gathering and pacing take less time.
const LONG: Duration = Duration::from_secs(10 * 60);

/// The messages that wait, and the refusals.
pub(super) struct WaitingFacts<'a> {
    pub(super) resume: &'a Resume,
    /// The reason why Slack accepted no message at the service's last try.
    pub(super) refusal: Option<&'a SlackTrouble>,
    /// The commands that fix it, as far as this user may know.
    pub(super) fixes: Option<&'a SlackFixes>,
    pub(super) units: &'a Units,
}

pub(super) fn judge(facts: &WaitingFacts<'_>, now: Time) -> Vec<Finding> {
    let (units, resume) = (facts.units, facts.resume);
    let mut found = Vec::new();
    let old = |since: Time| now.since(since) > LONG;
    let waiting = resume.outbox.iter().filter(|message| old(message.since));
    let waiting = waiting.count();
    if let Some(refusal) = facts.refusal {
        found.push(refused(facts, refusal, now));
    } else if waiting > 0 {
        let said = format!("{} for Slack for more than ten minutes", wait(waiting));
        found.push(Finding::warning(NAME, said).fixed_by(units.again(SERVICE)));
    }
    found.extend(resume.refusing.iter().map(|(channel, refusal)| {
        let ago = status::ago(now.since(refusal.at));
        let why = clean(&refusal.said, PATH);
        let said = format!("{channel}, the channel of a route, refused the last message, {ago}; it went to the main channel: {why}");
        let (said, command) = with_fix(&said, refusal.fix(), facts.fixes);
        let said = said.replace("slack.channel", "the route's channel");
        Finding::warning(NAME, said).fixed_by(command)
    }));
    let closed = resume.closed.iter();
    let closed = closed.filter(|day| day.waits() && old(day.until));
    let closed: Vec<&str> = closed.map(|day| day.id.as_str()).collect();
    if !closed.is_empty() {
        let said = format!("the table of {} waits for Slack", names(&closed));
        // While a table waits, an extra run of the digest closes no day too early.
        found.push(Finding::warning(NAME, said).fixed_by(units.again(DIGEST)));
    }
    let tables = resume
        .closed
        .iter()
        .filter_map(|day| day.refused.as_deref());
    let messages = resume
        .parked
        .iter()
        .map(|message| message.refused.as_deref());
    let parked: Vec<Option<&str>> = messages.chain(tables.map(Some)).collect();
    if !parked.is_empty() {
        let errors: BTreeSet<&str> = parked.iter().copied().flatten().collect();
        let more = match resume.parked_more {
            0 => String::new(),
            more => format!(" ({more} more were refused, and are no longer kept)"),
        };
        let (messages, errors) = (many(parked.len() as u64, "message"), names(errors));
        let said = format!("{messages} refused by Slack for good and kept: {errors}{more}");
        found.push(Finding::warning(NAME, said).fixed_by("sudo sftp-monitor status"));
    }
    if found.is_empty() {
        found.push(match status::waiting(resume) {
            0 => Finding::ok(NAME, "nothing waits for Slack"),
            count => Finding::ok(
                NAME,
                format!("{} on the way to Slack", many(count as u64, "message")),
            ),
        });
    }
    found
}

fn wait(count: usize) -> String {
    let verb = if count == 1 { "waits" } else { "wait" };
    format!("{} {verb}", many(count as u64, "message"))
}

/// Slack accepted no message at the last try.
fn refused(facts: &WaitingFacts<'_>, refusal: &SlackTrouble, now: Time) -> Finding {
    let wait = wait(status::waiting(facts.resume));
    let ago = status::ago(now.since(refusal.at));
    let why = clean(&refusal.said, PATH);
    let said = format!("{wait} for Slack, which accepted none at the last try, {ago}: {why}");
    let (said, command) = with_fix(&said, refusal.fix(), facts.fixes);
    let finding = match refusal.fix() {
        Some(_) => Finding::problem(NAME, said),
        None => Finding::warning(NAME, said),
    };
    finding.fixed_by(command)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use serde_json::json;

    use super::super::finding::told;
    use super::*;
    use crate::domain::state::Daily;

    const NOW: Time = Time::from_seconds(1_774_843_675);

    /// A state with these keys; the others have their defaults.
    fn daily(value: serde_json::Value) -> Daily {
        let mut whole = serde_json::to_value(Daily::default()).unwrap();
        for (key, value) in value["resume"].as_object().into_iter().flatten() {
            whole["resume"][key] = value.clone();
        }
        serde_json::from_value(whole).unwrap()
    }

    fn judged(daily: &Daily) -> String {
        let fixes = SlackFixes {
            store: "store it",
            edit: "sudoedit /etc/c.toml".to_owned(),
            bot: Some("sftp".to_owned()),
        };
        let facts = WaitingFacts {
            resume: &daily.resume,
            refusal: daily.resume.slack_trouble.as_ref(),
            fixes: Some(&fixes),
            units: &Units::default(),
        };
        told(&judge(&facts, NOW))
    }

    #[test]
    fn the_last_refusal_is_told_with_its_mend_however_young_it_is() {
        let before = serde_json::to_value(NOW.minus(Duration::from_secs(125))).unwrap();
        let refused = |said: &str, code: Option<&str>| {
            let started = json!({"kind": "started", "source": "journal", "first": true});
            let message = |id: u64| json!({"id": id, "since": before, "content": started});
            let trouble = json!({"said": said, "code": code, "since": before, "at": before});
            judged(&daily(json!({"resume": {
                "outbox": [message(1), message(2)], "slack_trouble": trouble,
            }})))
        };
        assert_eq!(
            refused("not_in_channel", Some("not_in_channel")),
            "problem waiting: 2 messages wait for Slack, which accepted none at the last try, 2 minutes ago: not_in_channel: \
             the bot is not in the channel: type `/invite @sftp` there, in Slack\n  > /invite @sftp\n"
        );
        assert_eq!(
            refused("connection refused", None),
            "warning waiting: 2 messages wait for Slack, which accepted none at the last try, 2 minutes ago: connection refused\n  \
             > sudo sftp-monitor check --send\n"
        );
    }

    #[test]
    fn a_routes_channel_that_refuses_is_told_with_its_mend() {
        let before = serde_json::to_value(NOW.minus(Duration::from_secs(125))).unwrap();
        let trouble =
            |code: &str| json!({"said": code, "code": code, "since": before, "at": before});
        let said = judged(&daily(json!({"resume": {"refusing": {
            "C2": trouble("not_in_channel"), "C3": trouble("channel_not_found"),
        }}})));
        assert_eq!(
            said,
            "warning waiting: C2, the channel of a route, refused the last message, 2 minutes ago; it went to the main channel: \
             not_in_channel: the bot is not in the channel: type `/invite @sftp` there, in Slack\n  > /invite @sftp\n\
             warning waiting: C3, the channel of a route, refused the last message, 2 minutes ago; it went to the main channel: \
             channel_not_found: the bot sees no such channel: set the route's channel to the channel's id, and `/invite @sftp` to a private one\n  \
             > sudoedit /etc/c.toml\n"
        );
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
        let said = judged(&daily(
            json!({"date": "2026-03-30", "resume": {"closed": closed}}),
        ));
        assert_eq!(
            said,
            "warning waiting: the table of 2026-03-28 waits for Slack\n  > sudo systemctl start sftp-monitor-digest.service\n\
             warning waiting: 1 message refused by Slack for good and kept: invalid_blocks\n  > sudo sftp-monitor status\n"
        );
        let parked = json!([{"id": 1, "since": since, "content": {"kind": "started", "source": "journal", "first": true},
            "refused": "msg_too_long"}]);
        let said = judged(&daily(
            json!({"date": "2026-03-30", "resume": {"parked": parked, "parked_more": 5}}),
        ));
        assert_eq!(
            said,
            "warning waiting: 1 message refused by Slack for good and kept: msg_too_long (5 more were refused, and are no longer kept)\n  \
             > sudo sftp-monitor status\n"
        );
        let nothing = judged(&daily(json!({"date": "2026-03-30"})));
        assert_eq!(nothing, "ok waiting: nothing waits for Slack\n");
    }
}
