//! Whether a refusal is about one event or about all: an event is given up only if the receiver takes others.
//!
//! A wrong secret or address makes the receiver refuse everything: then nothing may be lost. A firewall may refuse a single
//! event for a file's name in it: then this event must not hold back the others for ever.

use std::collections::BTreeMap;

use crate::domain::alerts::Event;

/// How often an event is refused before the next one is tried.
const TRIES: u8 = 3;

/// The events that the receiver refused. It is kept in memory only: after a start each event is simply tried.
#[derive(Clone, Debug, Default)]
pub struct Refusals(BTreeMap<String, Refused>);

#[derive(Clone, Copy, Debug, Default)]
struct Refused {
    times: u8,
    /// The receiver took another event since the last refusal.
    others_taken: bool,
}

impl Refused {
    /// Is it to be tried before later events?
    fn is_next(self) -> bool {
        self.times < TRIES || self.others_taken
    }
}

impl Refusals {
    /// The first event that was not refused, or whose refusal may be about it alone.
    pub fn fresh<'a>(&self, events: &'a [Event]) -> Option<&'a Event> {
        let refused = |event: &Event| self.0.get(&event.id).copied().unwrap_or_default();
        events.iter().find(|event| refused(event).is_next())
    }

    /// The event to try next.
    pub fn next<'a>(&self, events: &'a [Event]) -> Option<&'a Event> {
        self.fresh(events).or(events.first())
    }

    /// How many events were refused.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The receiver took this event.
    pub fn accepted(&mut self, id: &str) {
        self.0.remove(id);
        for refused in self.0.values_mut() {
            refused.others_taken = true;
        }
    }

    /// The receiver refused this event. Returns whether it is given up.
    pub fn refused(&mut self, id: &str) -> bool {
        let refused = self.0.entry(id.to_owned()).or_default();
        refused.times = refused.times.saturating_add(1);
        let given_up = refused.times > TRIES && refused.others_taken;
        refused.others_taken = false;
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

    fn events(count: usize) -> Vec<Event> {
        let event = |number: usize| Event {
            id: number.to_string(),
            at: Time::default(),
            told: Told::Content(Content::Unreadable {
                lines: 1,
                example: String::new(),
            }),
        };
        (1..=count).map(event).collect()
    }

    /// Sends the events to a receiver that answers by event and try; the tries, and what was given up.
    fn sent(count: usize, tries: usize, takes: impl Fn(&str, usize) -> bool) -> (String, String) {
        let (mut waiting, mut refusals) = (events(count), Refusals::default());
        let (mut tried, mut given_up) = (String::new(), String::new());
        for number in 0..tries {
            let Some(next) = refusals.next(&waiting).map(|event| event.id.clone()) else {
                break;
            };
            tried += &next;
            if takes(&next, number) {
                refusals.accepted(&next);
            } else if refusals.refused(&next) {
                given_up += &next;
            } else {
                continue;
            }
            waiting.retain(|event| event.id != next);
        }
        (tried, given_up)
    }

    #[test]
    fn an_event_that_is_refused_while_others_are_taken_is_given_up_and_holds_back_none() {
        let (tried, given_up) = sent(4, 20, |id, _| id != "1");
        assert_eq!((tried.as_str(), given_up.as_str()), ("1112134", "1"));
        let (tried, given_up) = sent(4, 20, |id, _| id != "1" && id != "2");
        assert_eq!((tried.as_str(), given_up.as_str()), ("1112223124", "12"));
    }

    #[test]
    fn a_receiver_that_refuses_everything_for_a_while_loses_nothing() {
        let (tried, given_up) = sent(3, 50, |_, number| number >= 20);
        assert_eq!(given_up, "");
        for id in ["1", "2", "3"] {
            assert!(tried[20..].contains(id), "{tried}");
        }
    }

    #[test]
    fn a_single_event_that_is_refused_stays() {
        assert_eq!(sent(1, 9, |_, _| false), ("1".repeat(9), String::new()));
    }
}
