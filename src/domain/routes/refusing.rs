//! Channels of routes that refuse messages: each is left alone for a while, and its messages go to the main channel.

use std::collections::BTreeMap;
use std::time::Duration;

use super::route::Routes;
use crate::domain::alerts::Message;
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The channel.
    pub channel: String,
    /// The channel that it was meant for, and Slack's code for why that one is left alone.
    pub instead_of: Option<(String, String)>,
    /// The user or user group to mention.
    pub mention: Option<String>,
}

impl Routes {
    /// The channel to post a message to now. Only the first message of a matter mentions somebody.
    pub fn way(&self, message: &Message, refusing: &Refusing, now: Time) -> Way {
        let to = self.of(&message.content);
        let channel = to.channel.unwrap_or(&self.main);
        let first = message.matter.is_none();
        let code = refusing.code(channel, now).filter(|_| channel != self.main);
        Way {
            channel: code.map_or(channel, |_| &self.main).to_owned(),
            instead_of: code.map(|code| (channel.to_owned(), code.to_owned())),
            mention: to.mention.filter(|_| first).map(str::to_owned),
        }
    }
}

impl Refusing {
    /// Slack's code, if the channel is left alone now.
    fn code(&self, channel: &str, now: Time) -> Option<&str> {
        // A later end means that the clock was set back.
        let alone =
            |refused: &&Refused| now < refused.until && refused.until <= now.plus(PAUSE_MOST);
        let refused = self.0.get(channel).filter(alone);
        refused.map(|refused| refused.code.as_str())
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
        let mut refusing = Refusing::default();
        let mut now = Time::from_seconds(1_774_843_675);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            refusing.note("C2", "not_in_channel", now);
            let began = now;
            while refusing.code("C2", now) == Some("not_in_channel") {
                now = now.plus(Duration::from_secs(60));
            }
            pauses.push(now.since(began).as_secs() / 60);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        refusing.over("C2");
        refusing.note("C2", "is_archived", now);
        assert_eq!(refusing.code("C2", now), Some("is_archived"));
        assert_eq!(refusing.code("C2", now.plus(PAUSE)), None);
    }
}
