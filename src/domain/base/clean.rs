//! Cleans text that came from a log, so that it does no harm in the program's output.
//!
//! Anyone who can reach port 22 can write into sshd's log, so the name of a user or a path may contain anything: an escape
//! sequence that redraws a terminal, a bidirectional override that shows `gpj.exe` as `exe.jpg`, a line break that forges a
//! second line. Each such character becomes U+FFFD, which also replaces bytes that are not UTF-8: no character disappears
//! silently, and two names that differ only in an invisible character still look different.
//!
//! Slack's `text` also needs [`escape`]; its blocks are built so that they do not need it.

use std::borrow::Cow;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The most characters to show of the name of an account or a person.
pub const NAME: usize = 64;
/// The most characters to show of the name or address of a host: the limit of DNS.
pub const HOST: usize = 255;
/// The most characters to show of a path or any other part of a line; sshd cuts its lines at 500 bytes.
pub const PATH: usize = 512;

/// The replacement for a character that must not be shown.
const HIDDEN: char = char::REPLACEMENT_CHARACTER;

/// Text from a log, safe to show anywhere: without invisible characters, at most this many characters, with `…` if it was cut.
pub fn clean(text: &str, at_most: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(at_most)
        .map(|c| match is_hidden(c) || is_own(c) {
            true => HIDDEN,
            false => c,
        })
        .collect();
    if text.chars().nth(at_most).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// Text from a log, safe for a terminal, not cut.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    // Most text is ASCII without control characters: this is seen without decoding it.
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !plain && text.chars().any(is_hidden) {
        let seen = |c| if is_hidden(c) { HIDDEN } else { c };
        Cow::Owned(text.chars().map(seen).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Escapes the three characters that have a meaning in Slack's `text`; Slack has no other escapes.
/// <https://docs.slack.dev/messaging/formatting-message-text#escaping>
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text escaped for Slack, cut between characters to at most this many bytes, with `…` if it was cut.
pub fn escape_within(text: &str, most: usize) -> String {
    let escaped = escape(text);
    if escaped.len() <= most {
        return escaped;
    }
    let mut cut = String::new();
    for c in text.chars() {
        let c = escape(c.encode_utf8(&mut [0; 4]));
        if cut.len() + c.len() + '…'.len_utf8() > most {
            break;
        }
        cut.push_str(&c);
    }
    cut.push('…');
    cut
}

/// Undoes [`escape`].
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Whether a character is invisible, or changes how others look: Unicode's control, format and default-ignorable characters
/// (<https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point>), and blanks; except a space and the characters that the
/// program writes itself.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() || is_own(c) {
        return c.is_ascii_control();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let unseen = matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    unseen
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || category == GeneralCategory::SpaceSeparator
        || is_blank_by_name(c)
}

/// Characters that the program writes itself: French no-break spaces, wide and narrow, and the variation selector for coloured
/// signs. They are hidden too in text that came from a log.
fn is_own(c: char) -> bool {
    matches!(c, '\u{00A0}' | '\u{202F}' | '\u{FE0F}')
}

/// Invisible characters that Unicode's tables mark only by their names: blanks of Braille, music and hieroglyphs, the controls
/// that arrange hieroglyphs, and the object replacement character.
fn is_blank_by_name(c: char) -> bool {
    matches!(
        c,
        '\u{2800}' | '\u{FFFC}' | '\u{13430}'..='\u{1345F}' | '\u{1D159}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invisible_character_is_replaced() {
        let hostile =
            "a\u{1b}[2Jb\u{9b}c\nd\u{202e}e\u{200b}f\u{2028}g\u{feff}h\u{061c}i\u{7f}j\u{2066}k";
        let shown = clean(hostile, PATH);
        assert_eq!(shown, "a�[2Jb�c�d�e�f�g�h�i�j�k");
        assert_eq!(for_terminal(hostile), shown);
        assert_eq!(clean("feed é 日本.xml", PATH), "feed é 日本.xml");
        assert!(matches!(for_terminal("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn what_unicode_says_cannot_be_seen_is_replaced() {
        let unseen = [
            0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180F, 0x200B, 0x2028, 0x202E,
            0x2060, 0x2065, 0x2069, 0x206F, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFF9,
            0xFFFB, 0xFFFC, 0x13430, 0x13440, 0x13455, 0x1BCA0, 0x1BCA3, 0x1D159, 0x1D173, 0x1D17A,
            0xE0000, 0xE0001, 0xE0041, 0xE0100, 0xE01EF, 0xE0FFF,
        ];
        let blanks = [
            0xA0, 0x1680, 0x2000, 0x200A, 0x202F, 0x205F, 0x2800, 0x3000, 0x13441, 0x13442,
        ];
        for code in unseen.into_iter().chain(blanks) {
            let text = format!("a{}b", char::from_u32(code).unwrap_or_default());
            assert_eq!(clean(&text, PATH), "a�b", "U+{code:04X}");
        }
        for seen in [
            " ",
            "é",
            "日本",
            "ع",
            "ก็",
            "😀",
            "€",
            "\u{300}",
            "\u{FFFD}",
            "\u{1F1EB}\u{1F1F7}",
            "ﬁ",
        ] {
            assert_eq!(clean(seen, PATH), seen, "{seen}");
        }
        assert_eq!(
            for_terminal("12\u{202f}345\u{a0}ko"),
            "12\u{202f}345\u{a0}ko"
        );
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!(clean("éééé", 4), "éééé");
        assert_eq!(clean("ééééé", 4), "ééé…");
        assert_eq!(clean("ab", 0), "…");
    }

    #[test]
    fn escaping_touches_three_characters_only() {
        assert_eq!(
            escape("<!channel> & *_~` :smile: \"'"),
            "&lt;!channel&gt; &amp; *_~` :smile: \"'"
        );
        assert_eq!(escape("&lt;"), "&amp;lt;");
        assert_eq!(unescape(&escape("<&lt;>")), "<&lt;>");
        assert_eq!(escape_within("a<b", 6), "a&lt;b");
        assert_eq!(escape_within("a<<b", 8), "a&lt;…");
    }
}
