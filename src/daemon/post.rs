//! Posting the outbox: one message at a time, in words, to Slack or to standard output.

use super::Posting;
use super::commit::Committer;
use super::queue::{Queue, Settled, Taken};
use crate::alerts::{Voice, render};
use crate::slack::{Client, POST, Pace, Verdict};
use crate::time::Time;

/// What came of a post.
pub(super) struct Posted {
    /// The lock in it is held until the answer is committed.
    taken: Taken,
    verdict: Verdict,
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
    queue: Queue,
}

impl Sender {
    pub(super) fn new(target: Target, voice: Voice) -> Self {
        let queue = match target {
            Target::Slack(_) => Queue::new(Some(Pace::default())),
            Target::Output => Queue::new(None),
        };
        Sender {
            target,
            voice,
            queue,
        }
    }

    /// Speaks so from here on, and to this address: a new configuration may have mended what was wrong.
    pub(super) fn speak(&mut self, voice: Voice, client: Option<Client>) {
        self.voice = voice;
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
        match &self.target {
            Target::Output => {
                println!("{}\n", rendered.plain());
                Some(Box::pin(async {
                    Posted {
                        taken,
                        verdict: Verdict::Accepted,
                    }
                }))
            }
            Target::Slack(client) => {
                let client = client.clone();
                Some(Box::pin(async move {
                    let verdict = client.post(&rendered, POST).await;
                    Posted { taken, verdict }
                }))
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
        self.queue
            .settle(committer, &posted.taken.message, &posted.verdict, now)
    }
}
