//! Alerts that are too old for a message of their own, on their way into the summary, and what ends the troubles among them.

use super::needs::Need;
use super::{Alerts, Content, Outbox, summary};
use crate::domain::base::time::Time;

/// How many events the troubles of a summary may wait for. The end of later ones is a message of its own.
const NEEDS_KEPT: usize = 50;

impl Alerts {
    /// Adds an alert to the next summary.
    pub(super) fn add_late(&mut self, since: Time, content: Content) {
        let parts = content.parts();
        let met = |need: &Need| parts.iter().any(|part| need.is_met_by(part));
        self.backlog_needs.retain(|need| !met(need));
        for need in content.needs().into_iter().filter(|need| !met(need)) {
            if self.backlog_needs.len() < NEEDS_KEPT {
                Need::add(&mut self.backlog_needs, need);
            }
        }
        summary::fold(self.backlog.get_or_insert_default(), since, content);
    }

    /// Puts the summary into the outbox, once reading has caught up. It begins a matter of the troubles that have not ended.
    pub(super) fn put_backlog(&mut self, outbox: &mut Outbox<'_>, in_flight: Option<u64>) {
        let Some(backlog) = self.backlog.take() else {
            return;
        };
        let needs = std::mem::take(&mut self.backlog_needs);
        let joined = summary::take_waiting(outbox, in_flight);
        let earlier = joined
            .as_ref()
            .and_then(|message| outbox.matters.get(message.id));
        let earlier = earlier
            .map(|matter| matter.needs.clone())
            .unwrap_or_default();
        let backlog = summary::joined(joined, backlog);
        let (since, repeated) = (backlog.from, backlog.maybe_repeated);
        let id = outbox.push(since, Content::Summary(backlog));
        if let Some(message) = outbox.messages.last_mut() {
            message.maybe_repeated = repeated;
            let needs = earlier.into_iter().chain(needs);
            outbox.matters.await_all(id, since, &message.content, needs);
        }
    }
}
