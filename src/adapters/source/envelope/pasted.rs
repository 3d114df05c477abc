//! Lines as people paste them: from a chat, a terminal, grep, or the logs of containers. Used only to explain a line to a
//! person. Counted lines are never read like this, because a user who can write text like a prefix could forge any line.

use std::cell::Cell;

use super::line::{enveloped, is_text};
use super::parts::number;
use super::read::LineParts;
use super::{Envelope, Read, short};
use crate::domain::base::time::Time;
use crate::domain::openssh::{Kind, Program, parse};

/// How many bytes of a line are searched for the beginning of the log line in it.
const PREFIX: usize = 300;

/// Characters that may come before the beginning of a line.
const BEFORE: &[u8] = b" :|->])}\"'`,;*";

/// From this many blanks on, the line is a further line of an entry, which journalctl indents; any user may have written it.
const INDENTED: usize = 16;

/// Quotation marks, which stand at both ends of a line.
const QUOTES: &[u8] = b"`\"'*|";

/// The levels and facilities of syslog, which some programs write before a tag or in place of it (RFC 5424, 6.2.1; sshd's
/// own).
const LEVELS: &str = "auth authpriv daemon user syslog local0 local1 local2 local3 local4 local5 local6 local7 emerg alert \
    crit critical err error warning warn notice info verbose debug";

impl Envelope {
    /// Reads a line that may have other text before it and around it.
    pub(crate) fn read_pasted<'a>(&'a mut self, line: &'a [u8]) -> Read<'a> {
        if !is_text(line) {
            return Read::NoText;
        }
        let entry = match self.read_text(line) {
            Read::Entry(entry) => entry,
            read => return read,
        };
        if is_settled(
            &entry.origin.identifier,
            &entry.origin.host,
            entry.message,
            line,
        ) {
            return Read::Entry(entry);
        }
        self.pasted = cleaned(line);
        let (stamps, text) = (&mut self.stamps, &self.pasted);
        let indented = line.iter().take_while(|&&byte| byte == b' ').count() >= INDENTED;
        let time = Cell::new(Time::default());
        let found = beginnings(text).find_map(|rest| {
            let known = enveloped(stamps, rest).or_else(|| short::enveloped(stamps, rest));
            if let Some(parts) =
                known.filter(|parts| is_settled(parts.identifier, parts.host, parts.message, rest))
            {
                return Some(parts);
            }
            // Other text stands between a stamp and its message.
            time.set(short::stamp(stamps, rest).unwrap_or(time.get()));
            let bare = told(rest, time.get()).filter(|_| !indented);
            tagged(rest, time.get()).or(bare)
        });
        let found = found.or_else(|| behind_bar(text));
        Read::of(found.unwrap_or(LineParts::bare(line)))
    }
}

/// Whether the origin of a line is clear: OpenSSH, or another program in a complete envelope.
fn is_settled(identifier: &[u8], host: &[u8], message: &[u8], line: &[u8]) -> bool {
    match Program::of(identifier) {
        Some(Program::Unknown) => counts(message),
        Some(_) => true,
        None => {
            let before = &line[..line.len().saturating_sub(message.len())];
            let before = before.trim_ascii_end();
            // The form of RFC 5424 has no tag.
            let new = before.starts_with(b"1 ")
                || memchr::memmem::find(before, b">1 ").is_some_and(|at| at < 5);
            let tag = before.ends_with(b":") && !host.ends_with(b":");
            identifier == b"syslogd" || new || tag && !is_level(identifier)
        }
    }
}

/// Whether a message without an envelope is one of OpenSSH's messages of interest.
fn counts(message: &[u8]) -> bool {
    let kind = parse(Program::Unknown, message).map(|event| event.kind);
    kind.is_some_and(|kind| !matches!(kind, Kind::Accompanying | Kind::Unparsed))
}

/// Whether a word is a level, like `info` or `auth.info`.
fn is_level(word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    word.split(|&byte| byte == b'.')
        .all(|part| LEVELS.split(' ').any(|level| level.as_bytes() == part))
}

/// The rest of the line, from each place at which the log line may begin.
fn beginnings(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..text.len().min(PREFIX))
        .filter(|&at| at == 0 || BEFORE.contains(&text[at - 1]))
        .map(|at| &text[at..])
        .filter(|rest| !rest.starts_with(b" "))
}

/// Reads `sshd[918]: …`, `sshd: …`, or `[sshd] …` of metalog. A tag of another program is read only with a process number.
fn tagged(text: &[u8], time: Time) -> Option<LineParts<'_>> {
    let bracketed = text.strip_prefix(b"[");
    let text = bracketed.unwrap_or(text);
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let (name, rest) = text.split_at(text.iter().position(|byte| !name(byte))?);
    let digits = rest.strip_prefix(b"[");
    let digits = digits.and_then(|rest| {
        rest.iter()
            .position(|&byte| byte == b']')
            .map(|end| rest.split_at(end))
    });
    let (pid, rest) = match digits {
        Some((digits, rest)) => (number(digits)?, &rest[1..]),
        None => (0, rest),
    };
    let message = match bracketed {
        Some(_) => {
            let rest = rest.strip_prefix(b"]")?;
            rest.strip_prefix(b":").unwrap_or(rest).strip_prefix(b" ")?
        }
        None => {
            let rest = rest.strip_prefix(b":")?;
            rest.strip_prefix(b" ").unwrap_or(rest)
        }
    };
    let of_openssh = matches!(Program::of(name), Some(Program::Sshd | Program::Sftp));
    let others = pid > 0 && bracketed.is_none() && !name.is_empty();
    (of_openssh || others).then(|| LineParts {
        time,
        identifier: name,
        pid,
        ..LineParts::bare(message)
    })
}

/// A message of OpenSSH without an envelope.
fn told(text: &[u8], time: Time) -> Option<LineParts<'_>> {
    counts(text).then(|| LineParts {
        time,
        ..LineParts::bare(text)
    })
}

/// A message of OpenSSH that is of no interest, after the name of a container.
fn behind_bar(text: &[u8]) -> Option<LineParts<'_>> {
    let at = memchr::memmem::find(text, b"| ")?;
    let message = text[at + 2..].trim_ascii_start();
    parse(Program::Unknown, message)?;
    Some(LineParts::bare(message))
}

/// A line without colours, with plain blanks, and without the quotation marks around it.
fn cleaned(line: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((&byte, behind)) = rest.split_first() {
        let (taken, behind) = match (byte, behind) {
            (0x1b, [b'[', sequence @ ..]) => {
                let end = sequence.iter().position(|byte| (0x40..0x7f).contains(byte));
                (None, &sequence[end.map_or(sequence.len(), |end| end + 1)..])
            }
            (b'\t', _) => (Some(b' '), behind),
            (0xc2, [0xa0, behind @ ..]) => (Some(b' '), behind),
            (b'&', [b'g', b't', b';', behind @ ..]) => (Some(b'>'), behind),
            _ => (Some(byte), behind),
        };
        text.extend(taken);
        rest = behind;
    }
    let mut inner = text.trim_ascii();
    let marks = |byte: &&u8| QUOTES.contains(byte) || b"> -".contains(byte);
    let before: Vec<u8> = inner.iter().take_while(marks).copied().collect();
    while let Some((last, rest)) = inner.split_last() {
        let quoted = rest
            .last()
            .is_some_and(|quote| before.contains(quote) && QUOTES.contains(quote));
        if !(QUOTES.contains(last) && before.contains(last) || *last == b',' && quoted) {
            break;
        }
        inner = rest;
    }
    inner.trim_ascii_end().to_vec()
}
