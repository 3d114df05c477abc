//! The status for programs.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;

use super::words;
use crate::commands::expect::table::Row;
use crate::commands::output::{Object, object};
use crate::domain::base::by_name::ByName;
use crate::domain::base::position::Position;
use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::FeedStanding;
use crate::domain::slack_reply::{Fix, SlackTrouble};
use crate::domain::state::{Counters, Daily, Resume};

/// The object that `status --json` prints.
#[derive(Debug, Serialize)]
pub(super) struct StatusReport<'a> {
    date: NaiveDate,
    partners: &'a ByName<Counters>,
    unknown_attempts: u64,
    /// The service's own faults.
    troubles: &'a [String],
    source: Option<&'a str>,
    position: Option<Position>,
    counted_until: Option<String>,
    sessions: Vec<Session<'a>>,
    waiting: usize,
    pause_until: Option<String>,
    refusal: Option<Object>,
    /// Channels of routes that refuse messages, which go to the main channel meanwhile.
    refusing: BTreeMap<&'a str, Object>,
    /// `None` without a webhook.
    webhook: Option<Object>,
    closed: Vec<Object>,
    parked: Vec<Object>,
    /// How many refused messages are not kept.
    parked_more: u64,
    notices: Vec<Object>,
    feeds: Vec<Row>,
    open: Vec<Object>,
    muted: Vec<Object>,
    forged: u64,
    undecided: usize,
}

/// The kinds of an open session.
pub(super) const LOGIN: &str = "log-in";
pub(super) const SFTP: &str = "sftp";

/// A log-in, or an sftp session.
#[derive(Debug, Serialize)]
pub(super) struct Session<'a> {
    pub(super) kind: &'static str,
    pub(super) user: &'a str,
    pub(super) partner: Option<bool>,
    pub(super) address: Option<&'a str>,
    pub(super) pid: u32,
    #[serde(skip)]
    pub(super) since: Time,
    #[serde(rename = "since")]
    at: String,
    pub(super) open_files: Vec<&'a str>,
}

impl<'a> StatusReport<'a> {
    pub(super) fn of(
        daily: &'a Daily,
        feeds: &[FeedStanding<'_>],
        troubles: &'a [String],
        zone: Zone,
    ) -> Self {
        let resume = &daily.resume;
        let events = &resume.alerts.events;
        let trouble = events.trouble.as_ref();
        let at = |time: Time| zone.rfc3339(time);
        let refusal = |trouble: &SlackTrouble, mend: fn(Fix) -> String| {
            object([
                ("error", json!(trouble.said)),
                ("code", json!(trouble.code)),
                ("since", json!(at(trouble.since))),
                ("at", json!(at(trouble.at))),
                ("mend", json!(trouble.fix().map(mend))),
            ])
        };
        let main = resume.slack_trouble.as_ref();
        let refusing = resume.refusing.iter();
        let webhook = object([
            ("waiting", json!(events.waiting.len())),
            // How many were dropped, because too many waited.
            ("dropped", json!(events.lost)),
            // How many the receiver refused for good.
            ("refused", json!(events.refused)),
            // Why it took nothing at the last try.
            ("error", json!(trouble.map(|trouble| &trouble.said))),
            ("since", json!(trouble.map(|trouble| at(trouble.since)))),
        ]);
        // Closed days whose tables Slack has not accepted.
        let closed = resume.closed.iter().map(|day| {
            object([
                ("id", json!(day.id)),
                ("until", json!(at(day.until))),
                ("messages_posted", json!(day.messages_posted)),
                ("error", json!(day.refused)),
            ])
        });
        // Messages that Slack refused for good.
        let parked = resume.parked.iter().map(|message| {
            object([
                ("id", json!(message.id)),
                ("what", json!(words::message(&message.content))),
                ("since", json!(at(message.since))),
                ("error", json!(message.refused)),
            ])
        });
        let notices = resume.day.notices.iter().map(|notice| {
            object([
                ("kind", json!(notice.kind)),
                ("from", json!(at(notice.from))),
                ("to", json!(at(notice.to))),
                ("count", json!(notice.count)),
                ("detail", json!(notice.detail)),
            ])
        });
        // Matters that wait for their end; of some a person takes care.
        let matters = resume.matters.iter().filter(|matter| matter.is_open());
        let open = matters.map(|matter| {
            object([
                ("what", json!(words::message(matter.about()))),
                ("partner", json!(matter.about().partner())),
                ("since", json!(at(matter.began))),
                ("taken", json!(matter.taken)),
            ])
        });
        let muted = resume.alerts.muted.iter().map(|(partner, mute)| {
            object([
                ("partner", json!(partner)),
                ("since", json!(at(mute.terms.since))),
                ("until", json!(at(mute.terms.until))),
                ("why", json!(mute.terms.why)),
                ("by", json!(mute.terms.by)),
                // How many events and messages were held back.
                ("kept_back", json!(mute.held())),
            ])
        });
        StatusReport {
            date: daily.date,
            partners: &daily.partners,
            unknown_attempts: daily.unknown_attempts,
            troubles,
            source: resume.source.as_deref(),
            position: position(resume),
            counted_until: known(resume.counted_until).map(at),
            sessions: sessions(resume, zone),
            waiting: waiting(resume),
            pause_until: resume.pause_until.map(at),
            refusal: main.map(|trouble| refusal(trouble, |fix| fix.said().to_owned())),
            refusing: refusing
                .map(|(channel, trouble)| (channel.as_str(), refusal(trouble, Fix::of_route)))
                .collect(),
            webhook: (!events.kinds.is_empty()).then_some(webhook),
            closed: closed.collect(),
            parked: parked.collect(),
            parked_more: resume.parked_more,
            notices: notices.collect(),
            feeds: feeds.iter().map(|feed| Row::of(feed, zone)).collect(),
            open: open.collect(),
            muted: muted.collect(),
            forged: resume.forged,
            undecided: resume.undecided.len(),
        }
    }
}

/// The time, or `None` if it is unset.
pub(super) fn known(time: Time) -> Option<Time> {
    (time != Time::default()).then_some(time)
}

/// The position in the source that was read last; of several journals, the latest one.
pub(super) fn position(resume: &Resume) -> Option<Position> {
    let source = resume.source.as_ref();
    if let Some(file) = source.and_then(|source| resume.files.get(source)) {
        return Some(Position::File(file.clone()));
    }
    let journals = resume.journals.values();
    let journal = journals.max_by_key(|position| position.realtime);
    journal.cloned().map(Position::Journal)
}

/// The number of waiting messages: those that Slack has not accepted yet, and those that are still being gathered.
pub(crate) fn waiting(resume: &Resume) -> usize {
    let alerts = &resume.alerts;
    let groups = alerts.groups.values();
    let gathered = groups.filter(|group| group.gathered.is_some());
    let backlog = usize::from(alerts.backlog.is_some());
    resume.outbox.len() + alerts.waiting.len() + gathered.count() + backlog
}

/// Log-ins and sftp sessions that are open.
pub(super) fn sessions(resume: &Resume, zone: Zone) -> Vec<Session<'_>> {
    let connections = resume.sessions.connections.by_key();
    let logins = connections
        .into_iter()
        .filter(|c| c.accepted)
        .map(|login| Session {
            kind: LOGIN,
            user: login.user.as_deref().unwrap_or_default(),
            partner: login.standing.partner(),
            address: login.address.as_deref(),
            pid: login.pid,
            since: login.at,
            at: zone.rfc3339(login.at),
            open_files: Vec::new(),
        });
    let sftp = resume.sessions.sftp.by_key();
    let sftp = sftp.into_iter().map(|session| Session {
        kind: SFTP,
        user: &session.user,
        partner: session.standing.partner(),
        address: session.address.as_deref(),
        pid: session.pid,
        since: session.since,
        at: zone.rfc3339(session.since),
        open_files: session.handles.iter().map(|h| h.path.as_str()).collect(),
    });
    logins.chain(sftp).collect()
}
