//! Posts the outbox as text, one message at a time, to Slack or to standard output.

use std::time::Duration;

use tokio::task::spawn_blocking;

use super::commit::Committer;
use super::flight::Flight;
use super::queue::{Queue, Taken};
use crate::adapters::config::Config;
use crate::adapters::sight;
use crate::adapters::slack::{POST, SlackClient};
use crate::adapters::store::StateError;
use crate::domain::alerts::{Layout, Matter, Message};
use crate::domain::base::time::Time;
use crate::domain::render::{OwnTrouble, Rendered, Voice, own_trouble, render, render_content};
use crate::domain::routes::{Routes, Way};
use crate::domain::slack_reply::{PostResult, RateLimiter};

/// A warning that waited longer than this is checked again before it is posted.
const LONG: Duration = Duration::from_secs(60);

/// The result of a post.
pub(super) struct Posted {
    /// Holds the send lock until the answer is committed.
    taken: Taken,
    /// Slack's answer; `None` if the message no longer holds and was not posted.
    answer: Option<PostResult>,
}

/// The post in flight of a message of the outbox.
pub(super) type Posting = Flight<Posted>;

/// The answer to a post in flight.
pub(super) type Answering = Flight<PostResult>;

/// Posts to Slack, or prints if there is no client.
pub(super) struct Sender {
    client: Option<SlackClient>,
    voice: Voice,
    /// The configuration to check waiting warnings again; `None` if the command line names the partners.
    config: Option<Config>,
    queue: Queue,
}

impl Sender {
    pub(super) fn new(
        client: Option<SlackClient>,
        voice: Voice,
        routes: Routes,
        config: Option<Config>,
    ) -> Self {
        Sender {
            queue: Queue::new(client.is_some().then(RateLimiter::default), routes),
            client,
            voice,
            config,
        }
    }

    /// When the next message may be posted; `None` if there is none.
    pub(super) fn ready_at(&self, committer: &Committer, now: Time) -> Option<Time> {
        self.queue.ready_at(committer, now)
    }

    /// Starts to post the head of the outbox, if that is allowed now.
    pub(super) fn begin(&mut self, committer: &mut Committer, now: Time) -> Option<Posting> {
        let taken = self.queue.take(committer, now)?;
        let waited = now.since(taken.message.since) > LONG;
        let judged = sight::may_be_fixed(&taken.message.content) && waited;
        let Some(config) = self.config.clone().filter(|_| judged) else {
            let posting = self.post_message(&taken.message, &taken.way);
            return Some(Box::pin(async {
                let answer = Some(posting.await);
                Posted { taken, answer }
            }));
        };
        let sender = Sender::new(
            self.client.clone(),
            self.voice.clone(),
            self.queue.routes.clone(),
            None,
        );
        Some(Box::pin(async move {
            let answer = match still(&taken.message, config).await {
                Some(message) => Some(sender.post_message(&message, &taken.way).await),
                None => None,
            };
            Posted { taken, answer }
        }))
    }

    /// Posts a report of the daemon's own trouble in this form. The outbox does not hold such reports.
    pub(super) fn post_trouble(&self, trouble: &OwnTrouble, form: Layout) -> Answering {
        let mut message = own_trouble(trouble, form, &self.voice);
        let Some(client) = self.client.clone() else {
            return printed(&message);
        };
        let begins = trouble.until.is_none();
        if let Some(id) = self.queue.routes.own().mention.filter(|_| begins) {
            message = message.calling(id);
        }
        let (routes, language) = (self.queue.routes.clone(), self.voice.language);
        Box::pin(async move { client.post_own(&message, &routes, language).await })
    }

    /// Can it edit messages? Not what it printed.
    pub(super) fn edits(&self) -> bool {
        self.client.is_some()
    }

    /// Edits a message so that it shows all of its matter; `None` without Slack.
    pub(super) fn edit(&self, matter: &Matter) -> Option<Answering> {
        let (client, at) = (self.client.clone()?, matter.at.clone()?);
        let mut message = render_content(&matter.shown(), matter.form, &self.voice);
        if let Some(id) = self.queue.routes.of(&matter.content).mention {
            message = message.calling(id);
        }
        Some(Box::pin(async move { client.edit(&message, &at).await }))
    }

    fn post_message(&self, message: &Message, way: &Way) -> Answering {
        let mut rendered = render(message, &self.voice);
        let client = match (self.client.clone(), message.thread.clone()) {
            (None, _) => return printed(&rendered),
            (Some(client), Some(first)) => {
                let for_all = message.content.is_for_all();
                return Box::pin(async move { client.reply(&rendered, &first, for_all).await });
            }
            (Some(client), None) => client.to(&way.channel),
        };
        if let Some(id) = &way.mention {
            rendered = rendered.calling(id);
        }
        if let Some((channel, code)) = &way.instead_of {
            rendered = rendered.instead_of(channel, code, self.voice.language);
        }
        Box::pin(async move { client.post(&rendered, POST).await })
    }

    /// Takes in the result of a post.
    pub(super) fn settle(
        &mut self,
        committer: &mut Committer,
        posted: &Posted,
        now: Time,
    ) -> Result<(), StateError> {
        let message = &posted.taken.message;
        self.queue
            .settle(committer, message, posted.answer.as_ref(), now)
    }
}

/// Prints a message, if there is no Slack.
fn printed(message: &Rendered) -> Answering {
    println!("{}\n", message.plain());
    Box::pin(async { PostResult::Accepted { at: None } })
}

/// The message as it holds now; `None` if nothing of it holds any more.
async fn still(message: &Message, config: Config) -> Option<Message> {
    let content = message.content.clone();
    // This may ask the user database, which can be slow.
    let judged = spawn_blocking(move || sight::still(content, &config)).await;
    Some(Message {
        content: judged.unwrap_or_else(|_| Some(message.content.clone()))?,
        ..message.clone()
    })
}
