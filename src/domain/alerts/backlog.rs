//! Alerts that are too old for a message of their own, on their way into the summary, and what ends the troubles among them.

use super::needs::Need;
use super::{Alerts, Content, Message, Outbox, Summary, merge};
use crate::domain::base::time::Time;

impl Alerts {
    /// Adds an alert to the next summary.
    pub(super) fn add_late(&mut self, since: Time, content: Content) {
        let parts = content.parts();
        let met = |need: &Need| parts.iter().any(|part| need.is_met_by(part));
        self.backlog_needs.retain(|need| !met(need));
        for need in content.needs().into_iter().filter(|need| !met(need)) {
            Need::add(&mut self.backlog_needs, need);
        }
        merge::fold(self.backlog.get_or_insert_default(), since, content);
    }

    /// Puts the summary into the outbox, once reading has caught up. It begins a matter of the troubles that have not ended.
    pub(super) fn put_backlog(&mut self, outbox: &mut Outbox<'_>, in_flight: Option<u64>) {
        let Some(backlog) = self.backlog.take() else {
            return;
        };
        let needs = std::mem::take(&mut self.backlog_needs);
        let waited = take_waiting(outbox, in_flight);
        let earlier = waited
            .as_ref()
            .and_then(|message| outbox.matters.get(message.id));
        let earlier = earlier
            .map(|matter| matter.needs.clone())
            .unwrap_or_default();
        let backlog = joined(waited, backlog);
        let (since, repeated) = (backlog.from, backlog.maybe_repeated);
        let id = outbox.push(since, Content::Summary(backlog));
        if let Some(message) = outbox.messages.last_mut() {
            message.maybe_repeated = repeated;
            let needs = earlier.into_iter().chain(needs);
            outbox.matters.await_all(id, since, &message.content, needs);
        }
    }
}

/// Takes a summary that waits in the outbox, so that an outage ends with one message.
fn take_waiting(outbox: &mut Outbox<'_>, in_flight: Option<u64>) -> Option<Message> {
    let waiting = |m: &Message| matches!(m.content, Content::Summary(_)) && Some(m.id) != in_flight;
    let at = outbox.messages.iter().position(waiting)?;
    Some(outbox.messages.remove(at))
}

/// Joins a summary with one that waited.
fn joined(waited: Option<Message>, backlog: Summary) -> Summary {
    let Some(message) = waited else {
        return backlog;
    };
    let Content::Summary(mut whole) = message.content else {
        return backlog;
    };
    // Slack's answer may have been lost, so the content may be repeated.
    whole.maybe_repeated |= message.maybe_repeated;
    whole.add(backlog);
    whole
}
