//! Applies a batch to the state: counters, messages, position and notices change together.

use super::log_entry::{LogEntry, of_record};
use super::remarks::remarked;
use crate::adapters::log::{Priority, is_verbose};
use crate::adapters::reader::Batch;
use crate::adapters::source::Remark;
use crate::domain::alerts::Content;
use crate::domain::base::position::Position;
use crate::domain::base::time::Time;
use crate::domain::rules::Monitor;
use crate::domain::state::Daily;

/// Applies a batch to the state. Returns the log entries to write after the commit.
pub(super) fn take_in<'a>(
    monitor: &mut Monitor<'_>,
    batch: &'a Batch,
    source: &str,
) -> Vec<LogEntry<'a>> {
    let mut entries = Vec::new();
    for record in &batch.records {
        let verdict = monitor.apply(record);
        if is_verbose() {
            let said = format!(
                "{}: {} ({})",
                verdict.event, verdict.reason, record.origin.pid
            );
            entries.push(LogEntry::Plain(None, Priority::Debug, said));
        }
        entries.extend(of_record(record, verdict, monitor.daily));
    }
    for (user, answer) in &batch.answers {
        monitor.answer(user, answer);
    }
    monitor.cannot_see(&batch.unseen);
    monitor.expire(&batch.expiries);
    for remark in &batch.remarks {
        if matches!(remark, Remark::Gap { .. } | Remark::Unreadable { .. }) {
            monitor.nothing_is_proved();
        }
        entries.push(remarked(monitor.daily, remark, monitor.now));
    }
    let resume = &mut monitor.daily.resume;
    match &batch.position {
        Some(Position::Journal(position)) => {
            resume
                .journals
                .insert(position.machine.clone(), position.clone());
        }
        Some(Position::File(position)) => {
            resume.files.insert(
                position.path.to_string_lossy().into_owned(),
                position.clone(),
            );
        }
        None => {}
    }
    if batch.position.is_some() && resume.source.as_deref() != Some(source) {
        resume.source = Some(source.to_owned());
    }
    entries
}

/// The position of the state relative to a batch.
pub(super) enum BatchFit {
    /// The state is at the start of the batch: apply it.
    Next,
    /// The state is at the end of the batch: it was committed before.
    Committed,
    /// The state is at this other position.
    Elsewhere(Position),
}

/// Compares the position of the state with the start and the end of a batch.
pub(super) fn fit(daily: &Daily, batch: &Batch) -> BatchFit {
    let (Some(begins), Some(ends)) = (&batch.begins, &batch.position) else {
        return BatchFit::Next;
    };
    let stands = match ends {
        Position::Journal(end) => daily
            .resume
            .journals
            .get(&end.machine)
            .cloned()
            .map(Position::Journal),
        Position::File(end) => daily
            .resume
            .files
            .get(&*end.path.to_string_lossy())
            .cloned()
            .map(Position::File),
    };
    match stands {
        Some(stands) if stands.is(begins) => BatchFit::Next,
        Some(stands) if stands.is(ends) => BatchFit::Committed,
        Some(stands) => BatchFit::Elsewhere(stands),
        // A state without a position continues where reading stands.
        None => BatchFit::Next,
    }
}

/// Puts the start messages into the outbox. Removes an earlier start's report of a missing group, unless this start repeats it.
pub(super) fn announced(daily: &mut Daily, announce: &[Content], now: Time) {
    let resume = &mut daily.resume;
    resume
        .outbox
        .retain_mut(|message| match &mut message.content {
            content @ Content::Started { first: false, .. } => announce.contains(content),
            Content::Started { missing_group, .. } => {
                *missing_group = None;
                true
            }
            _ => true,
        });
    for content in announce {
        if let Content::Started { first: true, .. } = content {
            resume.announced = true;
        }
        if !resume
            .outbox
            .iter()
            .any(|message| message.content == *content)
        {
            resume.alerts.events.note(now, content);
            resume.alerts_and_outbox().1.push(now, content.clone());
        }
    }
}
