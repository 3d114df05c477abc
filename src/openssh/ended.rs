//! Ends of connections, before and after log-in (packet.c, serverloop.c, sshd.c).

use super::auth::{name, peer, strip, who};
use super::line::{Level, Line, number};
use super::{Event, Kind, Who};

/// What a line says of a connection's beginning or end; none where it is not about that.
pub(super) fn parse<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let text = line.text;
    match text.first()? {
        b'C' => connection(line),
        b'D' => strip(text, b"Disconnected from ")
            .and_then(|rest| end(line, rest))
            .or_else(|| disconnecting(line)),
        b'R' => received(line).or_else(|| read_error(text)),
        b'T' => timeout(line),
        b't' => strip(text, b"terminating inactive connection from ").and_then(|rest| end(line, rest)),
        b'U' => strip(text, b"Unable to negotiate with ").and_then(|rest| end(line, until_error(line, rest)?)),
        _ => tagged(line),
    }
}

/// `Connection closed by`, `reset by`, `from … timed out`, and `Connection from IP port P on L port Q`.
fn connection<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let rest = strip(line.text, b"Connection ")?;
    if let Some(rest) = strip(rest, b"closed by ").or_else(|| strip(rest, b"reset by ")) {
        return end(line, rest);
    }
    let rest = strip(rest, b"from ").or_else(|| strip(rest, b"to "))?;
    for timed_out in [&b" timed out while waiting to read"[..], b" timed out"] {
        if let Some(rest) = rest.strip_suffix(timed_out) {
            return end(line, rest);
        }
    }
    if line.level != Level::Info {
        return None;
    }
    let on = memchr::memmem::find(rest, b" on ")?;
    let (from, port) = peer(&rest[..on])?;
    let mut event = Event::of(Kind::Connection);
    event.address = Some(from);
    event.port = Some(port);
    Some(event)
}

/// `[WHO ]IP port N`: anchored right, the name as long as it gets. Up to 7.1 without the port.
fn end<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    if line.cut {
        // The true address was cut off: what stands at the end is part of the name.
        let (who, _) = who(rest)?;
        let mut event = Event::of(Kind::EndedBefore { who });
        event.cut = true;
        return Some(event);
    }
    let (head, port) = match memchr::memmem::rfind(rest, b" port ") {
        Some(at) => match number(&rest[at + 6..]) {
            Some(port) => (&rest[..at], Some(port)),
            None => (rest, None),
        },
        None => (rest, None),
    };
    let (preamble, from) = match memchr::memrchr(b' ', head) {
        Some(at) => (&head[..at], &head[at + 1..]),
        None => (&b""[..], head),
    };
    let named = if preamble.is_empty() { None } else { Some(who(preamble)?) };
    let after = !line.preauth && named.is_none_or(|_| preamble.starts_with(b"user "));
    let kind = match after {
        true => Kind::EndedAfter,
        false => Kind::EndedBefore { who: named.map_or(Who::Nobody, |(who, _)| who) },
    };
    let mut event = Event::of(kind);
    event.user = named.map(|(_, user)| name(line, user));
    event.address = Some(super::auth::address(from)?);
    event.port = port;
    Some(event)
}

/// `Disconnecting [WHO ]IP port P: REASON`: the reason may repeat what the client sent, so nothing is taken from it.
fn disconnecting<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let rest = strip(line.text, b"Disconnecting")?;
    if !matches!(rest.first(), Some(b' ' | b':')) {
        return None;
    }
    let before = line.preauth || rest.ends_with(b": Too many authentication failures");
    let kind = if before { Kind::EndedBefore { who: Who::Nobody } } else { Kind::Accompanying };
    let mut event = Event::of(kind);
    event.cut = line.cut;
    Some(event)
}

/// `Received disconnect from IP port N:CODE: TEXT`, up to 7.1 `from IP: CODE: TEXT`: the text is the client's.
fn received<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let rest = strip(line.text, b"Received disconnect from ")?;
    let kind = if line.preauth { Kind::EndedBefore { who: Who::Nobody } } else { Kind::EndedAfter };
    let mut event = Event::of(kind);
    let blank = memchr::memchr(b' ', rest)?;
    let (first, behind) = (&rest[..blank], &rest[blank + 1..]);
    match strip(behind, b"port ") {
        Some(digits) => {
            event.address = super::auth::address(first);
            event.port = number(&digits[..memchr::memchr(b':', digits)?]);
        }
        None => event.address = super::auth::address(first.strip_suffix(b":")?),
    }
    Some(event)
}

/// `Read error from remote host IP port N: E`.
fn read_error(text: &[u8]) -> Option<Event<'_>> {
    let rest = strip(text, b"Read error from remote host ")?;
    let at = memchr::memmem::find(rest, b": ")?;
    let mut event = Event::of(Kind::EndedAfter);
    match peer(&rest[..at]) {
        Some((from, port)) => (event.address, event.port) = (Some(from), Some(port)),
        None => event.address = super::auth::address(&rest[..at]),
    }
    Some(event)
}

/// `Timeout before authentication …` by the listener (9.8 and later) or by the process itself, and
/// `Timeout, client not responding[ from user U IP port N]`.
fn timeout<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    if let Some(rest) = strip(line.text, b"Timeout before authentication for ") {
        let pid = memchr::memmem::rfind(rest, b", pid = ").map(|at| &rest[at + 8..]);
        if let (true, Some(pid)) = (rest.starts_with(b"connection from "), pid) {
            let digits = pid.iter().position(|b| !b.is_ascii_digit()).unwrap_or(pid.len());
            let mut event = Event::of(Kind::GraceTimeout);
            event.about = Some(number(&pid[..digits])?);
            return Some(event);
        }
        let mut event = Event::of(Kind::EndedBefore { who: Who::Nobody });
        (event.address, event.port) = peer(rest).map_or((None, None), |(from, port)| (Some(from), Some(port)));
        return Some(event);
    }
    let rest = strip(line.text, b"Timeout, client not responding")?;
    match strip(rest, b" from ") {
        Some(rest) => end(line, rest),
        None => Some(Event::of(Kind::Accompanying)),
    }
}

/// `TAG: Connection from [WHO ]IP port N: ERR`, the tag being a function of sshd or `banner exchange`.
fn tagged<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let at = memchr::memmem::find(line.text, b": Connection ")?;
    if !line.text[..at].iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b' ' | b':')) {
        return None;
    }
    let rest = &line.text[at + 13..];
    let rest = strip(rest, b"from ").or_else(|| strip(rest, b"to "))?;
    end(line, until_error(line, rest)?)
}

/// The peer before `: ERR`. The error is sshd's own text, so the last colon with a blank that follows a port is the one.
fn until_error<'a>(line: &Line<'_>, rest: &'a [u8]) -> Option<&'a [u8]> {
    if line.cut {
        return Some(rest);
    }
    memchr::memmem::rfind_iter(rest, b": ").map(|at| &rest[..at]).find(|head| {
        let port = memchr::memmem::rfind(head, b" port ").map(|at| &head[at + 6..]);
        port.is_some_and(|port| number::<u16>(port).is_some())
    })
}
