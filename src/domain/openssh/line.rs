//! Removes the parts around a message's text: repeats, level prefixes, tags, suffixes (log.c, monitor.c, rsyslog).

use std::borrow::Cow;

use memchr::memchr;

use super::fields::{Id, Peer, number, split_at_first};
use super::{Event, Kind, escape};
use crate::domain::base::scan;

/// The most blanks to skip before a message. Templates of syslog daemons put one or two there, and no message of OpenSSH begins
/// with a blank. journalctl puts 20 and more before the further lines of an entry, which anyone may have written.
const BLANKS: usize = 15;

/// The length at which sshd cuts a message. A message of this length may have lost its end (log.c, `%.500s`).
const CUT_AT: usize = 500;

/// A message without the parts around its text, still escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text itself.
    pub text: &'a [u8],
    /// The level, from the prefix.
    pub level: Level,
    /// The number of occurrences of the message.
    pub repeated: u32,
    /// The message ended in ` [preauth]`; always `false` for a cut message.
    pub preauth: bool,
    /// The message ended in ` [postauth]`; always `false` for a cut message.
    pub postauth: bool,
    /// The message has 500 bytes or more, so sshd may have cut it.
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
    /// `debug1: ` to `debug3: `.
    Debug,
}

impl<'a> Line<'a> {
    /// The name of an account in this line, decoded.
    pub(super) fn account(&self, escaped: &'a [u8]) -> Cow<'a, [u8]> {
        if self.preauth || self.postauth {
            escape::decode_account(escaped)
        } else {
            escape::decode(escaped, false)
        }
    }

    /// Puts a user, whose name is still escaped, and a peer into an event of this line.
    #[inline]
    pub(super) fn put_user(&self, name: &'a [u8], peer: Peer<'a>, event: &mut Event<'a>) {
        event.user = Some(self.account(name));
        peer.put(event);
    }

    /// Puts the user and the peer of a connection id into an event.
    #[inline]
    pub(super) fn put_id(&self, id: Id<'a>, event: &mut Event<'a>) {
        match id.user {
            Some(name) => self.put_user(name, id.peer, event),
            None => id.peer.put(event),
        }
    }

    /// Makes an event of this kind with the user and the peer at the line's end; without them if the line was cut, because its
    /// end then proves nothing.
    #[inline]
    pub(super) fn put_end(
        &self,
        kind: Kind,
        end: Option<(&'a [u8], Peer<'a>)>,
        event: &mut Event<'a>,
    ) -> Option<()> {
        let end = if self.cut { None } else { Some(end?) };
        self.put_found(kind, end, event);
        Some(())
    }

    /// Makes an event of this kind with this user and peer, if they were found.
    #[inline]
    pub(super) fn put_found(
        &self,
        kind: Kind,
        found: Option<(&'a [u8], Peer<'a>)>,
        event: &mut Event<'a>,
    ) {
        event.kind = kind;
        if let Some((name, peer)) = found {
            self.put_user(name, peer, event);
        }
    }

    /// The name of a file in this line, decoded; in a cut line, the part that is left.
    pub(super) fn path(&self, escaped: &'a [u8]) -> Cow<'a, [u8]> {
        if self.cut {
            escape::decode_cut(escaped, self.postauth)
        } else {
            escape::decode(escaped, self.postauth)
        }
    }
}

/// Removes the parts around a message's text.
#[inline(always)]
pub fn strip(message: &[u8]) -> Line<'_> {
    let message = without_blanks(message);
    let (repeated, message) = match repeated(message) {
        Some((count, message)) => (count, without_blanks(message)),
        None => (1, message),
    };
    let cut = message.len() >= CUT_AT;
    // sshd does not write longer messages, but a user can write any amount of text.
    let message = &message[..message.len().min(CUT_AT)];
    let (level, text) = level(message);
    let text = untagged(text).unwrap_or(text);
    let mut line = Line {
        text,
        level,
        repeated,
        preauth: false,
        postauth: false,
        cut,
    };
    // Removes only one suffix, because a name may end in the same words. A cut line may have lost its suffix, and its end may be
    // the end of a name.
    if cut || !text.ends_with(b"]") {
        return line;
    }
    if let Some(text) = text.strip_suffix(b" [preauth]") {
        (line.text, line.preauth) = (text, true);
    } else if let Some(text) = text.strip_suffix(b" [postauth]") {
        (line.text, line.postauth) = (text, true);
    }
    line
}

/// The message without a few leading blanks.
#[inline]
fn without_blanks(message: &[u8]) -> &[u8] {
    if message.first() != Some(&b' ') {
        return message;
    }
    match message.iter().position(|&byte| byte != b' ') {
        Some(count @ 1..=BLANKS) => &message[count..],
        _ => message,
    }
}

/// `message repeated N times: [ TEXT]` of rsyslog: N further occurrences of TEXT.
fn repeated(message: &[u8]) -> Option<(u32, &[u8])> {
    let rest = message.strip_prefix(b"message repeated ")?;
    let (count, rest) = rest.split_at(memchr(b' ', rest)?);
    let text = rest.strip_prefix(b" times: [ ")?.strip_suffix(b"]")?;
    Some((number(count)?, text))
}

/// The level prefix, and the text after it.
#[inline]
fn level(message: &[u8]) -> (Level, &[u8]) {
    let of = |words: &[u8], level| Some((level, message.strip_prefix(words)?));
    let found = match message.first() {
        Some(b'e') => of(b"error: ", Level::Error),
        Some(b'f') => of(b"fatal: ", Level::Fatal),
        Some(b'd') => match message.strip_prefix(b"debug") {
            Some([b'1'..=b'3', b':', b' ', text @ ..]) => Some((Level::Debug, text)),
            _ => None,
        },
        _ => None,
    };
    found.unwrap_or((Level::Info, message))
}

/// The text after the tag that `LogVerbose` puts before it: `FILE.c:FUNCTION():LINE: ` (8.5), `… (pid=N): ` (8.7),
/// `… (bin=NAME, pid=N): ` (10.0).
#[inline(always)]
fn untagged(text: &[u8]) -> Option<&[u8]> {
    let (file, rest) = text.split_at(scan::find_either(b':', b' ', text)?);
    match rest.starts_with(b":") && file.ends_with(b".c") {
        true => behind_tag(file, rest),
        false => None,
    }
}

/// The same for a text that begins with the name of a file of C.
#[cold]
fn behind_tag<'a>(file: &[u8], rest: &'a [u8]) -> Option<&'a [u8]> {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if !file.iter().all(word) {
        return None;
    }
    let (function, rest) = split_at_first(&rest[1..], b"():")?;
    if function.is_empty() || !function.iter().all(word) {
        return None;
    }
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = &rest[digits..];
    if digits == 0 {
        return None;
    }
    if let Some(text) = rest.strip_prefix(b": ") {
        return Some(text);
    }
    let (process, text) = rest.split_at(memchr(b')', rest)?);
    let inside = process.strip_prefix(b" (")?;
    if !inside.starts_with(b"pid=") && !inside.starts_with(b"bin=") {
        return None;
    }
    text.strip_prefix(b"): ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_around_the_text_comes_off_in_order() {
        let line = strip(b"message repeated 4 times: [ error: auth.c:auth_log():12 (bin=sshd-session, pid=7): text [preauth]]");
        assert_eq!(
            line,
            Line {
                text: b"text",
                level: Level::Error,
                repeated: 4,
                preauth: true,
                postauth: false,
                cut: false
            }
        );
    }

    #[test]
    fn a_few_blanks_before_a_message_are_passed_over_and_an_indented_line_is_none() {
        for count in [1, 2, 4, 15] {
            let blanks = " ".repeat(count);
            let line = strip(b"error: text [preauth]");
            assert_eq!(
                strip(format!("{blanks}error: text [preauth]").as_bytes()),
                line
            );
            let repeated = format!("{blanks}message repeated 2 times: [ {blanks}text]");
            let line = strip(repeated.as_bytes());
            assert_eq!((line.text, line.repeated), (&b"text"[..], 2));
        }
        let further = format!("{}text", " ".repeat(16));
        assert_eq!(strip(further.as_bytes()).text, further.as_bytes());
    }

    #[test]
    fn the_tags_of_all_versions_come_off() {
        for tag in [
            "auth.c:f():1: ",
            "auth2-pubkey.c:f_g():12 (pid=3): ",
            "log.c:f():1 (bin=sshd-auth, pid=3): ",
        ] {
            assert_eq!(
                strip(format!("{tag}text").as_bytes()).text,
                b"text",
                "{tag}"
            );
            assert_eq!(
                strip(format!("debug1: {tag}text").as_bytes()).text,
                b"text",
                "{tag}"
            );
        }
    }

    #[test]
    fn what_only_resembles_a_tag_stays() {
        for text in [
            "auth.c:f:1: text",
            "auth.c: text",
            "auth.cc:f():1: x",
            "a.c:f():: x",
            "a.c:f():1 (uid=3): x",
            "a.c:f():1",
        ] {
            assert_eq!(strip(text.as_bytes()).text, text.as_bytes());
        }
    }

    #[test]
    fn one_suffix_comes_off_and_no_more() {
        assert_eq!(strip(b"x [preauth] [preauth]").text, b"x [preauth]");
        let line = strip(b"x [preauth] [postauth]");
        assert_eq!(
            (line.text, line.preauth, line.postauth),
            (&b"x [preauth]"[..], false, true)
        );
    }

    #[test]
    fn a_message_of_500_bytes_was_cut_whatever_it_looks_like() {
        let whole = format!("error: {} [preauth]", "x".repeat(482));
        assert_eq!(whole.len(), 499);
        assert!(!strip(whole.as_bytes()).cut);
        let line = format!("error: x{} [preauth]", "x".repeat(482));
        let line = strip(line.as_bytes());
        assert!(line.cut && !line.preauth);
        assert!(!strip(format!("message repeated 2 times: [ {whole}]").as_bytes()).cut);
        assert!(strip(format!("message repeated 2 times: [ {whole}x]").as_bytes()).cut);
        // Text beyond the length of sshd's messages is dropped.
        assert_eq!(strip(&[b'x'; 8_192]).text.len(), 500);
    }

    #[test]
    fn a_repeat_that_is_not_whole_is_no_repeat() {
        for text in [
            "message repeated 2 times: [ x",
            "message repeated two times: [ x]",
            "message repeated 9999999999 times: [ x]",
        ] {
            let line = strip(text.as_bytes());
            assert_eq!((line.text, line.repeated), (text.as_bytes(), 1));
        }
    }
}
