//! Posts reports about the monitor itself, which wait in no outbox.

use super::client::{POST, SlackClient};
use crate::domain::base::language::Language;
use crate::domain::render::Rendered;
use crate::domain::routes::Routes;
use crate::domain::slack_reply::PostResult;

impl SlackClient {
    /// Posts to the channel for the monitor's own messages; to the main one if that channel refuses them.
    pub async fn post_own(
        &self,
        message: &Rendered,
        routes: &Routes,
        language: Language,
    ) -> PostResult {
        let channel = routes.own().channel.unwrap_or(&routes.main);
        let answer = self.to(channel).post(message, POST).await;
        match answer.refusal_of_channel() {
            Some(code) if channel != routes.main => {
                let message = message.clone().instead_of(channel, code, language);
                self.post(&message, POST).await
            }
            _ => answer,
        }
    }
}
