//! Posting the outbox: one message at a time, each removed by its id once Slack has it.

use std::time::Duration;

use super::Posting;
use super::commit::Committer;
use crate::alerts::{Message, Voice, render};
use crate::log::{Priority, Topic, about, line};
use crate::outbox;
use crate::slack::{Client, Next, POST, Pace, Verdict};
use crate::state::SendLock;
use crate::time::Time;

/// How soon the lock of sending is tried again while another process posts.
const LOCK_AGAIN: Duration = Duration::from_millis(300);

/// What came of a post.
pub(super) struct Posted {
    message: Message,
    verdict: Verdict,
    /// Held until the answer is committed.
    _lock: SendLock,
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
    pace: Pace,
    /// Another process was posting: not before then.
    again: Option<Time>,
}

impl Sender {
    pub(super) fn new(target: Target, voice: Voice) -> Self {
        Sender {
            target,
            voice,
            pace: Pace::default(),
            again: None,
        }
    }

    /// Speaks so from here on, and to this address: a new configuration may have mended what was wrong.
    pub(super) fn speak(&mut self, voice: Voice, client: Option<Client>) {
        self.voice = voice;
        if let Some(client) = client {
            self.target = Target::Slack(client);
            self.pace = Pace::default();
        }
    }

    /// When the next message may be posted; none while there is none.
    pub(super) fn ready_at(&self, committer: &Committer, now: Time) -> Option<Time> {
        if committer.view.waiting == 0 {
            return None;
        }
        let pace = match self.target {
            Target::Slack(_) => self.pace.ready_at(now, committer.view.pause_until),
            Target::Output => now,
        };
        Some(self.again.map_or(pace, |again| again.max(pace)))
    }

    /// Begins to post the head of the outbox if it may be posted now.
    pub(super) fn begin(&mut self, committer: &mut Committer, now: Time) -> Option<Posting> {
        if self.ready_at(committer, now)? > now {
            return None;
        }
        self.again = Some(now.plus(LOCK_AGAIN));
        let lock = match committer.store().send_lock(Duration::ZERO) {
            Ok(Some(lock)) => lock,
            Ok(None) => return None,
            Err(error) => {
                line(Priority::Error, &format!("{error:#}"));
                return None;
            }
        };
        let message = match committer.change(outbox::take_message) {
            Ok(message) => message?,
            Err(error) => {
                line(Priority::Error, &format!("{error:#}; the message waits"));
                return None;
            }
        };
        self.again = None;
        committer.in_flight = Some(message.id);
        let rendered = render(&message, &self.voice);
        match &self.target {
            Target::Output => {
                println!("{}\n", rendered.plain());
                Some(Box::pin(async {
                    Posted {
                        message,
                        verdict: Verdict::Accepted,
                        _lock: lock,
                    }
                }))
            }
            Target::Slack(client) => {
                let client = client.clone();
                Some(Box::pin(async move {
                    let verdict = client.post(&rendered, POST).await;
                    Posted {
                        message,
                        verdict,
                        _lock: lock,
                    }
                }))
            }
        }
    }

    /// Takes in what came of a post.
    pub(super) fn settle(&mut self, committer: &mut Committer, posted: &Posted, now: Time) {
        let Posted {
            message, verdict, ..
        } = posted;
        let next = self.pace.settle(message.form, verdict, now);
        self.say(committer, verdict, &next);
        committer.in_flight = None;
        if let Err(error) = committer.change(|daily| outbox::settle_message(daily, message, &next))
        {
            // The message stays, marked as one that may be a repeat: it is posted again.
            line(
                Priority::Error,
                &format!("{error:#}; a message may be posted again"),
            );
        }
    }

    /// One line an episode: when Slack begins to fail, fails otherwise, refuses a message, takes one again.
    fn say(&self, committer: &mut Committer, verdict: &Verdict, next: &Next) {
        let trouble = match next {
            Next::Done => None,
            _ => Some(verdict.to_string()),
        };
        match (&committer.trouble, &trouble) {
            (Some(_), None) => about(
                Topic::SlackRecovered,
                Priority::Notice,
                "Slack takes messages again",
            ),
            (before, Some(now)) if before.as_ref() != Some(now) => {
                about(
                    Topic::SlackFailing,
                    Priority::Warning,
                    &format!("Slack: {now}; messages wait"),
                );
            }
            _ => {}
        }
        if let Next::Park { error } = next {
            about(
                Topic::MessageRefused,
                Priority::Error,
                &format!(
                    "Slack refused a message for good: {error}; `sftp-monitor status` shows it"
                ),
            );
        }
        committer.trouble = trouble;
    }
}
