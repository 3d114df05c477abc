//! Parses the lines of internal-sftp and sftp-server (sftp-server.c), which are the same from 6.6 to 10.5.
//!
//! The name of a file may contain anything, also quotes, so the parser finds all other fields from the right end. The end of a
//! message of 500 bytes proves nothing: the parser takes all the remaining text as the name, and returns no other fields.

use std::sync::LazyLock;

use super::fields::{host, split_at_last};
use super::known::Beginnings;
use super::line::Line;
use super::{Event, Flags, Kind, rename};
use crate::domain::base::scan;

/// The event of a line of an sftp process.
pub(super) fn parse<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    of_request(line, event).or_else(|| other(line.text, event))
}

/// The event of a line about a session or a request that counts.
#[inline]
fn of_request<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let text = line.text;
    let rest = |words: &[u8]| text.strip_prefix(words);
    match text.first()? {
        b'o' => match text.strip_prefix(b"open \"") {
            Some(rest) => open(line, rest, event),
            None => rest(b"opendir \"").map(|_| event.kind = Kind::OpenDirectory),
        },
        b'c' => match text.strip_prefix(b"close \"") {
            Some(rest) => close(line, rest, false, event),
            None => close_directory(rest(b"closedir \"")?, event),
        },
        b'f' => match text.strip_prefix(b"forced close \"") {
            Some(rest) => close(line, rest, true, event),
            None => close_directory(rest(b"forced closedir \"")?, event),
        },
        b's' => match text.strip_prefix(b"sent status ") {
            Some(words) => status(words, event),
            None => session(line, event),
        },
        b'r' => {
            let named =
                rest(b"remove name \"").and_then(|rest| quoted(line, rest, Kind::Remove, event));
            named
                .or_else(|| quoted(line, rest(b"rmdir name \"")?, Kind::Rmdir, event))
                .or_else(|| rename::parse(line, rest(b"rename old \"")?, false, event))
        }
        b'm' => rest(b"mkdir name \"").and_then(|rest| {
            let named = if line.cut {
                Some(rest)
            } else {
                without_mode(rest)
            };
            quoted(line, named?, Kind::Mkdir, event)
        }),
        b'p' => match text.strip_prefix(b"posix-rename old \"") {
            Some(rest) => rename::parse(line, rest, false, event),
            None => write_error(line, rest(b"process_write: ")?, event),
        },
        b'h' => rename::parse(line, rest(b"hardlink old \"")?, true, event),
        _ => None,
    }
}

/// `session opened|closed for local user U from [IP]`.
fn session<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let rest = line.text.strip_prefix(b"session ")?;
    let (kind, rest) = match rest.strip_prefix(b"opened for local user ") {
        Some(rest) => (Kind::SessionOpened, rest),
        None => (
            Kind::SessionClosed,
            rest.strip_prefix(b"closed for local user ")?,
        ),
    };
    let end = split_at_last(rest, b" from [");
    let end = end.and_then(|(name, address)| Some((name, host(address.strip_suffix(b"]")?)?)));
    line.put_end(kind, end, event)
}

/// `open "NAME" flags F mode 0M`.
fn open<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    if line.cut {
        let unknown = Flags {
            unknown: true,
            ..Flags::default()
        };
        return file(line, rest, Kind::Open(unknown), event);
    }
    let (name, words) = rest.split_at(scan::find_last(b'"', rest)?);
    let words = words.strip_prefix(b"\" flags ")?;
    let (words, mode) = words.split_at(scan::find(b' ', words)?);
    let mode = mode.strip_prefix(b" mode 0")?;
    if !mode.iter().all(is_octal) {
        return None;
    }
    file(line, name, Kind::Open(flags(words)?), event)
}

/// The flags from the words between `flags` and `mode`; there are no words if the client asks for no access.
fn flags(words: &[u8]) -> Option<Flags> {
    let mut flags = Flags {
        read: words.is_empty(),
        ..Flags::default()
    };
    let mut rest = words;
    loop {
        let end = scan::find(b',', rest);
        let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
        match word {
            b"READ" => flags.read = true,
            b"WRITE" => flags.write = true,
            b"APPEND" => (flags.write, flags.append) = (true, true),
            b"EXCL" => flags.truncate = true,
            b"CREATE" => flags.create = true,
            b"TRUNCATE" => (flags.create, flags.truncate) = (true, true),
            other if other.iter().all(u8::is_ascii_uppercase) => {}
            _ => return None,
        }
        match behind {
            [] => return Some(flags),
            [_, behind @ ..] => rest = behind,
        }
    }
}

fn is_octal(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'7')
}

/// The text before ` mode 0M`.
fn without_mode(text: &[u8]) -> Option<&[u8]> {
    let count = text.iter().rev().take_while(|byte| is_octal(byte)).count();
    let (rest, mode) = text.split_at(text.len() - count);
    rest.strip_suffix(b" mode ")
        .filter(|_| mode.starts_with(b"0"))
}

/// `close "NAME" bytes read R written W`.
fn close<'a>(line: &Line<'a>, rest: &'a [u8], forced: bool, event: &mut Event<'a>) -> Option<()> {
    let kind = Kind::Close { forced };
    if line.cut {
        return file(line, rest, kind, event);
    }
    let (rest, written) = scan::last_number(rest)?;
    let (rest, read) = scan::last_number(rest.strip_suffix(b" written ")?)?;
    file(line, rest.strip_suffix(b"\" bytes read ")?, kind, event);
    event.bytes_read = Some(read);
    event.bytes_written = Some(written);
    Some(())
}

/// `closedir "NAME"`. A close of a handle that does not exist has the name `(null)`: a client may send any number of them.
fn close_directory(rest: &[u8], event: &mut Event<'_>) -> Option<()> {
    (rest != b"(null)\"").then(|| event.kind = Kind::CloseDirectory)
}

/// `NAME"`.
fn quoted<'a>(line: &Line<'a>, rest: &'a [u8], kind: Kind, event: &mut Event<'a>) -> Option<()> {
    let name = match line.cut {
        true => rest,
        false => rest.strip_suffix(b"\"")?,
    };
    file(line, name, kind, event)
}

/// `sent status TEXT`: at INFO every status except success and end of file, at DEBUG also these.
fn status<'a>(rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    event.kind = Kind::Status;
    event.detail = Some(String::from_utf8_lossy(rest));
    Some(())
}

/// `process_write: write|seek "NAME": E` (8.6), `write: E` (8.4), `write failed` and `seek failed` before. sftp-server prints at
/// most 100 bytes of the name.
fn write_error<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    let Some(rest) = rest
        .strip_prefix(b"write \"")
        .or_else(|| rest.strip_prefix(b"seek \""))
    else {
        let known = rest.starts_with(b"write") || rest.starts_with(b"seek");
        return known.then(|| event.kind = Kind::WriteError);
    };
    if line.cut {
        return file(line, rest, Kind::WriteError, event);
    }
    let (name, error) = split_at_last(rest, b"\": ")?;
    event.detail = Some(String::from_utf8_lossy(error));
    file(line, name, Kind::WriteError, event)
}

/// Makes an event about a file.
#[inline]
fn file<'a>(line: &Line<'a>, name: &'a [u8], kind: Kind, event: &mut Event<'a>) -> Option<()> {
    event.kind = kind;
    event.path = Some(line.path(name));
    Some(())
}

/// Beginnings of the lines of further requests.
static REQUESTS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of("request"));

/// Beginnings of the lines that sftp-server writes about itself and about requests that it refuses.
static KNOWN: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of("sftp-server"));

/// The event of another line of an sftp process.
fn other(text: &[u8], event: &mut Event<'_>) -> Option<()> {
    let request = REQUESTS.has(text).then_some(Kind::Request);
    event.kind = request.or_else(|| KNOWN.has(text).then_some(Kind::Accompanying))?;
    Some(())
}
