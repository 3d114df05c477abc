//! Replies to messages in words: reminders, and what a person answered.

use std::time::Duration;

use super::Voice;
use super::blocks::{TextLine, plain};
use super::say::{Phrase, slots};
use crate::domain::alerts::ThreadReply;
use crate::domain::base::clean::{NAME, PATH, clean};
use crate::domain::render::phrase::Draft;

/// A reply to a message with this text.
pub(crate) fn tell(reply: &ThreadReply, of: Draft, voice: &Voice) -> Draft {
    match reply {
        ThreadReply::Reminder { since, at } => {
            // The time up to which all is known lies some tenths of a second back.
            let long = at.since(*since) + Duration::from_secs(1);
            let long = voice.language.lasting(long);
            let text = Phrase("🔁 Rappel après {long} : ", "🔁 Reminder after {long}: ");
            let reminder = plain(voice.say(text, slots![long]));
            let reminding = |mut lines: Vec<TextLine>| {
                if let Some(first) = lines.first_mut() {
                    first.splice(..0, reminder.iter().cloned());
                }
                lines
            };
            Draft {
                lines: reminding(of.lines),
                short: of.short.map(reminding),
                // The first message has mentioned whom it concerns.
                mention: None,
                ..of
            }
        }
        ThreadReply::Taken { by, why, at } => {
            let at = voice.moment(*at);
            let somebody = voice.language.pick("Quelqu'un", "Somebody");
            let by = by
                .as_deref()
                .map_or_else(|| somebody.to_owned(), |by| clean(by, NAME));
            let why = clean(why.as_deref().unwrap_or_default(), PATH);
            let text = Phrase::of("taken");
            voice.draft(text, slots![by, why, at])
        }
    }
}
