//! Channels of routes that refuse messages: each is left alone for a while, and its messages go to the main channel.

use std::collections::BTreeMap;
use std::time::Duration;

use super::route::{Destination, Routes};
use crate::domain::base::time::Time;

/// How long a channel is left alone after it refused a message; it doubles with each further refusal.
const PAUSE: Duration = Duration::from_secs(60);

/// The longest such pause.
const PAUSE_MOST: Duration = Duration::from_secs(3_600);

/// The channels that refuse messages. It is kept in memory only: after a start each channel is tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusing(BTreeMap<String, Refused>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Refused {
    /// Slack's code.
    code: String,
    /// When it is tried again.
    until: Time,
    pause: Duration,
}

/// The channel that a message is posted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way<'a> {
    /// The channel.
    pub channel: &'a str,
    /// The channel that it was meant for, and Slack's code for why that one is left alone.
    pub instead_of: Option<(&'a str, &'a str)>,
}

impl Refusing {
    /// The channel to post to now; `None` if the message goes nowhere.
    pub fn way<'a>(
        &'a self,
        to: Destination<'a>,
        routes: &'a Routes,
        now: Time,
    ) -> Option<Way<'a>> {
        let channel = to.channel?;
        // A later end means that the clock was set back.
        let alone =
            |refused: &&Refused| now < refused.until && refused.until <= now.plus(PAUSE_MOST);
        Some(match self.0.get(channel).filter(alone) {
            Some(refused) if channel != routes.main => Way {
                channel: &routes.main,
                instead_of: Some((channel, &refused.code)),
            },
            _ => Way {
                channel,
                instead_of: None,
            },
        })
    }

    /// Notes that a channel refused a message with this code.
    pub fn note(&mut self, channel: &str, code: &str, now: Time) {
        let before = self.0.get(channel);
        let pause = before.map_or(PAUSE, |before| before.pause.saturating_mul(2));
        let pause = pause.min(PAUSE_MOST);
        let refused = Refused {
            code: code.to_owned(),
            until: now.plus(pause),
            pause,
        };
        self.0.insert(channel.to_owned(), refused);
    }

    /// Notes that a channel took a message.
    pub fn over(&mut self, channel: &str) {
        self.0.remove(channel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_refuses_is_tried_again_after_pauses_that_grow_to_an_hour() {
        let (routes, mut refusing) = (Routes::to("main"), Refusing::default());
        let to = Destination {
            channel: Some("C2"),
            mention: None,
        };
        let mut now = Time::from_seconds(1_774_843_675);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            refusing.note("C2", "not_in_channel", now);
            let way = refusing.way(to, &routes, now);
            let main = Way {
                channel: "main",
                instead_of: Some(("C2", "not_in_channel")),
            };
            assert_eq!(way, Some(main));
            let began = now;
            while refusing.way(to, &routes, now) == Some(main) {
                now = now.plus(Duration::from_secs(60));
            }
            pauses.push(now.since(began).as_secs() / 60);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        refusing.over("C2");
        refusing.note("C2", "is_archived", now);
        assert!(
            refusing
                .way(to, &routes, now.plus(PAUSE))
                .is_some_and(|way| way.channel == "C2")
        );
    }
}
