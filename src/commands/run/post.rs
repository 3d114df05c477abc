//! Posting the outbox: one message at a time, in words, to Slack or to standard output.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::task::spawn_blocking;

use super::commit::Committer;
use super::queue::{Queue, Settled, Taken};
use crate::adapters::config::Config;
use crate::adapters::sight;
use crate::adapters::slack::{Client, POST};
use crate::domain::alerts::{Content, Form, Message};
use crate::domain::base::time::Time;
use crate::domain::render::{OwnTrouble, Rendered, Voice, own_trouble, render};
use crate::domain::slack_reply::{Pace, Verdict};

/// A warning that waited longer than this is judged once more before it is posted.
const LONG: Duration = Duration::from_secs(60);

/// What came of a post.
pub(super) struct Posted {
    /// The lock in it is held until the answer is committed.
    taken: Taken,
    /// What Slack answered; none where nothing was posted, since what the message says no longer holds.
    verdict: Option<Verdict>,
}

/// Where messages go.
pub(super) enum Target {
    /// Slack.
    Slack(Client),
    /// Standard output.
    Output,
}

/// The one that posts.
pub(super) struct Sender {
    target: Target,
    voice: Voice,
    /// What warnings that waited are judged by once more; none where the command line names the partners.
    config: Option<Config>,
    queue: Queue,
}

impl Sender {
    pub(super) fn new(target: Target, voice: Voice, config: Option<Config>) -> Self {
        let queue = match target {
            Target::Slack(_) => Queue::new(Some(Pace::default())),
            Target::Output => Queue::new(None),
        };
        Sender {
            target,
            voice,
            config,
            queue,
        }
    }

    /// Speaks so from here on, and to this address: a new configuration may have mended what was wrong.
    pub(super) fn speak(&mut self, voice: Voice, client: Option<Client>, config: Option<Config>) {
        self.voice = voice;
        self.config = config;
        if let Some(client) = client {
            self.target = Target::Slack(client);
            self.queue = Queue::new(Some(Pace::default()));
        }
    }

    /// When the next message may be posted; none while there is none.
    pub(super) fn ready_at(&self, committer: &Committer, now: Time) -> Option<Time> {
        self.queue.ready_at(committer, now)
    }

    /// Begins to post the head of the outbox if it may be posted now.
    pub(super) fn begin(&mut self, committer: &mut Committer, now: Time) -> Option<Posting> {
        let taken = self.queue.take(committer, now)?;
        let rendered = render(&taken.message, &self.voice);
        let waited = now.since(taken.message.since) > LONG;
        let judged = matches!(taken.message.content, Content::LogLevel { .. }) && waited;
        let config = self.config.clone().filter(|_| judged);
        match &self.target {
            Target::Output => {
                println!("{}\n", rendered.plain());
                Some(Box::pin(async {
                    Posted {
                        taken,
                        verdict: Some(Verdict::Accepted),
                    }
                }))
            }
            Target::Slack(client) => {
                let (client, voice) = (client.clone(), self.voice.clone());
                Some(Box::pin(async move {
                    let rendered = match config {
                        Some(config) => still(&taken.message, config, &voice).await,
                        None => Some(rendered),
                    };
                    let verdict = match rendered {
                        Some(rendered) => Some(client.post(&rendered, POST).await),
                        None => None,
                    };
                    Posted { taken, verdict }
                }))
            }
        }
    }

    /// Posts a message that is in no outbox, in this form.
    pub(super) fn aside(&self, trouble: &OwnTrouble, form: Form) -> Answering {
        let rendered = own_trouble(trouble, form, &self.voice);
        match &self.target {
            Target::Output => {
                println!("{}\n", rendered.plain());
                Box::pin(async { Verdict::Accepted })
            }
            Target::Slack(client) => {
                let client = client.clone();
                Box::pin(async move { client.post(&rendered, POST).await })
            }
        }
    }

    /// Takes in what came of a post.
    pub(super) fn settle(
        &mut self,
        committer: &mut Committer,
        posted: &Posted,
        now: Time,
    ) -> Settled {
        let message = &posted.taken.message;
        match &posted.verdict {
            Some(verdict) => self.queue.settle(committer, message, verdict, now),
            None => Queue::discard(committer, message, now),
        }
    }
}

/// The message as it holds now, in words; none where nothing of it does.
async fn still(message: &Message, config: Config, voice: &Voice) -> Option<Rendered> {
    let content = message.content.clone();
    // It asks the user database, which may take its time.
    let judged = spawn_blocking(move || sight::still(content, &config)).await;
    let content = judged.unwrap_or_else(|_| Some(message.content.clone()))?;
    let message = Message {
        content,
        ..message.clone()
    };
    Some(render(&message, voice))
}

/// A post under way.
pub(super) type Answering = Pin<Box<dyn Future<Output = Verdict>>>;

/// A post under way.
pub(super) type Posting = Pin<Box<dyn Future<Output = Posted>>>;
