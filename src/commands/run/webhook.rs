//! Sends the events to the webhook, one after another. Neither reading nor Slack waits for it.

use tokio::time::{Instant, timeout_at};

use super::commit::Committer;
use super::courier::Courier;
use super::flight::{Flight, landed};
use crate::adapters::webhook::WebhookClient;
use crate::commands::clock::now;
use crate::domain::base::time::Time;
use crate::domain::render::Voice;
use crate::domain::webhook::{Delivery, body};

/// Sends the events to the webhook, if there is one.
pub(super) struct WebhookSender {
    client: Option<WebhookClient>,
    voice: Voice,
    courier: Courier,
    /// The event in flight: its id, and what becomes of it.
    sending: Option<Flight<(String, Delivery)>>,
}

impl WebhookSender {
    pub(super) fn new(client: Option<WebhookClient>, voice: Voice) -> Self {
        WebhookSender {
            client,
            voice,
            courier: Courier::new(Instant::now()),
            sending: None,
        }
    }

    /// Takes a new configuration. What is in flight is sent again.
    pub(super) fn replace(&mut self, client: Option<WebhookClient>, voice: Voice) {
        self.courier.begin_anew(Instant::now());
        (self.client, self.voice, self.sending) = (client, voice, None);
    }

    /// When something is to be done; `None` if nothing is.
    pub(super) fn due(&self, committer: &Committer, now: Time) -> Option<Instant> {
        self.client.as_ref()?;
        self.courier.due(committer, now, Instant::now())
    }

    /// Commits what was sent, and sends the next event, if that is due.
    pub(super) fn turn(&mut self, committer: &mut Committer, now: Time) {
        let Some(client) = self.client.clone() else {
            return;
        };
        let Some(event) = self.courier.turn(committer, now, Instant::now()) else {
            return;
        };
        let body = body(&event, &self.voice);
        self.sending = Some(Box::pin(async move {
            let delivery = client.post(&event.id, body).await;
            (event.id, delivery)
        }));
    }

    /// Waits for the request in flight; without one, waits forever.
    pub(super) async fn sent(&mut self) {
        let (id, delivery) = landed(&mut self.sending).await;
        self.courier.settle(id, &delivery, Instant::now());
    }

    /// Gives the request in flight time until then, and commits what was sent.
    pub(super) async fn stop(&mut self, committer: &mut Committer, until: Instant) {
        if self.sending.is_some() {
            let _ = timeout_at(until, self.sent()).await;
        }
        self.courier.stop(committer, now(), Instant::now());
    }
}
