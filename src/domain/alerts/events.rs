//! The events that wait for the webhook: each alert by itself, before it is gathered with others. A part of the state.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{AlertKind, Cause, Content, DayFigures, Dropped, Told, WebhookEvent};
use crate::domain::base::evict::{take_out, to_evict};
use crate::domain::base::numbers::{add, is_default};
use crate::domain::base::time::Time;

/// How many events wait at most.
const EVENTS_KEPT: usize = 1_000;

/// How many are left once there are too many: fewer, so that this is rare.
const LEFT: usize = 900;

/// The events that wait for the webhook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Events {
    /// The kinds that the webhook is sent; empty without a webhook.
    pub kinds: Vec<AlertKind>,
    /// The events, oldest first.
    pub waiting: VecDeque<WebhookEvent>,
    /// The number of the latest event.
    pub next: u64,
    /// The events that were dropped since the receiver was last told how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Dropped>,
    /// How many were dropped since the first start.
    #[serde(skip_serializing_if = "is_default")]
    pub lost: u64,
    /// How many the receiver refused for good since the first start.
    #[serde(skip_serializing_if = "is_default")]
    pub refused: u64,
    /// Why the receiver took nothing at the last try; `None` if it took the last event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<ReceiverTrouble>,
}

/// Why the receiver takes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceiverTrouble {
    /// Since when.
    pub since: Time,
    /// The last try.
    pub at: Time,
    /// The answer or the error.
    pub said: String,
}

impl Events {
    /// The webhook is sent these kinds from now on; none without a webhook. Events of other kinds that wait are forgotten.
    pub fn subscribe(&mut self, kinds: &[AlertKind]) {
        if self.kinds == kinds {
            return;
        }
        self.kinds = kinds.to_vec();
        self.waiting
            .retain(|event| event.kind().is_none_or(|kind| kinds.contains(&kind)));
        if kinds.is_empty() {
            (self.dropped, self.trouble) = (None, None);
            self.waiting.clear();
        }
    }

    /// Is the webhook sent this?
    pub(crate) fn wants(&self, content: &Content) -> bool {
        let kind = content.nature().kind;
        kind.is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// Adds what Slack is told, if the webhook is sent this kind.
    pub(crate) fn note(&mut self, at: Time, content: &Content) {
        if self.wants(content) {
            self.push(at, Told::Content(Box::new(content.clone())));
        }
    }

    /// Adds a closed day, if the webhook is sent days.
    pub(crate) fn note_day(&mut self, at: Time, day: impl FnOnce() -> DayFigures) {
        if self.kinds.contains(&AlertKind::Digest) {
            self.push(at, Told::Day(day()));
        }
    }

    fn push(&mut self, at: Time, told: Told) {
        let event = self.event(at, told);
        self.waiting.push_back(event);
        if self.waiting.len() > EVENTS_KEPT {
            self.make_room();
        }
    }

    /// An event with a new id. The number alone could come again after the state was lost; the time alone could be that of
    /// another event.
    fn event(&mut self, at: Time, told: Told) -> WebhookEvent {
        add(&mut self.next, 1);
        let id = format!("{}-{}", at.0, self.next);
        WebhookEvent { id, at, told }
    }

    /// Drops events: first those that any peer without a log-in can cause, then the oldest of the partner with the most.
    fn make_room(&mut self) {
        let mut waiting: Vec<WebhookEvent> = std::mem::take(&mut self.waiting).into();
        let gone = to_evict(
            waiting.iter().enumerate(),
            LEFT,
            WebhookEvent::rank,
            |event| event.whose().map(str::to_owned),
            |at, _| *at,
        );
        for event in take_out(&mut waiting, gone) {
            add(&mut self.lost, 1);
            let new = Dropped {
                count: 0,
                from: event.at,
                to: event.at,
            };
            let dropped = self.dropped.get_or_insert(new);
            add(&mut dropped.count, 1);
            dropped.from = dropped.from.min(event.at);
            dropped.to = dropped.to.max(event.at);
        }
        self.waiting = waiting.into();
    }

    /// The first events, at most so many, whose facts no longer change. Dropped events are told before them.
    pub fn first(&mut self, most: usize, now: Time) -> Vec<WebhookEvent> {
        let told = |event: &WebhookEvent| matches!(event.told, Told::Dropped(_));
        if !self.waiting.front().is_some_and(told) {
            if let Some(dropped) = self.dropped.take() {
                let event = self.event(dropped.to, Told::Dropped(dropped));
                self.waiting.push_front(event);
            }
        }
        let settled = self
            .waiting
            .iter()
            .take_while(|event| !event.is_unsettled(now));
        settled.take(most).cloned().collect()
    }

    /// When the first event may be sent; `None` if none waits.
    pub fn ready_at(&self, now: Time) -> Option<Time> {
        match self.waiting.front() {
            Some(event) if event.is_unsettled(now) => event.settles(),
            Some(_) => Some(now),
            None => self.dropped.as_ref().map(|_| now),
        }
    }

    /// Removes an event that the receiver accepted, or refused for good.
    pub fn settle(&mut self, id: &str, refused: bool) {
        let before = self.waiting.len();
        self.waiting.retain(|event| event.id != id);
        if refused && self.waiting.len() < before {
            add(&mut self.refused, 1);
        }
    }

    /// Notes whether the receiver took the last event, or why not.
    pub fn note_trouble(&mut self, why: Option<&str>, now: Time) {
        let before = self.trouble.take();
        self.trouble = why.map(|said| ReceiverTrouble {
            since: before.map_or(now, |before| before.since.min(now)),
            at: now,
            said: said.to_owned(),
        });
    }

    /// Corrects the cause of a partner's latest refused attempt from this address within this time.
    pub(super) fn set_cause(&mut self, who: (&str, &str), within: (Time, Time), cause: Cause) {
        let waiting = self.waiting.iter_mut().rev();
        let contents = waiting.filter_map(|event| match &mut event.told {
            Told::Content(content) => Some(&mut **content),
            Told::Day(_) | Told::Dropped(_) => None,
        });
        let mut attempts = contents.filter_map(|content| match content {
            Content::Failures(f) if f.is_refused_password(who, within) => Some(f),
            _ => None,
        });
        let attempt = attempts.next();
        attempt.into_iter().for_each(|f| f.cause = cause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alerts::{Failures, Logins, SETTLES};

    fn login(partner: &str) -> Content {
        Content::Logins(Logins {
            partner: partner.to_owned(),
            ..Logins::default()
        })
    }

    fn failure(address: &str) -> Content {
        Content::Failures(Failures {
            partner: "bob".to_owned(),
            full_name: None,
            count: 1,
            cause: Cause::Key,
            addresses: vec![address.to_owned()],
            at: Time::default(),
            method: None,
            today: 1,
            own: false,
            each: Vec::new(),
        })
    }

    fn all() -> Events {
        Events {
            kinds: AlertKind::ALL.to_vec(),
            ..Events::default()
        }
    }

    #[test]
    fn without_a_webhook_nothing_is_kept_and_of_a_kind_that_is_not_wanted_neither() {
        let mut events = Events::default();
        events.note(Time::default(), &login("alice"));
        events.subscribe(&[AlertKind::Upload]);
        events.note(Time::default(), &login("alice"));
        assert!(events.waiting.is_empty());
        events.subscribe(&[AlertKind::Login]);
        events.note(Time::default(), &login("alice"));
        assert_eq!(events.waiting.len(), 1);
        events.subscribe(&[]);
        assert!(events.waiting.is_empty());
    }

    #[test]
    fn of_too_many_those_of_anybody_go_first_and_the_receiver_is_told_of_them_before_the_rest() {
        let mut events = all();
        let at = Time::from_seconds;
        events.note(at(1), &login("alice"));
        for second in 2..=1_050 {
            events.note(at(second), &failure("192.0.2.7"));
        }
        assert!(events.waiting.len() <= EVENTS_KEPT);
        assert_eq!(
            events.waiting[0].told,
            Told::Content(Box::new(login("alice")))
        );
        let gone = 1_050 - events.waiting.len() as u64;
        assert_eq!(events.lost, gone);
        let first = events.first(2, at(2_000));
        let Told::Dropped(dropped) = &first[0].told else {
            panic!("{first:?}");
        };
        assert_eq!((dropped.count, dropped.from), (gone, at(2)));
        assert_eq!(first[1].told, Told::Content(Box::new(login("alice"))));
        // The same event in the next try; what is dropped meanwhile waits until it was accepted.
        for second in 2_000..2_200 {
            events.note(at(second), &failure("192.0.2.7"));
        }
        let again = events.first(1, at(3_000));
        assert_eq!(again[0], first[0]);
        events.settle(&again[0].id, false);
        assert!(matches!(
            &events.first(1, at(3_000))[0].told,
            Told::Dropped(_)
        ));
    }

    #[test]
    fn the_same_lines_read_again_from_an_older_state_have_the_same_ids() {
        let ids = || {
            let mut events = all();
            events.next = 41;
            events.note(Time(5), &login("alice"));
            events.note(Time(5), &login("alice"));
            events.waiting.into_iter().map(|event| event.id)
        };
        assert_eq!(ids().collect::<Vec<_>>(), ["5-42", "5-43"]);
        assert!(ids().eq(ids()));
    }

    #[test]
    fn a_refused_password_waits_until_its_cause_is_known() {
        let mut events = all();
        let at = Time::from_seconds(100);
        let mut refused = failure("192.0.2.7");
        if let Content::Failures(f) = &mut refused {
            (f.cause, f.at) = (Cause::Password, at);
        }
        events.note(at, &refused);
        assert!(events.first(9, at).is_empty());
        assert_eq!(events.ready_at(at), Some(at.plus(SETTLES)));
        events.set_cause(("bob", "192.0.2.7"), (at, at), Cause::Account);
        assert_eq!(events.first(9, at).len(), 1);
    }
}
