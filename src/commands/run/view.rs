//! The state as the rest of the daemon sees it between two commits.

use crate::domain::alerts::{Matter, Message};
use crate::domain::base::names::many;
use crate::domain::base::time::Time;
use crate::domain::delivery;
use crate::domain::rules::Monitor;
use crate::domain::state::{Counters, Daily, NoticeKind};

/// The values of the state that the loop needs without reading the state again.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// When the next change caused by time alone is due.
    pub(super) due: Option<Time>,
    /// Number of messages that wait for Slack.
    pub(super) waiting: usize,
    /// Until when Slack asked for a pause.
    pub(super) pause_until: Option<Time>,
    /// Whether Slack accepted nothing at the last try.
    pub(super) refused: bool,
    /// Until when the content of the next message may still change.
    pub(super) settles: Option<Time>,
    /// Since when the oldest message or table waits for Slack.
    pub(super) oldest: Option<Time>,
    /// Counts of forged, not understood and unreadable lines.
    pub(super) doubtful: LineCounts,
    /// When the next event may be sent to the webhook; `None` if none waits.
    pub(super) events: Option<Time>,
    /// The next message in Slack to edit.
    pub(super) edit: Option<Box<Matter>>,
    pub(super) status: String,
    /// Accounts that wait for an answer of the user database.
    pub(super) questions: Vec<String>,
}

pub(super) fn view(monitor: &Monitor<'_>) -> View {
    let resume = &monitor.daily.resume;
    let sum = |of: fn(&Counters) -> u64| monitor.daily.partners.values().map(of).sum::<u64>();
    let events = &resume.alerts.events;
    let for_webhook = match events.trouble {
        Some(_) => format!(
            ", {} for the webhook",
            many(events.waiting.len() as u64, "event")
        ),
        None => String::new(),
    };
    let status = format!(
        "{}: {}, {}, {}, {}, {}; {} and {} wait for Slack{for_webhook}",
        monitor.daily.date,
        many(sum(|c| c.success), "log-in"),
        many(sum(|c| c.failed), "failure"),
        many(sum(|c| c.upload), "upload"),
        many(sum(|c| c.download), "download"),
        many(monitor.daily.unknown_attempts, "unknown attempt"),
        many(resume.outbox.len() as u64, "message"),
        many(resume.closed.len() as u64, "day"),
    );
    let messages = resume.outbox.iter().map(|message| message.since);
    let head = resume.outbox.first();
    let days = resume.closed.iter().filter(|day| day.waits());
    View {
        oldest: messages.chain(days.map(|day| day.until)).min(),
        due: monitor.due(),
        settles: head.and_then(Message::settles),
        events: events.ready_at(monitor.now),
        doubtful: counted(monitor.daily),
        waiting: resume.outbox.len(),
        pause_until: resume.pause_until,
        refused: resume.slack_trouble.is_some(),
        edit: delivery::take_edit(monitor.daily).map(Box::new),
        status,
        questions: monitor.questions(),
    }
}

/// The number of lines of each kind: all forged lines; the open day's lines that were not understood; the open day's lines in
/// no known envelope.
pub(super) type LineCounts = [u64; 3];

/// Counts the lines of each kind.
pub(super) fn counted(daily: &Daily) -> LineCounts {
    let of = |kind| {
        let notices = daily.resume.day.notices.iter();
        let counts = notices
            .filter(|notice| notice.kind == kind)
            .map(|notice| notice.count);
        counts.fold(0, u64::saturating_add)
    };
    [
        daily.resume.forged,
        of(NoticeKind::Unparsed),
        of(NoticeKind::NoEnvelope),
    ]
}
