//! Parses sshd's lines about log-ins (auth.c, auth2.c, auth-pam.c, monitor.c, session.c), selected by their first byte.

use std::borrow::Cow;

use super::fields::{
    Peer, host_maybe_port, host_port_then, id, name_from, name_from_port, number, split_at_first,
    split_at_last,
};
use super::line::Line;
use super::{Event, Hindrance, Kind, ended, known, pam};
use crate::domain::base::scan;

/// The event of a line of sshd.
pub(super) fn parse<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    of_log_in(line, event)
        .or_else(|| no_session(line, event))
        .or_else(|| ended::parse(line, event))
        .or_else(|| known::parse(line, event))
}

/// The event of a line about a log-in.
#[inline]
fn of_log_in<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let text = line.text;
    match text.first()? {
        b'F' => {
            let kind = |valid| Some(Kind::Failed { valid });
            attempt(line, text.strip_prefix(b"Failed ")?, kind, event)
        }
        b'A' => accepted(line, event),
        b'R' => {
            let rest = text.strip_prefix(b"ROOT LOGIN REFUSED FROM ")?;
            root_refused(line, rest, event)
        }
        // Up to 7.4 the network child writes this line in addition to the monitor's own line.
        b'i' => {
            let name = text.strip_prefix(b"input_userauth_request: invalid user ")?;
            line.put_end(Kind::InvalidUser, Some((name, Peer::default())), event)
        }
        b'I' => invalid_user(line, text.strip_prefix(b"Invalid user ")?, event),
        b'p' => pam::module(text.strip_prefix(b"pam_")?, event),
        b'P' => postponed(line, event),
        b'm' => {
            let rest = text.strip_prefix(b"maximum authentication attempts exceeded for ")?;
            max_attempts(line, rest, event)
        }
        b'U' => user(line, event),
        b'S' => {
            let rest = text.strip_prefix(b"Starting session: ")?;
            starting_session(line, rest, event)
        }
        b'C' => match text.strip_prefix(b"Close session: user ") {
            Some(rest) => close_session(line, rest, event),
            None => connection(line, event),
        },
        b'a' => {
            let rest = text.strip_prefix(b"administratively prohibited connection for ")?;
            prohibited(line, rest, event)
        }
        _ => None,
    }
}

/// `Accepted METHOD for U from …` and `Access denied for user U by …`. `Accepted key …` and `Accepted certificate …` are not
/// log-ins: sshd also prints them when a client only asks whether a key would be accepted.
fn accepted<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    if let Some(rest) = line.text.strip_prefix(b"Accepted ") {
        return attempt(line, rest, |valid| valid.then_some(Kind::Accepted), event);
    }
    let rest = line.text.strip_prefix(b"Access denied for user ")?;
    let name = rest.strip_suffix(b" by PAM account configuration");
    let end = name.map(|name| (name, Peer::default()));
    line.put_end(Kind::AccessDenied, end, event)
}

/// `METHOD for [invalid user ]U from IP port P ssh2[: EXTRA]`, the line of auth.c's `auth_log`.
fn attempt<'a>(
    line: &Line<'a>,
    rest: &'a [u8],
    kind: impl Fn(bool) -> Option<Kind>,
    event: &mut Event<'a>,
) -> Option<()> {
    let (method, rest) = rest.split_at(scan::find(b' ', rest)?);
    let method = match method {
        b"" => return None,
        b"password" => "password",
        b"publickey" => "publickey",
        other => std::str::from_utf8(other).ok()?,
    };
    let (valid, end, extra) = attempted(line, rest.strip_prefix(b" for ")?)?;
    let kind = kind(valid)?;
    line.put_found(kind, end, event);
    if kind == Kind::Accepted && method == "publickey" {
        event.fingerprint = extra.and_then(|extra| fingerprint(extra, line.cut));
    }
    event.method = Some(Cow::Borrowed(method));
    Some(())
}

/// The fingerprint in `: TYPE FINGERPRINT[ …]`. Only words after it may come from the client (a certificate's id).
fn fingerprint(extra: &[u8], cut: bool) -> Option<Cow<'_, str>> {
    let (_, rest) = split_at_first(extra.strip_prefix(b": ")?, b" ")?;
    let end = scan::find(b' ', rest);
    // In a cut message, the last word may have lost its end.
    let word = match end {
        Some(end) => &rest[..end],
        None if cut => return None,
        None => rest,
    };
    let word = std::str::from_utf8(word).ok()?.trim_end_matches(',');
    // Without a name of the hash before 6.8.
    let is_md5 = || word.len() == 47 && word.split(':').all(|byte| byte.len() == 2);
    let is_one = word.starts_with("SHA256:") || word.starts_with("MD5:") || is_md5();
    is_one.then_some(Cow::Borrowed(word))
}

/// `[invalid user ]U from IP port P ssh2[: EXTRA]`: returns whether sshd considers the account valid, its name and its peer,
/// and `: EXTRA` of a valid one. A cut line may lack name and peer.
///
/// The client chooses the name of an invalid user, so the parser relies on the right end of the line; such a line has no EXTRA.
/// The name of a valid user is an account's name, but EXTRA may come from the client (a certificate's id), so the parser takes
/// the first words that fit.
#[inline]
fn attempted<'a>(line: &Line<'a>, text: &'a [u8]) -> Option<Attempt<'a>> {
    let (valid, end, extra) = match text.strip_prefix(b"invalid user ") {
        Some(_) if line.cut => (false, None, None),
        Some(rest) => (false, before_version(rest).and_then(name_from_port), None),
        None => match valid_attempt(line.cut, text) {
            Some((end, extra)) => (true, Some(end), Some(extra)),
            None => (true, None, None),
        },
    };
    (end.is_some() || line.cut).then_some((valid, end, extra))
}

/// Whether the account is valid, the account, and the text after it.
type Attempt<'a> = (bool, Option<NamedPeer<'a>>, Option<&'a [u8]>);

/// An account's name, still escaped, and its peer.
type NamedPeer<'a> = (&'a [u8], Peer<'a>);

/// `U from IP port P ssh2[: EXTRA]` with the shortest U; also returns `: EXTRA`.
fn valid_attempt(cut: bool, text: &[u8]) -> Option<(NamedPeer<'_>, &[u8])> {
    let mut from = 1;
    loop {
        let at = from + scan::find(b' ', text.get(from..)?)?;
        if let Some(found) = attempt_at(cut, text, at) {
            return Some(found);
        }
        from = at + 1;
    }
}

/// The same with a U that ends here.
fn attempt_at(cut: bool, text: &[u8], at: usize) -> Option<(NamedPeer<'_>, &[u8])> {
    let (peer, rest) = host_port_then(text[at..].strip_prefix(b" from ")?)?;
    let rest = rest
        .strip_prefix(b" ssh2")
        .or_else(|| rest.strip_prefix(b" ssh1"))?;
    // In a cut message, an end that looks complete proves nothing. Words with more text after them are reliable.
    let whole = (rest.is_empty() && !cut) || rest.starts_with(b": ");
    whole.then_some(((&text[..at], peer), rest))
}

/// The text before its trailing ` ssh2` or ` ssh1`.
fn before_version(text: &[u8]) -> Option<&[u8]> {
    let ssh2 = text.strip_suffix(b" ssh2");
    ssh2.or_else(|| text.strip_suffix(b" ssh1"))
}

/// `Postponed METHOD for …`, `Partial METHOD for …`, and `PAM: …`.
fn postponed<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let text = line.text;
    if let Some(rest) = text
        .strip_prefix(b"Postponed ")
        .or_else(|| text.strip_prefix(b"Partial "))
    {
        return attempt(line, rest, |_| Some(Kind::Underway), event);
    }
    pam::error(line, text.strip_prefix(b"PAM: ")?, event)
}

/// `Invalid user U from IP[ port P]`; the port since 7.3.
fn invalid_user<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    let end = name_from_port(rest).or_else(|| name_from(rest));
    line.put_end(Kind::InvalidUser, end, event)
}

/// `maximum authentication attempts exceeded for [invalid user ]U from IP port P ssh2`.
fn max_attempts<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    let (valid, end, _) = attempted(line, rest)?;
    line.put_found(Kind::MaxAttempts { valid }, end, event);
    Some(())
}

/// `administratively prohibited connection for [invalid user ]U from IP port P` (9.9). For an invalid user, sshd did not refuse
/// an account, because the account may not exist.
fn prohibited<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    let sent = rest.strip_prefix(b"invalid user ");
    let kind = match sent {
        Some(_) => Kind::InvalidUser,
        None => Kind::NotAllowed,
    };
    line.put_end(kind, name_from_port(sent.unwrap_or(rest)), event)?;
    event.put_detail(b"administratively prohibited");
    Some(())
}

/// `ROOT LOGIN REFUSED FROM IP[ port P]`: sshd writes it twice, in addition to the `Failed … for root` that counts.
fn root_refused<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    let end = Some((&b"root"[..], host_maybe_port(rest)?));
    line.put_found(Kind::NotAllowed, end, event);
    event.put_detail(b"PermitRootLogin");
    Some(())
}

/// `User child is on pid N` and `User U [from HOST ]not allowed because R`.
fn user<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let rest = line.text.strip_prefix(b"User ")?;
    if let Some(pid) = rest.strip_prefix(b"child is on pid ") {
        event.about = Some(number(pid)?);
        event.kind = Kind::ChildPid;
        return Some(());
    }
    let (name, reason) = split_at_last(rest, b" not allowed because ").filter(|_| !line.cut)?;
    let (name, peer) = match reason {
        b"listed in DenyUsers"
        | b"not listed in AllowUsers"
        | b"not in any group"
        | b"a group is listed in DenyGroups"
        | b"none of user's groups are listed in AllowGroups" => name_from(name)?,
        b"account is locked" => (name, Peer::default()),
        _ if names_path(reason) => (name, Peer::default()),
        _ => return None,
    };
    line.put_found(Kind::NotAllowed, Some((name, peer)), event);
    event.put_detail(reason);
    Some(())
}

/// `shell PATH does not exist`, `shell PATH is not executable`, `PATH exists`.
fn names_path(reason: &[u8]) -> bool {
    match reason.strip_prefix(b"shell ") {
        Some(_) => reason.ends_with(b" does not exist") || reason.ends_with(b" is not executable"),
        None => reason.starts_with(b"/") && reason.ends_with(b" exists"),
    }
}

/// `Connection from IP port P on L port Q[ rdomain "R"]` (VERBOSE).
fn connection<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let (peer, rest) = host_port_then(line.text.strip_prefix(b"Connection from ")?)?;
    let (_, rest) = host_port_then(rest.strip_prefix(b" on ")?)?;
    let whole = rest.is_empty() || (rest.starts_with(b" rdomain \"") && rest.ends_with(b"\""));
    whole.then(|| {
        event.kind = Kind::Connection;
        peer.put(event);
    })
}

/// `Starting session: TYPE for U from IP port P[ id N]`: the client may choose the type (a subsystem's name); sshd writes the
/// end.
fn starting_session<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    if line.cut {
        event.kind = Kind::StartingSession;
        return Some(());
    }
    let (head, peer) = name_from_port(without_channel(rest))?;
    let (what, name) = split_at_last(head, b" for ")?;
    line.put_found(Kind::StartingSession, Some((name, peer)), event);
    event.put_detail(what);
    Some(())
}

/// `Close session: user U from IP port P id N`.
fn close_session<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    let end = name_from_port(without_channel(rest))?;
    line.put_found(Kind::CloseSession, Some(end), event);
    Some(())
}

/// The text without its trailing ` id N` (since 7.2).
fn without_channel(text: &[u8]) -> &[u8] {
    match split_at_last(text, b" id ") {
        Some((rest, channel)) if !channel.is_empty() && channel.iter().all(u8::is_ascii_digit) => {
            rest
        }
        _ => text,
    }
}

/// `Connection from WHO IP port N: refusing non-sftp session`, `subsystem request for S by user U failed, R` and a chroot that
/// sshd refuses: the log-in succeeded, but no sftp session follows.
fn no_session<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let text = line.text;
    if !matches!(text.first()?, b'C' | b's' | b'b' | b'c' | b'U') {
        return None;
    }
    if let Some(rest) = text.strip_prefix(b"Connection from ") {
        const REFUSAL: &[u8] = b"refusing non-sftp session";
        let id = id(rest.strip_suffix(REFUSAL)?.strip_suffix(b": ")?, line.cut)?;
        event.kind = Kind::Hindered(Hindrance::NotSftp);
        event.put_detail(REFUSAL);
        line.put_id(id, event);
        return Some(());
    }
    if let Some(rest) = text.strip_prefix(b"subsystem request for ") {
        event.kind = Kind::Accompanying;
        event.put_detail(text);
        let head = rest.strip_suffix(b" failed, subsystem not found");
        let head = head.or_else(|| rest.strip_suffix(b" failed, execution failed"));
        let parts = head.and_then(|head| split_at_last(head, b" by user "));
        if let Some((subsystem, name)) = parts.filter(|_| !line.cut) {
            line.put_user(name, Peer::default(), event);
            // A client that asks for another subsystem does not want files.
            if subsystem == b"sftp" {
                event.kind = Kind::Hindered(Hindrance::Subsystem);
            }
        }
        return Some(());
    }
    let of_chroot = [
        &b"bad ownership or modes for chroot directory "[..],
        b"chroot path ",
        b"chroot(",
        b"Unable to chdir to chroot path ",
    ];
    // The directory does not exist, or a directory in its path is not accessible.
    let missing = text
        .strip_prefix(b"safely_chroot: ")
        .filter(|words| words.starts_with(b"stat("));
    let known = of_chroot.iter().any(|words| text.starts_with(words));
    let words = missing.or_else(|| known.then_some(text))?;
    event.kind = Kind::Hindered(Hindrance::Chroot);
    event.put_detail(words);
    Some(())
}
