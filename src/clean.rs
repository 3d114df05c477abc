//! Cleaning: text that came from a log, made harmless where it becomes output.
//!
//! Whoever can reach port 22 can write into sshd's log, so a user name or a path may hold anything: an escape sequence that
//! redraws a terminal, a bidirectional override that shows `gpj.exe` as `exe.jpg`, a line break that forges a second line.
//! Each such character becomes U+FFFD, the same sign that stands for bytes that are no UTF-8: nothing vanishes unseen, and
//! two names that differ only in something invisible still look different.
//!
//! Slack needs one step more for its `text`, [`escape`]; its blocks are made so that they need none.

use std::borrow::Cow;

/// The most characters that are shown of an account's or a person's name.
pub const NAME: usize = 64;
/// The most characters that are shown of a host's name or address: the longest that DNS allows.
pub const HOST: usize = 255;
/// The most characters that are shown of a path or anything else that a line holds; sshd cuts its lines at 500 bytes.
pub const PATH: usize = 512;

/// What stands for a character that must not be shown.
const HIDDEN: char = char::REPLACEMENT_CHARACTER;

/// Text from a log as it may be shown anywhere: nothing invisible, at most this many characters, `…` where it was cut.
pub fn clean(text: &str, at_most: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(at_most)
        .map(|c| if is_hidden(c) { HIDDEN } else { c })
        .collect();
    if text.chars().nth(at_most).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// Text from a log as it may be written to a terminal, whole.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) {
        Cow::Owned(clean(text, usize::MAX))
    } else {
        Cow::Borrowed(text)
    }
}

/// The three characters that Slack gives a meaning in `text`, escaped as it asks; it knows no other escape.
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

/// Text escaped for Slack, cut between characters so that it has at most this many bytes, `…` where it was cut.
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

/// What [`escape`] made of it, undone.
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// A character that changes what others look like, or that cannot be seen: controls (C0, DEL, C1), line and paragraph
/// separators, bidirectional controls, zero-width and invisible format characters, tags.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
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
