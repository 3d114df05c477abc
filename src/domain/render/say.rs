//! Phrases in French and English, and the function that fills their slots. Whole sentences stand in `catalog/`.

use super::Voice;
use super::blocks::{TextLine, bold, joined, piece, plain};
use crate::domain::base::language::Language;
use crate::domain::base::time::Time;

/// A phrase in French and in English.
///
/// `{name}` is a slot, `{*name}` a slot in bold, `{name|one|many}` the word that fits the number in a slot. A part in square
/// brackets is left out if a slot in it is empty. The code searches for slots only in the phrase, never in the value of a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phrase(pub(super) &'static str, pub(super) &'static str);

/// The names and values of slots. Text from a log is cleaned before it becomes a value.
pub(super) type Slots<'a> = &'a [(&'static str, &'a str)];

/// Slots with the names and the values of these variables.
macro_rules! slots {
    ($($name:ident),*) => {
        &[$((stringify!($name), &$name[..])),*]
    };
}
pub(super) use slots;

impl Voice {
    /// A phrase with its slots filled.
    pub(super) fn say(&self, text: Phrase, slots: Slots<'_>) -> String {
        self.language.say(text, slots)
    }

    /// A phrase with its slots filled, as a line of a message.
    pub(super) fn line(&self, text: Phrase, slots: Slots<'_>) -> TextLine {
        self.language.line(text, slots)
    }

    /// A date with the time of day.
    pub(super) fn moment(&self, time: Time) -> String {
        self.language.moment(time, self.zone)
    }

    /// A date with the time of day; empty if there is no time.
    pub(super) fn moment_if(&self, time: Option<Time>) -> String {
        time.map(|time| self.moment(time)).unwrap_or_default()
    }
}

impl Language {
    /// A phrase with its slots filled.
    pub(super) fn say(self, text: Phrase, slots: Slots<'_>) -> String {
        joined(&[self.line(text, slots)])
    }

    fn line(self, Phrase(french, english): Phrase, slots: Slots<'_>) -> TextLine {
        self.fill(self.pick(french, english), slots).0
    }

    /// A text of one language with its slots filled, and whether every slot had a value.
    pub(super) fn fill(self, text: &str, slots: Slots<'_>) -> (TextLine, bool) {
        let (mut line, mut all, mut rest) = (TextLine::new(), true, text);
        while let Some(at) = rest.find(['{', '[']) {
            let (before, opened) = rest.split_at(at);
            push(&mut line, plain(before));
            let end = if opened.starts_with('[') { ']' } else { '}' };
            let (inner, after) = opened[1..].split_once(end).unwrap_or_default();
            rest = after;
            if end == ']' {
                let (part, whole) = self.fill(inner, slots);
                push(&mut line, if whole { part } else { TextLine::new() });
                continue;
            }
            let mut words = inner.split('|');
            let name = words.next().unwrap_or_default();
            let slot = name.trim_start_matches('*');
            let value = slots.iter().find(|(known, _)| *known == slot);
            debug_assert!(value.is_some(), "no slot {slot} for {text}");
            let value = value.map_or("", |(_, value)| value);
            all &= !value.is_empty();
            let piece = match (words.next(), words.next()) {
                (Some(one), Some(many)) => piece(if self.is_one_said(value) { one } else { many }),
                _ if name != slot => bold(value),
                _ => piece(value),
            };
            push(&mut line, vec![piece]);
        }
        push(&mut line, plain(rest));
        (line, all)
    }

    /// Whether a number in text form takes the singular.
    fn is_one_said(self, number: &str) -> bool {
        number == "1" || number == "0" && self.is_one(0)
    }
}

/// Adds pieces to a line, and joins adjacent ordinary pieces.
fn push(line: &mut TextLine, pieces: TextLine) {
    for piece in pieces {
        match line.last_mut() {
            Some(last) if !last.bold && !piece.bold => last.text += &piece.text,
            _ => line.push(piece),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: Phrase, slots: Slots<'_>) -> [String; 2] {
        [Language::French, Language::English].map(|language| language.say(text, slots))
    }

    #[test]
    fn a_value_is_never_searched_for_slots() {
        let (name, path) = ("{path} [{x}]", "{*name}] [");
        let text = Phrase("{*name} : {path}[ ({name})]", "{path}: {*name}");
        assert_eq!(
            both(text, slots![name, path]),
            [
                "{path} [{x}] : {*name}] [ ({path} [{x}])",
                "{*name}] [: {path} [{x}]"
            ]
        );
    }

    #[test]
    fn a_part_with_an_empty_slot_is_left_out() {
        let (name, size) = ("a", "");
        let text = Phrase("{name}[ ({size})][ de {name}]", "{name}[ ({size}, {name})]");
        assert_eq!(both(text, slots![name, size]), ["a de a", "a"]);
    }

    #[test]
    fn words_go_with_their_number() {
        let text = Phrase("{n} clé{n||s}", "{n} {n|key|keys}");
        for (n, french, english) in [
            ("0", "0 clé", "0 keys"),
            ("1", "1 clé", "1 key"),
            ("1 204", "1 204 clés", "1 204 keys"),
            ("des", "des clés", "des keys"),
        ] {
            assert_eq!(both(text, slots![n]), [french, english]);
        }
    }

    #[test]
    fn a_slot_in_bold_is_a_piece_of_its_own_and_the_others_are_none() {
        let (name, at) = ("Alice", "06h07");
        let line = Language::French.line(Phrase("✅ {*name} à {at}.", ""), slots![name, at]);
        assert_eq!(line, [piece("✅ "), bold("Alice"), piece(" à 06h07.")]);
    }
}
