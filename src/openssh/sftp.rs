//! The lines of sftp-server and internal-sftp (sftp-server.c; the formats at INFO did not change from 6.6 to 10.5).

use std::borrow::Cow;

use super::line::{Level, Line, ascii, decode, number, without_cut_escape};
use super::{Event, Flags, Kind};

/// What a line of sftp-server says; none where it says nothing that sftp-server says.
pub(super) fn parse<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    match line.level {
        Level::Info => {}
        Level::Error => return error(line),
        Level::Fatal | Level::Debug => return Some(Event::of(Kind::Request)),
    }
    let text = line.text;
    let (word, rest) = split_word(text);
    match word {
        b"session" => session(line, rest),
        b"open" => open(line, rest),
        b"close" => close(line, rest, false),
        b"forced" => match split_word(rest) {
            (b"close", rest) => close(line, rest, true),
            (b"closedir", rest) => quoted(line, rest, b"", Kind::Request),
            _ => None,
        },
        b"rename" | b"posix-rename" => rename(line, rest, false),
        b"hardlink" => rename(line, rest, true),
        b"remove" => named(line, rest, Kind::Remove),
        b"rmdir" => named(line, rest, Kind::Rmdir),
        b"mkdir" => mkdir(line, rest),
        b"sent" => status(rest),
        _ => request(word, rest),
    }
}

/// The word before the first blank, and what follows it.
fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', text) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, b""),
    }
}

/// `session opened for local user U from [IP]`, and `closed`.
fn session<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let (word, rest) = split_word(rest);
    let kind = match word {
        b"opened" => Kind::SessionOpened,
        b"closed" => Kind::SessionClosed,
        _ => return None,
    };
    let rest = rest.strip_prefix(b"for local user ")?;
    let from = memchr::memmem::rfind(rest, b" from [")?;
    let address = rest[from + 7..].strip_suffix(b"]")?;
    if address.iter().any(|b| matches!(b, b' ' | b']')) {
        return None;
    }
    let mut event = Event::of(kind);
    event.user = Some(decode(&rest[..from], line.postauth));
    event.address = ascii(address).filter(|&a| a != "UNKNOWN").map(Cow::Borrowed);
    Some(event)
}

/// A name that sshd cut: as far as it goes.
fn cut_name<'a>(line: &Line<'a>, quoted: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    Some(decode(without_cut_escape(quoted.strip_prefix(b"\"")?), line.postauth))
}

/// `open "NAME" flags F mode 0M`: anchored right, since names contain what they like.
fn open<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let mut event = Event::of(Kind::Open(Flags { unknown: true, ..Flags::default() }));
    event.cut = line.cut;
    if line.cut {
        event.path = Some(cut_name(line, rest)?);
        return Some(event);
    }
    let mode = memchr::memmem::rfind(rest, b" mode 0")?;
    if !rest[mode + 7..].iter().all(|b| (b'0'..=b'7').contains(b)) {
        return None;
    }
    let at = memchr::memmem::rfind(&rest[..mode], b"\" flags ")?;
    let flags = &rest[at + 8..mode];
    if !flags.iter().all(|b| b.is_ascii_uppercase() || *b == b',') {
        return None;
    }
    let has = |flag: &[u8]| flags.split(|&b| b == b',').any(|f| f == flag);
    let write = has(b"WRITE") || has(b"APPEND");
    event.kind = Kind::Open(Flags {
        write,
        create: has(b"CREATE") || has(b"TRUNCATE"),
        read: has(b"READ") || flags.is_empty(),
        unknown: false,
    });
    event.path = Some(decode(rest[..at].strip_prefix(b"\"")?, line.postauth));
    Some(event)
}

/// `close "NAME" bytes read R written W`, anchored right.
fn close<'a>(line: &Line<'a>, rest: &'a [u8], forced: bool) -> Option<Event<'a>> {
    let mut event = Event::of(Kind::Close { forced });
    event.cut = line.cut;
    if line.cut {
        event.path = Some(cut_name(line, rest)?);
        return Some(event);
    }
    let at = memchr::memmem::rfind(rest, b"\" bytes read ")?;
    let counts = &rest[at + 13..];
    let between = memchr::memmem::find(counts, b" written ")?;
    event.bytes_read = Some(number(&counts[..between])?);
    event.bytes_written = Some(number(&counts[between + 9..])?);
    event.path = Some(decode(rest[..at].strip_prefix(b"\"")?, line.postauth));
    Some(event)
}

/// `rename old "A" new "B"`: ambiguous where `" new "` occurs more than once; then `detail` keeps `A" new "B` escaped.
fn rename<'a>(line: &Line<'a>, rest: &'a [u8], link: bool) -> Option<Event<'a>> {
    let mut event = Event::of(Kind::Rename { link });
    event.cut = line.cut;
    let names = rest.strip_prefix(b"old \"")?;
    let names = match line.cut {
        true => without_cut_escape(names),
        false => names.strip_suffix(b"\"")?,
    };
    let mut splits = memchr::memmem::find_iter(names, b"\" new \"");
    match (splits.next(), splits.next()) {
        (Some(at), None) => {
            event.path = Some(decode(&names[..at], line.postauth));
            event.target = Some(decode(&names[at + 7..], line.postauth));
        }
        (Some(_), Some(_)) => event.detail = ascii(names).map(Cow::Borrowed),
        (None, _) if line.cut => event.path = Some(decode(names, line.postauth)),
        (None, _) => return None,
    }
    Some(event)
}

/// The ways in which an ambiguous rename's names can be told apart: its `detail` holds `A" new "B`.
pub fn rename_splits(detail: &str, twice: bool) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    let names = detail.as_bytes();
    memchr::memmem::find_iter(names, b"\" new \"")
        .map(move |at| (decode(&names[..at], twice), decode(&names[at + 7..], twice)))
}

/// `remove name "NAME"` and its like.
fn named<'a>(line: &Line<'a>, rest: &'a [u8], kind: Kind) -> Option<Event<'a>> {
    quoted(line, rest.strip_prefix(b"name ")?, b"", kind)
}

fn mkdir<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let rest = rest.strip_prefix(b"name ")?;
    if line.cut {
        return quoted(line, rest, b"", Kind::Mkdir);
    }
    let mode = memchr::memmem::rfind(rest, b"\" mode 0")?;
    if !rest[mode + 8..].iter().all(|b| (b'0'..=b'7').contains(b)) {
        return None;
    }
    quoted(line, &rest[..=mode], b"", Kind::Mkdir)
}

/// `"NAME"` and a fixed end.
fn quoted<'a>(line: &Line<'a>, rest: &'a [u8], end: &[u8], kind: Kind) -> Option<Event<'a>> {
    let mut event = Event::of(kind);
    event.cut = line.cut;
    if line.cut {
        event.path = Some(cut_name(line, rest)?);
        return Some(event);
    }
    let name = rest.strip_prefix(b"\"")?.strip_suffix(end)?.strip_suffix(b"\"")?;
    event.path = Some(decode(name, line.postauth));
    Some(event)
}

/// `sent status TEXT`: the texts of status_to_message.
fn status(rest: &[u8]) -> Option<Event<'_>> {
    let text = ascii(rest.strip_prefix(b"status ")?)?;
    let known = matches!(
        text,
        "Success"
            | "End of file"
            | "No such file"
            | "Permission denied"
            | "Failure"
            | "Bad message"
            | "No connection"
            | "Connection lost"
            | "Operation unsupported"
            | "Unknown error"
    );
    let mut event = Event::of(Kind::Status);
    event.detail = Some(Cow::Borrowed(text));
    known.then_some(event)
}

/// `error: process_write: write "NAME": …` since 8.6, without the name before. Of the name at most 100 bytes are printed.
fn error<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let Some(rest) = line.text.strip_prefix(b"process_write: ") else {
        return Some(Event::of(Kind::Request));
    };
    let mut event = Event::of(Kind::WriteError);
    let name = rest.strip_prefix(b"write \"").or_else(|| rest.strip_prefix(b"seek \""));
    if let Some(name) = name
        && !line.cut
        && let Some(end) = memchr::memmem::rfind(name, b"\": ")
    {
        event.path = Some(decode(&name[..end], line.postauth));
        event.detail = ascii(&name[end + 3..]).map(Cow::Borrowed);
    }
    Some(event)
}

/// Other requests, at INFO and VERBOSE: they only say that the process works.
fn request<'a>(word: &[u8], rest: &[u8]) -> Option<Event<'a>> {
    let known = match word {
        b"opendir" | b"closedir" | b"statvfs" | b"stat" | b"lstat" | b"realpath" | b"readlink" | b"fsync"
        | b"expand" | b"home-directory" | b"set" => rest.contains(&b'"'),
        b"symlink" => rest.starts_with(b"old \""),
        b"received" => rest.starts_with(b"client version "),
        b"users-groups-by-id:" => true,
        b"Refusing" => [&b"in read-only mode"[..], b"request"].iter().any(|end| rest.ends_with(end)),
        _ => false,
    };
    known.then(|| Event::of(Kind::Request))
}
