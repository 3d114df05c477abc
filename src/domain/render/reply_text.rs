//! Replies to messages in words: reminders, and what a person answered.

use super::Voice;
use super::blocks::plain;
use super::say::{Phrase, slots};
use crate::domain::alerts::Reply;
use crate::domain::base::clean::{NAME, PATH, clean};
use crate::domain::render::phrase::Draft;

/// A reply to a message with this text.
pub(crate) fn tell(reply: &Reply, of: Draft, voice: &Voice) -> Draft {
    match reply {
        Reply::Reminder { since, at } => {
            let long = voice.language.lasting(at.since(*since));
            let text = Phrase("🔁 Rappel après {long} : ", "🔁 Reminder after {long}: ");
            let mut lines = of.lines;
            let mut first = plain(voice.say(text, slots![long]));
            if !lines.is_empty() {
                first.extend(lines.remove(0));
            }
            lines.insert(0, first);
            // The first message has mentioned whom it concerns.
            Draft {
                lines,
                mention: None,
                ..of
            }
        }
        Reply::Taken { by, why, at } => {
            let at = voice.moment(*at);
            let somebody = voice.language.pick("Quelqu'un", "Somebody");
            let by = by
                .as_deref()
                .map_or_else(|| somebody.to_owned(), |by| clean(by, NAME));
            let why = clean(why.as_deref().unwrap_or_default(), PATH);
            let text = Phrase(
                "👤 {*by} s'en occupe[ : {why}] — {at}",
                "👤 {*by} takes care of it[: {why}] — {at}",
            );
            Draft {
                lines: vec![voice.line(text, slots![by, why, at])],
                ..Draft::default()
            }
        }
    }
}
