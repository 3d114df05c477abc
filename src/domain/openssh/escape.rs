//! Undoes and makes the escapes of a message: log.c escapes bytes that are not printable ASCII, once or twice.

use std::borrow::Cow;

use memchr::memchr;

use crate::domain::base::scan;

/// Undoes sshd's escapes (log.c, strnvis with `VIS_CSTYLE|VIS_NL|VIS_TAB|VIS_OCTAL`); other text stays as it is.
///
/// `twice` is for text that came through the monitor, which escapes the child's text a second time (monitor.c, up to OpenSSH
/// 10.2; only once since 10.3). No line contains its version, so the text decides: it is undone a second time only if the first
/// result is exactly what strnvis prints, and contains an escape. `\303\251` does, so it becomes `é`; `al\151ce` does not,
/// because strnvis prints `i` as it is. So a client cannot become `alice` by sending backslashes.
#[inline]
pub fn decode(escaped: &[u8], twice: bool) -> Cow<'_, [u8]> {
    match unescape(escaped) {
        Cow::Owned(once) if twice && is_escaped(&once) => Cow::Owned(unescape(&once).into_owned()),
        once => once,
    }
}

/// Escapes bytes so that [`decode`] returns the same bytes: printable ASCII stays as it is (a backslash is doubled), other bytes
/// become octal.
pub fn encode(bytes: &[u8]) -> String {
    let mut escaped = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\\' => escaped.push_str("\\\\"),
            b' '..=b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("\\{byte:03o}")),
        }
    }
    escaped
}

/// The account's name in a line that came through the monitor.
///
/// Like [`decode`] with `twice`, unless the name would then contain a control character: no account has one, and `DOMAIN\nina` of
/// OpenSSH 10.3 looks the same as `DOMAIN`, newline, `ina` of 10.2.
pub(super) fn decode_account(escaped: &[u8]) -> Cow<'_, [u8]> {
    match decode(escaped, true) {
        Cow::Owned(twice) if twice.iter().any(u8::is_ascii_control) => decode(escaped, false),
        decoded => decoded,
    }
}

/// Like [`decode`], for text whose end was cut off: leaves out an incomplete escape and an incomplete UTF-8 character at the end.
pub(super) fn decode_cut(escaped: &[u8], twice: bool) -> Cow<'_, [u8]> {
    let once = unescape(whole(escaped));
    let inner = if twice { whole(&once) } else { &once };
    if twice && is_escaped(inner) {
        let text = unescape(inner);
        return Cow::Owned(text[..whole_characters(&text)].to_vec());
    }
    let length = whole_characters(inner);
    match once {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..length]),
        Cow::Owned(mut text) => {
            text.truncate(length);
            Cow::Owned(text)
        }
    }
}

/// The length of the text without an incomplete UTF-8 character at its end.
fn whole_characters(text: &[u8]) -> usize {
    let from = text.len().saturating_sub(3);
    let last = text[from..].utf8_chunks().last();
    let broken = last.map_or(&b""[..], |chunk| chunk.invalid());
    // Other incomplete bytes are not a cut character: the name is not UTF-8.
    let lead = broken
        .first()
        .is_some_and(|byte| matches!(byte, 0xc2..=0xf4));
    if text.ends_with(broken) && lead {
        text.len() - broken.len()
    } else {
        text.len()
    }
}

/// Undoes one layer of escapes.
#[inline]
fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    match scan::find(b'\\', text) {
        None => Cow::Borrowed(text),
        Some(first) => Cow::Owned(unescaped(text, first)),
    }
}

/// The same for a text whose first escape is here.
#[cold]
fn unescaped(text: &[u8], first: usize) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let (plain, mut rest) = text.split_at(first);
    decoded.extend_from_slice(plain);
    while !rest.is_empty() {
        let (byte, length) = escape(rest).unwrap_or((b'\\', 1));
        decoded.push(byte);
        rest = &rest[length..];
        let (plain, escaped) = rest.split_at(memchr(b'\\', rest).unwrap_or(rest.len()));
        decoded.extend_from_slice(plain);
        rest = escaped;
    }
    decoded
}

/// The byte that the escape at the start of `text` stands for, and the escape's length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let octal = |digit: u8| digit - b'0';
    Some(match *text {
        [b'\\', b'\\', ..] => (b'\\', 2),
        [b'\\', b'n', ..] => (b'\n', 2),
        [b'\\', b'r', ..] => (b'\r', 2),
        [b'\\', b'b', ..] => (0x08, 2),
        [b'\\', b'a', ..] => (0x07, 2),
        [b'\\', b'v', ..] => (0x0b, 2),
        [b'\\', b't', ..] => (b'\t', 2),
        [b'\\', b'f', ..] => (0x0c, 2),
        [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
            (octal(a) << 6 | octal(b) << 3 | octal(c), 4)
        }
        _ => return None,
    })
}

/// Whether strnvis can have printed this text, and the text contains an escape.
fn is_escaped(text: &[u8]) -> bool {
    let mut rest = text;
    let mut found = false;
    while let Some(&first) = rest.first() {
        let length = match first {
            b'\\' => match escape(rest) {
                // strnvis uses octal only for bytes that have no other form.
                Some((b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0 | 0x07 | 0x08, 4)) | None => {
                    return false;
                }
                Some((_, length)) => length,
            },
            // The child of 10.0 to 10.2 escapes as for a terminal, which leaves these five bytes as they are.
            b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x07 | 0x08 => 1,
            _ => return false,
        };
        found |= first == b'\\';
        rest = &rest[length..];
    }
    found
}

/// The text without an incomplete escape at its end.
fn whole(text: &[u8]) -> &[u8] {
    let from = text.len().saturating_sub(3);
    let Some(at) = memchr::memrchr(b'\\', &text[from..]).map(|at| from + at) else {
        return text;
    };
    // Backslashes in a row form pairs from the left: if their number is odd, the last one starts an escape.
    let row = text[..=at]
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\\')
        .count();
    if row % 2 == 1 && escape(&text[at..]).is_none() {
        &text[..at]
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_of_strnvis_is_undone() {
        assert_eq!(
            &*decode(br"a\\b\n\r\b\a\v\t\f\303\251\177", false),
            b"a\\b\n\r\x08\x07\x0b\t\x0c\xc3\xa9\x7f"
        );
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(&*decode(br"\x\8\40\400\", false), br"\x\8\40\400\");
        assert!(matches!(decode(b"plain \"name\"", true), Cow::Borrowed(_)));
    }

    #[test]
    fn text_that_came_through_the_monitor_is_undone_once_or_twice_by_its_own_look() {
        assert_eq!(&*decode(br"\\303\\251", true), "é".as_bytes());
        assert_eq!(&*decode(br"\303\251", true), "é".as_bytes());
        assert_eq!(&*decode(br"DOMAIN\\\\bob", true), br"DOMAIN\bob");
        assert_eq!(&*decode(br"DOMAIN\\carol", true), br"DOMAIN\carol");
        assert_eq!(&*decode(br"al\\151ce", true), br"al\151ce");
        assert_eq!(&*decode(br"\\303\251", true), b"\\303\xa9");
        assert_eq!(&*decode(br"a\\012", true), br"a\012");
    }

    #[test]
    fn no_account_gets_a_control_character_from_a_domain_and_a_backslash() {
        assert_eq!(&*decode_account(br"DOMAIN\\nina"), br"DOMAIN\nina");
        assert_eq!(&*decode_account(br"DOMAIN\\\\nina"), br"DOMAIN\nina");
        assert_eq!(&*decode_account(br"\\303\\251"), "é".as_bytes());
    }

    #[test]
    fn an_escape_that_was_cut_is_left_out() {
        for cut in [r"a\", r"a\3", r"a\30"] {
            assert_eq!(&*decode_cut(cut.as_bytes(), false), b"a", "{cut}");
        }
        assert_eq!(&*decode_cut(br"a\\", false), br"a\");
        assert_eq!(&*decode_cut(br"a\\30", false), br"a\30");
        assert_eq!(&*decode_cut(br"a\\303\\25", true), b"a");
        assert_eq!(&*decode_cut(br"a\\303\\", true), b"a");
        assert_eq!(&*decode_cut(br"a\\", true), b"a");
        assert_eq!(&*decode_cut(br"a\303\25", true), b"a");
        assert_eq!(&*decode_cut(br"a\377\342\202", false), b"a\xff");
        assert_eq!(
            &*decode_cut(br"a\342\202\254\377", false),
            b"a\xe2\x82\xac\xff"
        );
    }
}
