//! sshd's lines about log-ins (auth.c, auth2.c, auth-pam.c, monitor.c, session.c), by their first byte.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::fields::{
    Peer, host_maybe_port, host_port_then, id, name_from, name_from_port, split_at_last,
};
use super::line::{Line, number};
use super::{Event, Hindrance, Kind, ended, known, pam};

/// The event of a line of sshd.
pub(super) fn parse<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let text = line.text;
    let rest = |words: &[u8]| text.strip_prefix(words);
    let event = match text.first()? {
        b'F' => rest(b"Failed ")
            .and_then(|rest| attempt(line, rest, |valid| Some(Kind::Failed { valid }))),
        b'A' => accepted(line),
        b'R' => rest(b"ROOT LOGIN REFUSED FROM ").and_then(root_refused),
        b'i' => rest(b"input_userauth_request: invalid user ").map(|name| requested(line, name)),
        b'I' => rest(b"Invalid user ").and_then(|rest| invalid_user(line, rest)),
        b'p' => rest(b"pam_").and_then(pam::module),
        b'P' => postponed(line),
        b'm' => rest(b"maximum authentication attempts exceeded for ")
            .and_then(|rest| max_attempts(line, rest)),
        b'U' => user(line),
        b'S' => rest(b"Starting session: ").and_then(|rest| starting_session(line, rest)),
        b'C' => rest(b"Close session: user ")
            .and_then(|rest| close_session(line, rest))
            .or_else(|| connection(line)),
        b'a' => rest(b"administratively prohibited connection for ")
            .and_then(|rest| prohibited(line, rest)),
        _ => None,
    };
    event
        .or_else(|| no_session(line))
        .or_else(|| ended::parse(line))
        .or_else(|| known::parse(line))
}

/// `Accepted METHOD for U from …` and `Access denied for user U by …`. `Accepted key …`, `Accepted certificate …` are no
/// log-ins: sshd prints them even for the mere question whether a key would do.
fn accepted<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    if let Some(rest) = line.text.strip_prefix(b"Accepted ") {
        return attempt(line, rest, |valid| valid.then_some(Kind::Accepted));
    }
    let rest = line.text.strip_prefix(b"Access denied for user ")?;
    let event = Event::of(Kind::AccessDenied);
    if line.cut {
        return Some(event);
    }
    Some(Event {
        user: Some(line.account(rest.strip_suffix(b" by PAM account configuration")?)),
        ..event
    })
}

/// What `U from IP port P ssh2` tells.
struct Attempt<'a> {
    valid: bool,
    user: Option<Cow<'a, [u8]>>,
    peer: Peer<'a>,
}

/// `METHOD for [invalid user ]U from IP port P ssh2[: EXTRA]`, the line of auth.c's `auth_log`.
fn attempt<'a>(
    line: &Line<'a>,
    rest: &'a [u8],
    kind: impl Fn(bool) -> Option<Kind>,
) -> Option<Event<'a>> {
    let (method, rest) = rest.split_at(memchr(b' ', rest)?);
    let method = std::str::from_utf8(method)
        .ok()
        .filter(|method| !method.is_empty())?;
    let attempt = attempted(line, rest.strip_prefix(b" for ")?)?;
    let event = Event::of(kind(attempt.valid)?);
    let event = Event {
        user: attempt.user,
        method: Some(Cow::Borrowed(method)),
        ..event
    };
    Some(attempt.peer.put(event))
}

/// `[invalid user ]U from IP port P ssh2[: EXTRA]`.
///
/// An invalid user's name is whatever the client sent, so the right end is what counts, and it can bear no EXTRA. A valid
/// one is an account's name, but EXTRA may be the client's (a certificate's id), so the first fitting words count.
fn attempted<'a>(line: &Line<'a>, text: &'a [u8]) -> Option<Attempt<'a>> {
    if let Some(rest) = text.strip_prefix(b"invalid user ") {
        if line.cut {
            return Some(Attempt {
                valid: false,
                user: None,
                peer: Peer::default(),
            });
        }
        let rest = rest
            .strip_suffix(b" ssh2")
            .or_else(|| rest.strip_suffix(b" ssh1"))?;
        let (name, peer) = name_from_port(rest)?;
        return Some(Attempt {
            valid: false,
            user: Some(line.account(name)),
            peer,
        });
    }
    match valid_attempt(line.cut, text) {
        Some((name, peer)) => Some(Attempt {
            valid: true,
            user: Some(line.account(name)),
            peer,
        }),
        None if line.cut => Some(Attempt {
            valid: true,
            user: None,
            peer: Peer::default(),
        }),
        None => None,
    }
}

/// `U from IP port P ssh2[: EXTRA]` with the shortest U.
fn valid_attempt(cut: bool, text: &[u8]) -> Option<(&[u8], Peer<'_>)> {
    memchr_iter(b' ', text)
        .skip_while(|at| *at == 0)
        .find_map(|at| {
            let (peer, rest) = host_port_then(text[at..].strip_prefix(b" from ")?)?;
            let rest = rest
                .strip_prefix(b" ssh2")
                .or_else(|| rest.strip_prefix(b" ssh1"))?;
            // Where the message was cut, an end that looks whole proves nothing; words with more behind them stand.
            let whole = (rest.is_empty() && !cut) || rest.starts_with(b": ");
            whole.then_some((&text[..at], peer))
        })
}

/// `Postponed METHOD for …`, `Partial METHOD for …`, and PAM's own.
fn postponed<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let text = line.text;
    if let Some(rest) = text
        .strip_prefix(b"Postponed ")
        .or_else(|| text.strip_prefix(b"Partial "))
    {
        return attempt(line, rest, |_| Some(Kind::Underway));
    }
    pam::error(line, text.strip_prefix(b"PAM: ")?)
}

/// `Invalid user U from IP[ port P]`, the port since 7.3.
fn invalid_user<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let event = Event::of(Kind::InvalidUser);
    if line.cut {
        return Some(event);
    }
    let (name, peer) = name_from_port(rest).or_else(|| name_from(rest))?;
    Some(peer.put(Event {
        user: Some(line.account(name)),
        ..event
    }))
}

/// `maximum authentication attempts exceeded for [invalid user ]U from IP port P ssh2`.
fn max_attempts<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let attempt = attempted(line, rest)?;
    Some(attempt.peer.put(Event {
        user: attempt.user,
        ..Event::of(Kind::MaxAttempts {
            valid: attempt.valid,
        })
    }))
}

/// `administratively prohibited connection for [invalid user ]U from IP port P` (9.9). An invalid user is no account that
/// sshd refused: nothing says that there is one.
fn prohibited<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let sent = rest.strip_prefix(b"invalid user ");
    let kind = if sent.is_some() {
        Kind::InvalidUser
    } else {
        Kind::NotAllowed
    };
    let event = Event {
        detail: Some(Cow::Borrowed("administratively prohibited")),
        ..Event::of(kind)
    };
    if line.cut {
        return Some(event);
    }
    let (name, peer) = name_from_port(sent.unwrap_or(rest))?;
    Some(peer.put(Event {
        user: Some(line.account(name)),
        ..event
    }))
}

/// `input_userauth_request: invalid user U` of the network child, up to 7.4, beside the monitor's own line.
fn requested<'a>(line: &Line<'a>, name: &'a [u8]) -> Event<'a> {
    Event {
        user: (!line.cut).then(|| line.account(name)),
        ..Event::of(Kind::InvalidUser)
    }
}

/// `ROOT LOGIN REFUSED FROM IP[ port P]`, told twice, and beside the `Failed … for root` that counts.
fn root_refused(rest: &[u8]) -> Option<Event<'_>> {
    let (user, detail) = (
        Some(Cow::Borrowed(&b"root"[..])),
        Some(Cow::Borrowed("PermitRootLogin")),
    );
    Some(host_maybe_port(rest)?.put(Event {
        user,
        detail,
        ..Event::of(Kind::NotAllowed)
    }))
}

/// `User child is on pid N` and `User U [from HOST ]not allowed because R`.
fn user<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let rest = line.text.strip_prefix(b"User ")?;
    if let Some(pid) = rest.strip_prefix(b"child is on pid ") {
        return Some(Event {
            about: Some(number(pid)?),
            ..Event::of(Kind::ChildPid)
        });
    }
    let (name, reason) = split_at_last(rest, b" not allowed because ").filter(|_| !line.cut)?;
    let event = Event {
        detail: std::str::from_utf8(reason).ok().map(Cow::Borrowed),
        ..Event::of(Kind::NotAllowed)
    };
    let (name, peer) = match reason {
        b"listed in DenyUsers"
        | b"not listed in AllowUsers"
        | b"not in any group"
        | b"a group is listed in DenyGroups"
        | b"none of user's groups are listed in AllowGroups" => name_from(name)?,
        b"account is locked" => (name, Peer::default()),
        shell if shell.starts_with(b"shell ") => {
            let path = shell
                .strip_suffix(b" does not exist")
                .or_else(|| shell.strip_suffix(b" is not executable"));
            path.map(|_| (name, Peer::default()))?
        }
        file if file.starts_with(b"/") && file.ends_with(b" exists") => (name, Peer::default()),
        _ => return None,
    };
    Some(peer.put(Event {
        user: Some(line.account(name)),
        ..event
    }))
}

/// `Connection from IP port P on L port Q[ rdomain "R"]` (VERBOSE).
fn connection<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let (peer, rest) = host_port_then(line.text.strip_prefix(b"Connection from ")?)?;
    let (_, rest) = host_port_then(rest.strip_prefix(b" on ")?)?;
    let whole = rest.is_empty() || (rest.starts_with(b" rdomain \"") && rest.ends_with(b"\""));
    whole.then(|| peer.put(Event::of(Kind::Connection)))
}

/// `Starting session: TYPE for U from IP port P[ id N]`: the type may be the client's (a subsystem's name), the end is sshd's.
fn starting_session<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let event = Event::of(Kind::StartingSession);
    if line.cut {
        return Some(event);
    }
    let (head, peer) = name_from_port(without_channel(rest))?;
    let (what, name) = split_at_last(head, b" for ")?;
    let detail = std::str::from_utf8(what).ok().map(Cow::Borrowed);
    Some(peer.put(Event {
        user: Some(line.account(name)),
        detail,
        ..event
    }))
}

/// `Close session: user U from IP port P id N`.
fn close_session<'a>(line: &Line<'a>, rest: &'a [u8]) -> Option<Event<'a>> {
    let (name, peer) = name_from_port(without_channel(rest))?;
    Some(peer.put(Event {
        user: Some(line.account(name)),
        ..Event::of(Kind::CloseSession)
    }))
}

/// The text without the ` id N` that it ends in since 7.2.
fn without_channel(text: &[u8]) -> &[u8] {
    match split_at_last(text, b" id ") {
        Some((rest, channel)) if !channel.is_empty() && channel.iter().all(u8::is_ascii_digit) => {
            rest
        }
        _ => text,
    }
}

/// `Connection from WHO IP port N: refusing non-sftp session`, `subsystem request for S by user U failed, R` and a chroot
/// that sshd refuses: the log-in stood, and no sftp session comes of it.
fn no_session<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let event = |hindrance, user, words: &'a [u8]| {
        let detail = std::str::from_utf8(words).ok().map(Cow::Borrowed);
        Event {
            user,
            detail,
            ..Event::of(Kind::Hindered(hindrance))
        }
    };
    let text = line.text;
    if let Some(rest) = text.strip_prefix(b"Connection from ") {
        const REFUSAL: &[u8] = b"refusing non-sftp session";
        let id = id(rest.strip_suffix(REFUSAL)?.strip_suffix(b": ")?, line.cut)?;
        let user = id.user.map(|name| line.account(name));
        return Some(id.peer.put(event(Hindrance::NotSftp, user, REFUSAL)));
    }
    if let Some(rest) = text.strip_prefix(b"subsystem request for ") {
        let head = rest.strip_suffix(b" failed, subsystem not found");
        let head = head
            .or_else(|| rest.strip_suffix(b" failed, execution failed"))
            .filter(|_| !line.cut);
        let parts = head.and_then(|head| split_at_last(head, b" by user "));
        let user = parts.map(|(_, name)| line.account(name));
        // Whoever asks for another subsystem has not come for files.
        return match parts {
            Some((b"sftp", _)) => Some(event(Hindrance::Subsystem, user, text)),
            _ => Some(Event {
                kind: Kind::Accompanying,
                ..event(Hindrance::Subsystem, user, text)
            }),
        };
    }
    let chroot = [
        &b"bad ownership or modes for chroot directory "[..],
        b"chroot path ",
        b"chroot(",
        b"Unable to chdir to chroot path ",
    ];
    let of_chroot = chroot.iter().any(|words| text.starts_with(words));
    // It is not there, or a part of its path may not be passed.
    let missing = text
        .strip_prefix(b"safely_chroot: ")
        .filter(|words| words.starts_with(b"stat("));
    let words = missing.or_else(|| of_chroot.then_some(text))?;
    Some(event(Hindrance::Chroot, None, words))
}
