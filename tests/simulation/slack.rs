//! Slack as it is simulated: what it takes, what it answers, and what of its answers arrives.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use sftp_monitor::domain::alerts::{Content, Message};
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::slack_reply::answer::classify;
use sftp_monitor::domain::slack_reply::{Body, PostResult};
use sftp_monitor::domain::state::{ClosedDay, Daily};

use crate::edits::{address, number};
use crate::machine::{JUNK, Simulation};
use crate::sabotage::Fault;

/// A message that Slack took.
pub(crate) struct Delivery {
    pub(crate) id: u64,
    /// What it tells, without the end of its matter.
    pub(crate) content: Content,
    /// All that it shows.
    pub(crate) all: Content,
    /// The delivery in whose thread it is.
    pub(crate) thread: Option<usize>,
    /// The first message of its thread tells this too.
    pub(crate) in_first: bool,
    /// Somebody deleted it.
    pub(crate) gone: bool,
    /// Another message stands for it, or nobody knows where it is.
    pub(crate) left: bool,
    /// The sender knows it for certain.
    pub(crate) settled: bool,
}

/// What Slack has taken.
#[derive(Default)]
pub(crate) struct Slack {
    pub(crate) messages: RefCell<Vec<Delivery>>,
    /// The tables of each day, in order.
    pub(crate) tables: RefCell<BTreeMap<String, Vec<ClosedDay>>>,
    /// It asked to be left alone until then, and that was understood.
    pub(crate) pause: Cell<Option<(Time, Time)>>,
    /// The same for edits, of this process.
    pub(crate) edit_pause: Cell<Option<(u64, Time, Time)>>,
    /// The ends that a message tells again which stands for another one.
    pub(crate) again: RefCell<Vec<Content>>,
}

/// What became of a post.
pub(crate) struct Answer {
    /// Slack took it.
    pub(crate) taken: bool,
    /// What the sender makes of the reply.
    pub(crate) result: PostResult,
}

impl Simulation {
    /// A refusal with this code.
    pub(crate) fn refused(&self, code: &str) -> Answer {
        let body = format!("{{\"ok\":false,\"error\":\"{code}\"}}");
        let body = Body::of(body.as_bytes(), "xoxb-1");
        Answer {
            taken: false,
            result: classify(200, None, &body, self.clock.now()),
        }
    }

    /// What happens to a request, an edit or a post.
    pub(crate) fn answer(&self, process: u64, edit: bool) -> Answer {
        let (dice, now) = (&self.world.dice, self.clock.now());
        let post_pause = self.slack.pause.get().filter(|_| !edit);
        let edit_pause = self
            .slack
            .edit_pause
            .get()
            .filter(|of| edit && of.0 == process);
        let edit_pause = edit_pause.map(|(_, from, until)| (from, until));
        if let Some((from, until)) = post_pause.or(edit_pause) {
            if now >= from && now < until && !self.damage && !self.world.is_dead(process) {
                self.complain(format!("posted at {now:?}, not to be before {until:?}"));
            }
        }
        let lost = |ambiguous| PostResult::Retry {
            ambiguous,
            why: "no reply".to_owned(),
        };
        let classify = |status, retry_after, body: &str| {
            classify(
                status,
                retry_after,
                &Body::of(body.as_bytes(), "xoxb-1"),
                now,
            )
        };
        let refused = |code: &str| {
            let body = format!("{{\"ok\":false,\"error\":\"{code}\"}}");
            classify(200, None, &body)
        };
        let (taken, result) = match dice.once_in(self.world.odds.get().slack) {
            _ if self.world.is_dead(process) => (false, lost(false)),
            false => {
                // Where it is in Slack may be in a part of the answer that did not arrive.
                let known = edit || !dice.once_in(self.world.odds.get().slack * 8);
                let at = known.then(|| address(self.slack.messages.borrow().len()));
                (true, PostResult::Accepted { at })
            }
            true if edit && dice.once_in(4) => (false, refused("edit_window_closed")),
            true => match dice.roll(9) {
                0 => (false, lost(false)),
                1 | 2 => (true, lost(true)),
                3 => (false, classify(500, None, "")),
                4 => (true, classify(500, None, "")),
                5 => (false, classify(429, Some("7"), "")),
                6 => (false, refused("invalid_auth")),
                7 => (false, refused("invalid_blocks")),
                _ => (false, refused("some_new_code")),
            },
        };
        if let (PostResult::Wait { pause, .. }, true) = (&result, edit) {
            self.slack
                .edit_pause
                .set(Some((process, now, now.plus(*pause))));
        }
        Answer { taken, result }
    }

    /// The state as it would be after a power cut now; none where that is what others wrote.
    pub(crate) fn durable(&self) -> Option<Daily> {
        let bytes = self.world.durable("daily.json").unwrap_or_default();
        if bytes == JUNK {
            return None;
        }
        Some(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// Posts a message. With the answer comes the number of its delivery, where Slack took it.
    pub(crate) fn post_message(&self, process: u64, message: &Message) -> (Answer, Option<usize>) {
        if self.thread_is_gone(message) && !self.world.is_dead(process) {
            self.tell_again(message.matter);
            return (self.refused("thread_not_found"), None);
        }
        let answer = self.answer(process, false);
        if !answer.taken {
            return (answer, None);
        }
        let early = self.fault == Fault::EarlyAcknowledgement;
        if let (Some(durable), false) = (self.durable(), early) {
            if !durable.resume.outbox.iter().any(|m| m.id == message.id) {
                self.complain(format!("{message:?} is posted and not durable"));
            }
        }
        self.trace(|| format!("posted: {message:?}"));
        let mut messages = self.slack.messages.borrow_mut();
        let names = files(&message.content);
        let there = messages
            .iter()
            .filter(|delivery| !delivery.gone && !delivery.left);
        let before = there.into_iter().find(|delivery| {
            delivery.id == message.id || files(&delivery.content).iter().any(|f| names.contains(f))
        });
        if let (Some(before), false, false) = (before, message.maybe_repeated, self.damage) {
            let before = &before.content;
            self.complain(format!(
                "{message:?} repeats {before:?} and does not say so"
            ));
        }
        messages.push(Delivery {
            id: message.id,
            content: message.content.clone(),
            all: message.content.clone(),
            thread: message.thread.as_ref().map(number),
            in_first: message.in_first && message.thread.is_some(),
            gone: false,
            left: !matches!(&answer.result, PostResult::Accepted { at: Some(_) }),
            settled: false,
        });
        let number = messages.len() - 1;
        drop(messages);
        self.perhaps_kill(process);
        (answer, Some(number))
    }

    pub(crate) fn post_table(&self, process: u64, day: &ClosedDay) -> Answer {
        let answer = self.answer(process, false);
        if !answer.taken {
            return answer;
        }
        if self
            .durable()
            .is_some_and(|daily| daily.resume.closed.iter().all(|d| d.id != day.id))
        {
            self.complain(format!("{} is posted and not durable", day.id));
        }
        let mut tables = self.slack.tables.borrow_mut();
        let of_day = tables.entry(day.id.clone()).or_default();
        if !of_day.is_empty() && !day.maybe_repeated && !self.damage {
            self.complain(format!("{} is posted again and does not say so", day.id));
        }
        of_day.push(day.clone());
        drop(tables);
        self.perhaps_kill(process);
        answer
    }

    /// The sender knows since `now` what became of a post.
    pub(crate) fn settled(&self, result: &PostResult, delivery: Option<usize>, now: Time) {
        if let (PostResult::Accepted { .. }, Some(number)) = (result, delivery) {
            self.slack.messages.borrow_mut()[number].settled = true;
        }
        if let PostResult::Wait { pause, .. } = result {
            self.slack.pause.set(Some((now, now.plus(*pause))));
        }
    }

    /// The sender may die before it reads the reply.
    pub(crate) fn perhaps_kill(&self, process: u64) {
        if self.world.dice.once_in(self.world.odds.get().kill) {
            self.world.kill(process);
        }
    }
}

/// The numbers of the uploads that a message names.
pub(crate) fn files(content: &Content) -> Vec<String> {
    let number = |path: &String| path.chars().filter(char::is_ascii_digit).collect();
    match content {
        Content::Files(files) => files.files.iter().map(|file| number(&file.path)).collect(),
        Content::Summary(summary) => {
            let rows = summary.partners.values();
            rows.flat_map(|row| row.names.iter().map(number)).collect()
        }
        _ => Vec::new(),
    }
}
