//! The status for programs.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::words;
use crate::commands::expect::table::Row;
use crate::domain::base::position::Position;
use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::FeedStanding;
use crate::domain::slack_reply::{Fix, SlackTrouble};
use crate::domain::state::{Counters, Daily, NoticeKind, Resume};

/// The object that `status --json` prints.
#[derive(Debug, Serialize)]
pub(super) struct StatusReport<'a> {
    date: NaiveDate,
    partners: &'a BTreeMap<String, Counters>,
    unknown_attempts: u64,
    /// The service's own faults.
    troubles: &'a [String],
    source: Option<&'a str>,
    position: Option<Position>,
    counted_until: Option<String>,
    sessions: Vec<Session<'a>>,
    waiting: usize,
    pause_until: Option<String>,
    refusal: Option<RefusalRow<'a>>,
    /// Channels of routes that refuse messages, which go to the main channel meanwhile.
    refusing: BTreeMap<&'a str, RefusalRow<'a>>,
    /// `None` without a webhook.
    webhook: Option<WebhookRow<'a>>,
    closed: Vec<ClosedRow<'a>>,
    parked: Vec<ParkedRow<'a>>,
    /// How many refused messages are not kept.
    parked_more: u64,
    notices: Vec<NoticeRow<'a>>,
    feeds: Vec<Row>,
    open: Vec<OpenRow<'a>>,
    muted: Vec<MuteRow<'a>>,
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

/// The events for the webhook.
#[derive(Debug, Serialize)]
struct WebhookRow<'a> {
    waiting: usize,
    /// How many were dropped, because too many waited.
    dropped: u64,
    /// How many the receiver refused for good.
    refused: u64,
    /// Why it took nothing at the last try.
    error: Option<&'a str>,
    since: Option<String>,
}

/// Slack's refusal at the last try.
#[derive(Debug, Serialize)]
struct RefusalRow<'a> {
    error: &'a str,
    code: Option<&'a str>,
    since: String,
    at: String,
    mend: Option<String>,
}

/// A closed day whose table Slack has not accepted.
#[derive(Debug, Serialize)]
struct ClosedRow<'a> {
    id: &'a str,
    until: String,
    messages_posted: usize,
    error: Option<&'a str>,
}

/// A message that Slack refused for good.
#[derive(Debug, Serialize)]
struct ParkedRow<'a> {
    id: u64,
    what: String,
    since: String,
    error: Option<&'a str>,
}

/// A matter that waits for its end.
#[derive(Debug, Serialize)]
struct OpenRow<'a> {
    what: String,
    partner: Option<&'a str>,
    since: String,
    /// A person takes care of it.
    taken: bool,
}

/// A partner whose alerts are held back.
#[derive(Debug, Serialize)]
struct MuteRow<'a> {
    partner: &'a str,
    since: String,
    until: String,
    why: Option<&'a str>,
    by: Option<&'a str>,
    /// How many events and messages were held back.
    kept_back: u64,
}

#[derive(Debug, Serialize)]
struct NoticeRow<'a> {
    kind: NoticeKind,
    from: String,
    to: String,
    count: u64,
    detail: Option<&'a str>,
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
        let row = |trouble: &'a SlackTrouble, mend: fn(Fix) -> String| RefusalRow {
            error: &trouble.said,
            code: trouble.code.as_deref(),
            since: at(trouble.since),
            at: at(trouble.at),
            mend: trouble.fix().map(mend),
        };
        let refusing = resume.refusing.iter();
        let closed = resume.closed.iter().map(|day| ClosedRow {
            id: &day.id,
            until: at(day.until),
            messages_posted: day.messages_posted,
            error: day.refused.as_deref(),
        });
        let parked = resume.parked.iter().map(|message| ParkedRow {
            id: message.id,
            what: words::message(&message.content),
            since: at(message.since),
            error: message.refused.as_deref(),
        });
        let notices = resume.day.notices.iter().map(|notice| NoticeRow {
            kind: notice.kind,
            from: at(notice.from),
            to: at(notice.to),
            count: notice.count,
            detail: notice.detail.as_deref(),
        });
        let matters = resume.matters.iter().filter(|matter| matter.is_open());
        let open = matters.map(|matter| OpenRow {
            what: words::message(matter.about()),
            partner: matter.about().partner(),
            since: at(matter.began),
            taken: matter.taken,
        });
        let muted = resume.alerts.muted.iter().map(|(partner, mute)| MuteRow {
            partner,
            since: at(mute.terms.since),
            until: at(mute.terms.until),
            why: mute.terms.why.as_deref(),
            by: mute.terms.by.as_deref(),
            kept_back: mute.held(),
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
            refusal: (resume.slack_trouble.as_ref())
                .map(|refusal| row(refusal, |fix| fix.said().to_owned())),
            refusing: refusing
                .map(|(channel, refusal)| (channel.as_str(), row(refusal, Fix::of_route)))
                .collect(),
            webhook: (!events.kinds.is_empty()).then(|| WebhookRow {
                waiting: events.waiting.len(),
                dropped: events.lost,
                refused: events.refused,
                error: trouble.map(|trouble| trouble.said.as_str()),
                since: trouble.map(|trouble| at(trouble.since)),
            }),
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
