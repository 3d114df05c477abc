//! What stands around and inside a message: repeats, level prefixes, tags, suffixes, escapes (log.c, monitor.c).

use std::borrow::Cow;

/// The most bytes that sshd hands to syslog: `syslog(pri, "%.500s", …)` in log.c. A message this long may have been cut,
/// and what stands at its end may be what somebody wanted to stand there.
pub(super) const LONGEST: usize = 500;

/// A message with everything around its text taken off, still escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text itself.
    pub text: &'a [u8],
    /// The level that a prefix told.
    pub level: Level,
    /// How often the message happened.
    pub repeated: u32,
    /// It ended in ` [preauth]`.
    pub preauth: bool,
    /// It ended in ` [postauth]`.
    pub postauth: bool,
    /// The message was of 500 bytes or more, so that sshd may have cut it.
    pub cut: bool,
}

/// The level prefix of a message (log.c, do_log).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// No prefix: INFO or VERBOSE.
    Info,
    /// `error: `.
    Error,
    /// `fatal: `.
    Fatal,
    /// `debug1: ` and its kin.
    Debug,
}

/// Takes off what stands around a message, from the outside in: repeats, level, LogVerbose's tag, one suffix. Only one
/// suffix: a user's name may contain another.
pub fn strip(message: &[u8]) -> Line<'_> {
    let (message, repeated) = repeats(message);
    let cut = message.len() >= LONGEST;
    let (level, text) = level(message);
    let text = untagged(text);
    let preauth = text.strip_suffix(b" [preauth]");
    let postauth = text.strip_suffix(b" [postauth]");
    Line {
        text: preauth.or(postauth).unwrap_or(text),
        level,
        repeated,
        preauth: preauth.is_some(),
        postauth: postauth.is_some(),
        cut,
    }
}

/// `message repeated N times: [ TEXT]` (rsyslog): N further occurrences of a message that was logged before.
fn repeats(message: &[u8]) -> (&[u8], u32) {
    let inner = || {
        let rest = message.strip_prefix(b"message repeated ")?;
        let digits = rest.iter().position(|b| !b.is_ascii_digit())?;
        let times = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
        let text = rest[digits..].strip_prefix(b" times: [ ")?.strip_suffix(b"]")?;
        Some((text, times))
    };
    inner().filter(|&(_, times)| times > 0).unwrap_or((message, 1))
}

fn level(message: &[u8]) -> (Level, &[u8]) {
    if let Some(text) = message.strip_prefix(b"error: ") {
        return (Level::Error, text);
    }
    if let Some(text) = message.strip_prefix(b"fatal: ") {
        return (Level::Fatal, text);
    }
    if let [b'd', b'e', b'b', b'u', b'g', b'1'..=b'3', b':', b' ', text @ ..] = message {
        return (Level::Debug, text);
    }
    (Level::Info, message)
}

/// LogVerbose's tag: `file.c:func():LINE: `, from 8.7 with ` (pid=N)`, from 10.0 with ` (bin=NAME, pid=N)` before the
/// last colon.
fn untagged(text: &[u8]) -> &[u8] {
    let tagged = || {
        let file = text.iter().position(|&b| b == b':')?;
        let name = text[..file].strip_suffix(b".c")?;
        if name.is_empty() || !name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            return None;
        }
        let rest = &text[file + 1..];
        let call = memchr::memmem::find(rest, b"():")?;
        if !rest[..call].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') {
            return None;
        }
        let rest = &rest[call + 3..];
        let rest = &rest[rest.iter().position(|b| !b.is_ascii_digit())?..];
        if let Some(rest) = rest.strip_prefix(b": ") {
            return Some(rest);
        }
        let rest = rest.strip_prefix(b" (")?;
        let end = memchr::memmem::find(rest, b"): ")?;
        let inside = &rest[..end];
        (inside.starts_with(b"pid=") || inside.starts_with(b"bin=")).then_some(&rest[end + 3..])
    };
    tagged().unwrap_or(text)
}

/// Undoes sshd's escapes (strnvis with VIS_CSTYLE|VIS_NL|VIS_TAB|VIS_OCTAL), once or, for text that came through the
/// monitor, twice. What is no escape stays as it is; an escape that was cut off at the end goes.
pub fn decode(escaped: &[u8], twice: bool) -> Cow<'_, [u8]> {
    match unescape(escaped) {
        Cow::Borrowed(same) => Cow::Borrowed(same),
        Cow::Owned(once) if twice => Cow::Owned(unescape(&once).into_owned()),
        once => once,
    }
}

/// The same for a name in a ` [preauth]` or ` [postauth]` line: escaped twice up to OpenSSH 10.2, once from 10.3 on.
/// Nothing in the line tells which. Escaped twice, every backslash of the name's first escaping is itself escaped, so
/// that what decoding once leaves is again a text in which each backslash begins an escape; a name that was escaped once
/// decodes to that only if it holds backslashes that happen to do so, which no account's name does.
pub(super) fn decode_forwarded(escaped: &[u8]) -> Cow<'_, [u8]> {
    let once = unescape(escaped);
    let again = is_escaped(&once);
    if again { Cow::Owned(unescape(&once).into_owned()) } else { once }
}

/// Is this printable text in which every backslash begins an escape, and there is at least one?
fn is_escaped(text: &[u8]) -> bool {
    let mut rest = text;
    let mut any = false;
    while let Some((&first, behind)) = rest.split_first() {
        if !(0x20..0x7f).contains(&first) {
            return false;
        }
        rest = match first {
            b'\\' => {
                any = true;
                match escape(rest) {
                    Some((_, length)) => &rest[length..],
                    None => return false,
                }
            }
            _ => behind,
        };
    }
    any
}

/// The byte that the escape at the beginning of `text` stands for, and the escape's length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
            Some(((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'), 4))
        }
        [b'\\', letter, ..] => {
            let byte = match letter {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                b'b' => 0x08,
                b'a' => 0x07,
                b'v' => 0x0b,
                b't' => b'\t',
                b'f' => 0x0c,
                _ => return None,
            };
            Some((byte, 2))
        }
        _ => None,
    }
}

fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', text) else { return Cow::Borrowed(text) };
    let mut plain = Vec::with_capacity(text.len());
    plain.extend_from_slice(&text[..first]);
    let mut rest = &text[first..];
    while let Some(&byte) = rest.first() {
        match escape(rest) {
            Some((byte, length)) => {
                plain.push(byte);
                rest = &rest[length..];
            }
            None => {
                plain.push(byte);
                rest = &rest[1..];
            }
        }
    }
    Cow::Owned(plain)
}

/// A text that sshd cut: without the escape that the cut may have gone through.
pub(super) fn without_cut_escape(text: &[u8]) -> &[u8] {
    let tail = text.len().saturating_sub(3);
    let mut at = tail;
    while at < text.len() {
        if text[at] == b'\\' {
            // An even number of backslashes before it would make this one a part of an escaped backslash.
            let before = text[..at].iter().rev().take_while(|&&b| b == b'\\').count();
            if before % 2 == 0 && escape(&text[at..]).is_none_or(|(_, length)| at + length > text.len()) {
                return &text[..at];
            }
        }
        at += 1;
    }
    text
}

/// A text from the log that is known to be ASCII once escaped.
pub(super) fn ascii(text: &[u8]) -> Option<&str> {
    std::str::from_utf8(text).ok()
}

/// A decimal number that fills all of `text`.
pub(super) fn number<N: std::str::FromStr>(text: &[u8]) -> Option<N> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    ascii(text)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_message_comes_off_from_the_outside_in() {
        let line = strip(b"message repeated 3 times: [ error: auth.c:auth_log():12 (bin=sshd-session, pid=9): x [preauth] [preauth]]");
        assert_eq!((line.text, line.repeated, line.level), (&b"x [preauth]"[..], 3, Level::Error));
        assert!(line.preauth && !line.postauth && !line.cut);
        for tag in ["a.c:f():1: ", "sftp-server.c:f():1 (pid=3): "] {
            assert_eq!(strip(format!("{tag}open").as_bytes()).text, b"open");
        }
        assert_eq!(strip(b"/etc/x:1: Authentication tried").text, b"/etc/x:1: Authentication tried");
    }

    #[test]
    fn escapes_are_undone_once_or_twice() {
        assert_eq!(&*decode(br"\303\251\\ \t\177", false), "é\\ \t\x7f".as_bytes());
        assert_eq!(&*decode(br"\\303\\251", true), "é".as_bytes());
        assert_eq!(&*decode_forwarded(br"\\303\\251"), "é".as_bytes());
        assert_eq!(&*decode_forwarded(br"\303\251"), "é".as_bytes());
        assert!(matches!(decode(b"plain", true), Cow::Borrowed(_)));
    }

    #[test]
    fn an_escape_that_was_cut_goes() {
        for (text, kept) in [(&br"ab\3"[..], &b"ab"[..]), (br"ab\30", b"ab"), (br"ab\303", br"ab\303"), (br"ab\\", br"ab\\"), (br"ab\", b"ab")] {
            assert_eq!(without_cut_escape(text), kept, "{}", String::from_utf8_lossy(text));
        }
    }
}
