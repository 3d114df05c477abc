//! Decides whether a failure concerns one event or all: an event is given up only if the receiver takes others.
//!
//! A wrong secret or address, or an outage, makes every event fail: then nothing may be lost. A firewall may refuse a single event
//! for a file's name in it, and a receiver may break at one: then this event must not hold back the others for ever.

use std::collections::BTreeMap;

use super::answer::Delivery;
use crate::domain::alerts::WebhookEvent;

/// How often an event is refused, or fails, before the next one is tried.
const REFUSED: u8 = 3;
const FAILED: u8 = 6;

/// How often an event fails before it is given up, if others are taken. A refusal is clearer: after [`REFUSED`] of them the next
/// one is enough.
const FAILED_MOST: u8 = 30;

/// The events that failed. It is kept in memory only: after a start each event is simply tried.
#[derive(Clone, Debug, Default)]
pub struct Refusals(BTreeMap<String, Tries>);

#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    refused: u8,
    failed: u8,
    /// The receiver took another event since the last try.
    others_taken: bool,
}

impl Tries {
    /// Is it to be tried before later events?
    fn is_next(self) -> bool {
        (self.refused < REFUSED && self.failed < FAILED) || self.others_taken
    }

    fn is_given_up(self) -> bool {
        (self.refused > REFUSED || self.failed > FAILED_MOST) && self.others_taken
    }
}

impl Refusals {
    /// The first event that did not fail, or whose failure may be about it alone.
    pub fn fresh<'a>(&self, events: &'a [WebhookEvent]) -> Option<&'a WebhookEvent> {
        let tries = |event: &WebhookEvent| self.0.get(&event.id).copied().unwrap_or_default();
        events.iter().find(|event| tries(event).is_next())
    }

    /// The event to try next.
    pub fn next<'a>(&self, events: &'a [WebhookEvent]) -> Option<&'a WebhookEvent> {
        self.fresh(events).or(events.first())
    }

    /// How many events failed.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Notes the result of sending an event. Returns whether the event is given up.
    pub fn note(&mut self, id: &str, delivery: &Delivery) -> bool {
        let (refused, failed) = match delivery {
            Delivery::Accepted => {
                self.0.remove(id);
                for tries in self.0.values_mut() {
                    tries.others_taken = true;
                }
                return false;
            }
            Delivery::Refused { .. } => (1, 0),
            Delivery::Failed { arrived: true, .. } => (0, 1),
            // This is about all events.
            Delivery::Failed { arrived: false, .. } | Delivery::Wait { .. } => return false,
        };
        let tries = self.0.entry(id.to_owned()).or_default();
        tries.refused = tries.refused.saturating_add(refused);
        tries.failed = tries.failed.saturating_add(failed);
        let given_up = tries.is_given_up();
        tries.others_taken = false;
        if given_up {
            self.0.remove(id);
        }
        given_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alerts::{Content, Told};
    use crate::domain::base::time::Time;

    fn events(count: usize) -> Vec<WebhookEvent> {
        let event = |number: usize| WebhookEvent {
            id: number.to_string(),
            at: Time::default(),
            told: Told::Content(Box::new(Content::Unreadable {
                lines: 1,
                example: String::new(),
            })),
        };
        (1..=count).map(event).collect()
    }

    const REFUSES: Delivery = Delivery::Refused { status: 403 };

    fn breaks() -> Delivery {
        Delivery::Failed {
            why: "HTTP 500".to_owned(),
            arrived: true,
        }
    }

    /// Sends the events to a receiver that answers by event and try; the tries, and what was given up.
    fn sent(
        count: usize,
        tries: usize,
        answers: impl Fn(&str, usize) -> Delivery,
    ) -> (String, String) {
        let (mut waiting, mut refusals) = (events(count), Refusals::default());
        let (mut tried, mut given_up) = (String::new(), String::new());
        for number in 0..tries {
            let Some(next) = refusals.next(&waiting).map(|event| event.id.clone()) else {
                break;
            };
            tried += &next;
            let answer = answers(&next, number);
            if refusals.note(&next, &answer) {
                given_up += &next;
            } else if answer != Delivery::Accepted {
                continue;
            }
            waiting.retain(|event| event.id != next);
        }
        (tried, given_up)
    }

    fn takes(holds: bool, otherwise: Delivery) -> Delivery {
        if holds { Delivery::Accepted } else { otherwise }
    }

    #[test]
    fn an_event_that_is_refused_while_others_are_taken_is_given_up_and_holds_back_none() {
        let (tried, given_up) = sent(4, 20, |id, _| takes(id != "1", REFUSES));
        assert_eq!((tried.as_str(), given_up.as_str()), ("1112134", "1"));
        let (tried, given_up) = sent(4, 20, |id, _| takes(id != "1" && id != "2", REFUSES));
        assert_eq!((tried.as_str(), given_up.as_str()), ("1112223124", "12"));
    }

    #[test]
    fn one_at_which_the_receiver_breaks_lets_others_pass_and_is_given_up_much_later() {
        let (tried, given_up) = sent(9, 20, |id, _| takes(id != "1", breaks()));
        assert_eq!(tried, "11111121314151617181");
        assert_eq!(given_up, "");
        // A receiver that fails now and then loses nothing.
        let (_, given_up) = sent(9, 500, |_, number| takes(number % 3 == 0, breaks()));
        assert_eq!(given_up, "");
    }

    #[test]
    fn a_receiver_that_takes_nothing_for_a_while_loses_nothing() {
        for otherwise in [REFUSES, breaks()] {
            let (tried, given_up) = sent(3, 50, |_, number| takes(number >= 30, otherwise.clone()));
            assert_eq!(given_up, "");
            for id in ["1", "2", "3"] {
                assert!(tried[30..].contains(id), "{tried}");
            }
        }
    }

    #[test]
    fn while_it_cannot_be_reached_events_keep_their_order() {
        let away = || Delivery::Failed {
            why: "connection refused".to_owned(),
            arrived: false,
        };
        let (tried, _) = sent(3, 50, |_, number| takes(number >= 20, away()));
        assert_eq!(tried, "1".repeat(21) + "23");
    }

    #[test]
    fn a_single_event_that_is_refused_stays() {
        assert_eq!(sent(1, 9, |_, _| REFUSES), ("1".repeat(9), String::new()));
    }
}
