//! The envelope of a line: RFC 3164, RFC 3339 and RFC 5424, what `journalctl` prints, or nothing but a message.

mod json;
mod stamp;

use std::borrow::Cow;

use crate::entry::{Entry, Origin};
use crate::time::Time;

use json::Owned;
use stamp::Stamps;

/// Reads the envelopes of lines, one after the other.
pub struct Envelope {
    stamps: Stamps,
    json: Owned,
}

/// What a line is.
pub enum Read<'a> {
    /// An entry; of a line without envelope the identifier is empty and the time zero.
    Entry(Entry<'a>),
    /// No text: it holds NUL bytes.
    NoText,
    /// An empty line.
    Other,
}

impl Envelope {
    /// `now` is what years are chosen by, and which of two readings of a repeated hour is meant.
    pub fn new(now: Time) -> Self {
        Envelope { stamps: Stamps::new(now), json: Owned::default() }
    }

    /// Takes the envelope off a line (without its line end).
    pub fn read<'a>(&'a mut self, line: &'a [u8]) -> Read<'a> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Read::Other;
        }
        if memchr::memchr(0, line).is_some() {
            return Read::NoText;
        }
        if line[0] == b'{' && self.json.read(line) {
            return Read::Entry(self.json.entry());
        }
        Read::Entry(self.syslog(line).unwrap_or_else(|| Entry { message: line, ..Entry::default() }))
    }

    fn syslog<'a>(&mut self, line: &'a [u8]) -> Option<Entry<'a>> {
        let rest = without_priority(line);
        if let Some(entry) = rest.strip_prefix(b"1 ").and_then(|rest| self.rfc5424(rest)) {
            return Some(entry);
        }
        let (time, rest) = self.stamps.read(rest)?;
        let (host, rest) = word(rest)?;
        let (identifier, pid, message) = tag(rest)?;
        let message = without_solaris_id(message);
        Some(Entry { origin: origin(time, host, identifier, pid), message, dropped: None })
    }

    /// `TIMESTAMP HOST APP PROCID MSGID SD MSG`: a field without value is `-`, and some write two blanks before MSG.
    fn rfc5424<'a>(&mut self, rest: &'a [u8]) -> Option<Entry<'a>> {
        let (time, rest) = match rest.strip_prefix(b"- ") {
            Some(rest) => (Time::default(), rest),
            None => self.stamps.read(rest)?,
        };
        let (host, rest) = word(rest)?;
        let (identifier, rest) = word(rest)?;
        let (pid, rest) = word(rest)?;
        let (_, rest) = word(rest)?;
        let rest = structured_data(rest)?;
        let message = rest.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(rest);
        let value = |field: &'a [u8]| if field == b"-" { &b""[..] } else { field };
        Some(Entry {
            origin: origin(time, value(host), value(identifier), number(pid).unwrap_or(0)),
            message: message.strip_prefix(b" ").unwrap_or(message),
            dropped: None,
        })
    }
}

fn origin<'a>(time: Time, host: &'a [u8], identifier: &'a [u8], pid: u32) -> Origin<'a> {
    Origin { time, host: Cow::Borrowed(host), identifier: Cow::Borrowed(identifier), pid, ..Origin::default() }
}

/// Without `<PRI>`.
fn without_priority(line: &[u8]) -> &[u8] {
    let end = || {
        let rest = line.strip_prefix(b"<")?;
        let digits = rest.iter().take(4).position(|&b| b == b'>')?;
        number(&rest[..digits])?;
        Some(&rest[digits + 1..])
    };
    end().unwrap_or(line)
}

/// The word up to the next blank, and what follows it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b' ', text).filter(|&at| at > 0)?;
    Some((&text[..at], &text[at + 1..]))
}

/// `TAG[PID]: MESSAGE` or `TAG: MESSAGE`; some systems write `[TAG]`.
fn tag(text: &[u8]) -> Option<(&[u8], u32, &[u8])> {
    let end = text.iter().position(|b| matches!(b, b'[' | b':' | b' '))?;
    match text[end] {
        b'[' if end > 0 => {
            let rest = &text[end + 1..];
            let close = memchr::memchr(b']', rest)?;
            let pid = number(&rest[..close])?;
            let rest = rest[close + 1..].strip_prefix(b":")?;
            Some((&text[..end], pid, rest.strip_prefix(b" ").unwrap_or(rest)))
        }
        b':' if end > 0 => {
            let rest = &text[end + 1..];
            Some((&text[..end], 0, rest.strip_prefix(b" ").unwrap_or(rest)))
        }
        b'[' => {
            let close = memchr::memchr(b']', text)?;
            let rest = text[close + 1..].strip_prefix(b":")?;
            Some((&text[1..close], 0, rest.strip_prefix(b" ").unwrap_or(rest)))
        }
        _ => None,
    }
}

/// Solaris puts `[ID 800047 auth.info] ` before the message.
fn without_solaris_id(message: &[u8]) -> &[u8] {
    let rest = message.strip_prefix(b"[ID ").and_then(|rest| Some(&rest[memchr::memchr(b']', rest)? + 1..]));
    rest.map_or(message, |rest| rest.strip_prefix(b" ").unwrap_or(rest))
}

/// What follows the structured data and one blank: `-`, or elements in brackets whose values may hold `\]`.
fn structured_data(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    if let Some(after) = rest.strip_prefix(b"-") {
        rest = after;
    }
    while rest.first() == Some(&b'[') {
        let mut escaped = false;
        let end = rest.iter().position(|&b| {
            let close = b == b']' && !escaped;
            escaped = b == b'\\' && !escaped;
            close
        })?;
        rest = &rest[end + 1..];
    }
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b" ") }
}

/// A number that fills all of `text`.
fn number(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 10 {
        return None;
    }
    text.iter().try_fold(0u32, |n, b| {
        let digit = b.is_ascii_digit().then(|| u32::from(b - b'0'))?;
        n.checked_mul(10)?.checked_add(digit)
    })
}
