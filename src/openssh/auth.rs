//! The lines of sshd itself: log-ins, failures, refusals (auth.c, auth2*.c, monitor.c, session.c). Ends of connections
//! are in [`super::ended`].

use std::borrow::Cow;

use super::line::{Level, Line, ascii, decode, decode_forwarded, number};
use super::{Event, Kind, Who, ended, other};

/// What a line of sshd says; none where it says nothing that is known.
pub(super) fn parse<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    if line.level == Level::Debug {
        return Some(Event::of(Kind::Accompanying));
    }
    let text = line.text;
    match text.first()? {
        b'A' => strip(text, b"Accepted ")
            .and_then(accepted)
            .or_else(|| access_denied(line))
            .or_else(|| other::parse(line)),
        b'F' => strip(text, b"Failed ").and_then(|rest| attempt(line, rest)).or_else(|| other::parse(line)),
        b'P' => match (strip(text, b"Postponed ").or_else(|| strip(text, b"Partial ")), strip(text, b"PAM: ")) {
            (Some(rest), _) => underway(line, rest),
            (_, Some(rest)) => pam_error(line, rest),
            _ => other::parse(line),
        },
        b'I' => strip(text, b"Invalid user ").and_then(|rest| invalid_user(line, rest)).or_else(|| other::parse(line)),
        b'i' => input_userauth(line).or_else(|| other::parse(line)),
        b'U' => strip(text, b"User ")
            .and_then(|rest| child_pid(rest).or_else(|| not_allowed(rest)))
            .or_else(|| ended::parse(line))
            .or_else(|| other::parse(line)),
        b'm' => strip(text, b"maximum authentication attempts exceeded for ")
            .and_then(|rest| max_attempts(line, rest))
            .or_else(|| other::parse(line)),
        b'a' => strip(text, b"administratively prohibited connection for ")
            .and_then(|rest| prohibited(line, rest))
            .or_else(|| other::parse(line)),
        b'p' => pam_session(text).or_else(|| ended::parse(line)).or_else(|| other::parse(line)),
        b'S' | b'C' => session(text).or_else(|| ended::parse(line)).or_else(|| other::parse(line)),
        b'R' => root_refused(text).or_else(|| ended::parse(line)).or_else(|| other::parse(line)),
        _ => ended::parse(line).or_else(|| other::parse(line)),
    }
}

pub(super) fn strip<'a>(text: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(start)
}

/// A name: what the monitor wrote itself is escaped once, what it wrote for the network child once more (up to 10.2).
pub(super) fn name<'a>(line: &Line<'_>, escaped: &'a [u8]) -> Cow<'a, [u8]> {
    if line.preauth { decode_forwarded(escaped) } else { decode(escaped, false) }
}

/// An address as sshd prints it: no blanks, never empty.
pub(super) fn address(text: &[u8]) -> Option<Cow<'_, str>> {
    let plain = !text.is_empty() && text.iter().all(|b| b.is_ascii_graphic());
    ascii(text).filter(|_| plain).map(Cow::Borrowed)
}

/// `IP port P` that fills all of `text`.
pub(super) fn peer(text: &[u8]) -> Option<(Cow<'_, str>, u16)> {
    let at = memchr::memmem::find(text, b" port ")?;
    Some((address(&text[..at])?, number(&text[at + 6..])?))
}

/// `METHOD for …`: the method, and what follows.
fn method(rest: &[u8]) -> Option<(Cow<'_, str>, &[u8])> {
    let at = memchr::memmem::find(rest, b" for ")?;
    Some((address(&rest[..at])?, &rest[at + 5..]))
}

/// `U from IP port P ssh2[: EXTRA]` of an account that exists: anchored left, the shortest U, since EXTRA (a certificate's
/// key id) may be anyone's text.
fn known_user(rest: &[u8]) -> Option<(&[u8], Cow<'_, str>, u16)> {
    memchr::memmem::find_iter(rest, b" from ").filter(|&at| at > 0).find_map(|at| {
        let behind = &rest[at + 6..];
        let port = memchr::memmem::find(behind, b" port ")?;
        let from = address(&behind[..port])?;
        let digits = &behind[port + 6..];
        let end = digits.iter().position(|b| !b.is_ascii_digit())?;
        let number = number(&digits[..end])?;
        let end = digits[end..].strip_prefix(b" ssh2").or_else(|| digits[end..].strip_prefix(b" ssh1"))?;
        (end.is_empty() || end.starts_with(b": ")).then(|| (&rest[..at], from, number))
    })
}

/// `U from IP port P ssh2` of a name that anyone may have sent: anchored right, the longest U. Nothing where the message
/// was cut, since then its end may be part of the name.
fn sent_user<'a>(line: &Line<'_>, rest: &'a [u8], end: &[u8]) -> Option<(&'a [u8], Cow<'a, str>, u16)> {
    let rest = rest.strip_suffix(end).filter(|_| !line.cut)?;
    let at = memchr::memmem::rfind(rest, b" from ")?;
    let (from, port) = peer(&rest[at + 6..])?;
    Some((&rest[..at], from, port))
}

fn accepted(rest: &[u8]) -> Option<Event<'_>> {
    let (method, rest) = method(rest)?;
    let (user, from, port) = known_user(rest)?;
    let mut event = Event::of(Kind::Accepted);
    event.user = Some(decode(user, false));
    event.address = Some(from);
    event.port = Some(port);
    event.method = Some(method);
    Some(event)
}

/// `Failed METHOD for [invalid user ]U from IP port P ssh2[: EXTRA]`.
fn attempt<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let (method, rest) = method(rest)?;
    let mut event = of_user(line, rest, |valid| Kind::Failed { valid })?;
    event.method = Some(method);
    Some(event)
}

fn underway<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let (method, rest) = method(rest)?;
    let mut event = of_user(line, rest, |_| Kind::Underway)?;
    event.method = Some(method);
    Some(event)
}

fn max_attempts<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    of_user(line, rest, |valid| Kind::MaxAttempts { valid })
}

/// `[invalid user ]U from IP port P ssh2`.
fn of_user<'a>(line: &Line<'a>, rest: &'a [u8], kind: impl Fn(bool) -> Kind) -> Option<Event<'a>> {
    let sent = rest.strip_prefix(b"invalid user ");
    let mut event = Event::of(kind(sent.is_none()));
    let (user, from, port) = match sent {
        Some(_) if line.cut => {
            event.cut = true;
            return Some(event);
        }
        Some(rest) => sent_user(line, rest, b" ssh2").or_else(|| sent_user(line, rest, b" ssh1"))?,
        None => known_user(rest)?,
    };
    event.user = Some(name(line, user));
    event.address = Some(from);
    event.port = Some(port);
    Some(event)
}

/// `Invalid user U from IP[ port P]`; without the port up to 7.2.
fn invalid_user<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let mut event = Event::of(Kind::InvalidUser);
    if line.cut {
        event.cut = true;
        return Some(event);
    }
    let at = memchr::memmem::rfind(rest, b" from ")?;
    let behind = &rest[at + 6..];
    (event.address, event.port) = match peer(behind) {
        Some((from, port)) => (Some(from), Some(port)),
        None => (Some(address(behind)?), None),
    };
    event.user = Some(name(line, &rest[..at]));
    Some(event)
}

/// `input_userauth_request: invalid user U [preauth]`, up to 7.4.
fn input_userauth<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let user = strip(line.text, b"input_userauth_request: invalid user ")?;
    let mut event = Event::of(Kind::InvalidUser);
    event.cut = line.cut;
    event.user = (!line.cut).then(|| name(line, user));
    Some(event)
}

/// `error: PAM: TEXT for [illegal user ]U from HOST` (auth-pam.c).
fn pam_error<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    if line.level != Level::Error {
        return None;
    }
    let rest = &rest[memchr::memmem::find(rest, b" for ")? + 5..];
    let sent = rest.strip_prefix(b"illegal user ");
    let mut event = Event::of(Kind::PamError { valid: sent.is_none() });
    if line.cut {
        event.cut = true;
        return sent.map(|_| event);
    }
    let rest = sent.unwrap_or(rest);
    let at = memchr::memmem::rfind(rest, b" from ")?;
    event.address = Some(address(&rest[at + 6..])?);
    event.user = Some(name(line, &rest[..at]));
    event.method = Some(Cow::Borrowed("keyboard-interactive/pam"));
    Some(event)
}

/// `Access denied for user U by PAM account configuration` (auth2.c).
fn access_denied<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let user = strip(line.text, b"Access denied for user ")?.strip_suffix(b" by PAM account configuration")?;
    let mut event = Event::of(Kind::AccessDenied);
    event.user = Some(name(line, user));
    Some(event)
}

/// The reasons of `User U [from H ]not allowed because …` (auth.c, session.c), as they begin or end.
const REASONS: [&[u8]; 7] = [
    b"listed in DenyUsers",
    b"not listed in AllowUsers",
    b"not in any group",
    b"a group is listed in DenyGroups",
    b"none of user's groups are listed in AllowGroups",
    b"account is locked",
    b"shell ",
];

fn not_allowed(rest: &[u8]) -> Option<Event<'_>> {
    let at = memchr::memmem::find(rest, b" not allowed because ")?;
    let reason = &rest[at + 21..];
    if !REASONS.iter().any(|known| reason.starts_with(known)) && !reason.ends_with(b" exists") {
        return None;
    }
    let mut event = Event::of(Kind::NotAllowed);
    let (user, from) = match memchr::memmem::rfind(&rest[..at], b" from ") {
        Some(from) => (&rest[..from], address(&rest[from + 6..at])),
        None => (&rest[..at], None),
    };
    event.user = Some(decode(user, false));
    event.address = from;
    event.detail = ascii(reason).map(Cow::Borrowed);
    Some(event)
}

/// `administratively prohibited connection for [invalid user ]U from IP port P` (RefuseConnection, 9.9 and later).
fn prohibited<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let sent = rest.strip_prefix(b"invalid user ");
    let mut event = Event::of(if sent.is_some() { Kind::InvalidUser } else { Kind::NotAllowed });
    event.detail = Some(Cow::Borrowed("RefuseConnection"));
    if line.cut {
        event.cut = true;
        return Some(event);
    }
    let (user, from, port) = sent_user(line, sent.unwrap_or(rest), b"")?;
    event.user = Some(name(line, user));
    event.address = Some(from);
    event.port = Some(port);
    Some(event)
}

/// `ROOT LOGIN REFUSED FROM IP[ port P]`, written by the monitor and once more by the network child.
fn root_refused(text: &[u8]) -> Option<Event<'_>> {
    let rest = strip(text, b"ROOT LOGIN REFUSED FROM ")?;
    let mut event = Event::of(Kind::NotAllowed);
    event.user = Some(Cow::Borrowed(b"root"));
    (event.address, event.port) = match peer(rest) {
        Some((from, port)) => (Some(from), Some(port)),
        None => (Some(address(rest)?), None),
    };
    event.detail = Some(Cow::Borrowed("PermitRootLogin"));
    Some(event)
}

/// `User child is on pid N` (VERBOSE).
fn child_pid(rest: &[u8]) -> Option<Event<'_>> {
    let mut event = Event::of(Kind::ChildPid);
    event.about = Some(number(strip(rest, b"child is on pid ")?)?);
    Some(event)
}

/// `pam_unix(sshd:session): session opened for user U[(uid=N)] by …`, `session closed for user U`, by any PAM module.
fn pam_session(text: &[u8]) -> Option<Event<'_>> {
    let rest = strip(text, b"pam_unix(sshd:session): session ")?;
    let (kind, rest) = match (strip(rest, b"opened for user "), strip(rest, b"closed for user ")) {
        (Some(rest), _) => (Kind::PamOpened, &rest[..memchr::memmem::find(rest, b" by ")?]),
        (_, Some(rest)) => (Kind::PamClosed, rest),
        _ => return None,
    };
    let user = match memchr::memmem::rfind(rest, b"(uid=") {
        Some(at) if rest.ends_with(b")") => &rest[..at],
        _ => rest,
    };
    let mut event = Event::of(kind);
    event.user = Some(Cow::Borrowed(user));
    Some(event)
}

/// `Starting session: TYPE[ on TTY] for U from IP port N[ id N]`, `Close session: user U from IP port N id N` (VERBOSE).
fn session(text: &[u8]) -> Option<Event<'_>> {
    let (kind, rest) = match (strip(text, b"Starting session: "), strip(text, b"Close session: user ")) {
        (Some(rest), _) => (Kind::StartingSession, rest),
        (_, Some(rest)) => (Kind::CloseSession, rest),
        _ => return None,
    };
    let rest = match memchr::memmem::rfind(rest, b" id ") {
        Some(at) if number::<u32>(&rest[at + 4..]).is_some() => &rest[..at],
        _ => rest,
    };
    let at = memchr::memmem::rfind(rest, b" from ")?;
    let (from, port) = peer(&rest[at + 6..])?;
    let head = &rest[..at];
    let mut event = Event::of(kind);
    let user = match kind {
        Kind::StartingSession => {
            let at = memchr::memmem::rfind(head, b" for ")?;
            event.detail = ascii(&head[..at]).map(Cow::Borrowed);
            &head[at + 5..]
        }
        _ => head,
    };
    event.user = Some(decode(user, false));
    event.address = Some(from);
    event.port = Some(port);
    Some(event)
}

/// What sshd calls a user before its name, and the name.
pub(super) fn who(preamble: &[u8]) -> Option<(Who, &[u8])> {
    strip(preamble, b"authenticating user ")
        .map(|name| (Who::Valid, name))
        .or_else(|| strip(preamble, b"invalid user ").map(|name| (Who::Invalid, name)))
        .or_else(|| strip(preamble, b"user ").map(|name| (Who::Valid, name)))
}
