//! Lines that end a connection (packet.c, serverloop.c, sshd.c, sshd-session.c), before log-in or after it.

use super::fields::{
    Id, Peer, host, host_maybe_port, host_port_then, id, number, split_at_first, split_at_last,
    words,
};
use super::line::Line;
use super::{Event, Kind, Who};

/// The `detail` of a connection that ended because its process got a request out of turn.
pub(crate) const UNPERMITTED: &str = "unpermitted request";

/// The event of a line that ends a connection.
pub(super) fn parse<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    untagged(line, event).or_else(|| tagged(line, event))
}

/// The event of a line without a tag.
#[inline]
fn untagged<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let text = line.text;
    match text.first()? {
        b'C' => {
            let who = text
                .strip_prefix(b"Connection closed by ")
                .or_else(|| text.strip_prefix(b"Connection reset by "));
            match who {
                Some(who) => ended(line, who, event),
                None => timed_out(line, event),
            }
        }
        b'D' => match text.strip_prefix(b"Disconnected from ") {
            Some(who) => ended(line, who, event),
            None => disconnecting(line, event),
        },
        b'R' => received(line, event),
        b'T' => timeout(line, event),
        // The process ends with this line after keyboard-interactive with an account that PAM refuses (monitor.c).
        b'm' => {
            text.strip_prefix(b"monitor_read: unpermitted request ")?;
            refused(Peer::default(), event);
            event.put_detail(UNPERMITTED.as_bytes());
            Some(())
        }
        b'U' => {
            let rest = text.strip_prefix(b"Unable to negotiate with ")?;
            refused(negotiation(rest)?, event);
            Some(())
        }
        b't' => ended(
            line,
            text.strip_prefix(b"terminating inactive connection from ")?,
            event,
        ),
        _ => None,
    }
}

/// The end of the connection with this id.
fn ended<'a>(line: &Line<'a>, who: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    end_of(line, id(who, line.cut)?, event);
    Some(())
}

/// The end of a connection. `authenticating user` and `invalid user` mean that the user had not logged in, even if the cut
/// removed ` [preauth]`.
fn end_of<'a>(line: &Line<'a>, id: Id<'a>, event: &mut Event<'a>) {
    event.kind = match line.preauth || id.before {
        true => Kind::EndedBefore { who: id.who },
        false => Kind::EndedAfter,
    };
    line.put_id(id, event);
}

/// The end of a connection whose line names no user.
fn nobody<'a>(line: &Line<'a>, peer: Peer<'a>, event: &mut Event<'a>) {
    let id = Id {
        peer,
        ..Id::default()
    };
    end_of(line, id, event);
}

/// `[WHO ]IP[ port N]: E. Their offer: O`; O comes from the client.
fn negotiation(rest: &[u8]) -> Option<Peer<'_>> {
    host_port_then(rest)
        .map(|(peer, _)| peer)
        .or_else(|| host(split_at_first(rest, b": ")?.0))
}

/// A connection that ended before the client sent a name.
fn refused<'a>(peer: Peer<'a>, event: &mut Event<'a>) {
    event.kind = Kind::EndedBefore { who: Who::Nobody };
    peer.put(event);
}

/// `Connection from [WHO ]IP port N timed out`, `Connection from [WHO ]IP port N: E`; up to 7.1
/// `Connection to IP timed out[ while waiting to read]`.
fn timed_out<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    if let Some(rest) = line.text.strip_prefix(b"Connection to ") {
        let (address, _) = split_at_first(rest, b" timed out")?;
        nobody(line, host(address)?, event);
        return Some(());
    }
    let rest = line.text.strip_prefix(b"Connection from ")?;
    match rest.strip_suffix(b" timed out").filter(|_| !line.cut) {
        Some(who) => ended(line, who, event),
        None => failed(line, rest, event),
    }
}

/// `[WHO ]IP port N: E`.
fn failed<'a>(line: &Line<'a>, rest: &'a [u8], event: &mut Event<'a>) -> Option<()> {
    // The text after the last `: ` comes from ssherr.c or strerror(3), and does not contain `: ` itself.
    match line.cut {
        true => ended(line, rest, event),
        false => ended(line, split_at_last(rest, b": ")?.0, event),
    }
}

/// `Disconnecting [WHO IP port P]: REASON`: only says that the connection ends, because the rest of the line may repeat text of
/// the client.
fn disconnecting<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    const TOO_MANY: &[u8] = b"Too many authentication failures";
    let rest = line.text.strip_prefix(b"Disconnecting")?;
    // 6.6 and 6.7 put ` for U` after the reason, but nothing before it.
    let too_many = rest
        .strip_prefix(b": ")
        .is_some_and(|rest| rest.starts_with(TOO_MANY))
        || (!line.cut
            && rest
                .strip_suffix(TOO_MANY)
                .is_some_and(|rest| rest.ends_with(b": ")));
    let (id, _) = words(rest.strip_prefix(b" ").unwrap_or(rest));
    event.kind = match too_many || line.preauth || id.before {
        true => Kind::EndedBefore { who: Who::Nobody },
        false => Kind::EndedAfter,
    };
    if too_many {
        event.put_detail(TOO_MANY);
    }
    Some(())
}

/// `Received disconnect from IP port N:CODE: TEXT` (up to 7.1 `IP: CODE: TEXT`); TEXT comes from the client.
/// `Read error from remote host IP[ port N]: E`; `Read from socket failed: E` up to 6.8.
fn received<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    if let Some(rest) = line.text.strip_prefix(b"Received disconnect from ") {
        let (peer, rest) = host_port_then(rest).or_else(|| {
            let (address, _) = split_at_first(rest, b": ")?;
            Some((host(address)?, &rest[address.len()..]))
        })?;
        if !rest.starts_with(b":") {
            return None;
        }
        nobody(line, peer, event);
        // Without its suffix, the line does not show whether this was before log-in. Another line follows.
        if line.cut {
            event.kind = Kind::Accompanying;
        }
        return Some(());
    }
    if let Some(rest) = line.text.strip_prefix(b"Read error from remote host ") {
        return failed(line, rest, event);
    }
    line.text
        .strip_prefix(b"Read from socket failed: ")
        .map(|_| nobody(line, Peer::default(), event))
}

/// `Timeout before authentication …` and `Timeout, client not responding[ from WHO IP port N]`.
fn timeout<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    if let Some(rest) = line.text.strip_prefix(b"Timeout, client not responding") {
        let who = rest.strip_prefix(b" from ");
        let ended = who.and_then(|who| ended(line, who, event));
        if ended.is_none() {
            nobody(line, Peer::default(), event);
        }
        return Some(());
    }
    let rest = line
        .text
        .strip_prefix(b"Timeout before authentication for ")?;
    if let Some(rest) = rest.strip_prefix(b"connection from ") {
        // Since 9.8 the listener writes this line, with both ends of the connection. 9.8 swaps them, so the event has neither.
        let (_, pid) = split_at_last(rest, b", pid = ")?;
        let digits = pid.iter().take_while(|byte| byte.is_ascii_digit()).count();
        event.about = Some(number(&pid[..digits])?);
        event.kind = Kind::GraceTimeout;
        return Some(());
    }
    // Up to 9.7 the process itself writes this line, without a suffix.
    refused(host_maybe_port(rest)?, event);
    Some(())
}

/// `TAG: Connection from [WHO ]IP port N: E` (`banner exchange`, `ssh_dispatch_run_fatal`, …; `to IP` up to 7.1).
fn tagged<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let word =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_ :".contains(byte);
    let length = line.text.iter().take_while(|byte| word(byte)).count();
    let (tag, rest) = line.text.split_at(length);
    let (tag, rest) = (tag.strip_suffix(b": ")?, rest.strip_prefix(b"Connection ")?);
    let who = rest
        .strip_prefix(b"from ")
        .or_else(|| rest.strip_prefix(b"to "))?;
    // Up to 10.2 the monitor itself reads the banner, so there is no suffix.
    let preauth = line.preauth || tag == b"banner exchange";
    failed(&Line { preauth, ..*line }, who, event)
}
