//! sshd's lines that count nothing: known, so that nobody wonders about them (auth*.c, kex*.c, packet.c, sshd*.c, srclimit.c).

use std::borrow::Cow;

use super::fields::{host, split_at_first, split_at_last};
use super::line::Line;
use super::{Event, Kind};

/// How such lines begin, in order.
const KNOWN: &[&str] = &[
    "/",
    "Accepted certificate ID ",
    "Accepted key ",
    "Account ",
    "Address ",
    "Attempt to write login records ",
    "Authentication key ",
    "Authentication refused: ",
    "Bad packet length ",
    "Bad protocol version identification ",
    "Bad remote protocol version ",
    "Bind to port ",
    "Cannot bind ",
    "Certificate ",
    "Changed root directory to ",
    "Close session: ",
    "Closing connection to ",
    "Corrupted MAC on input",
    "Could not ",
    "Did not receive identification string from ",
    "Exiting on signal ",
    "Failed publickey ",
    "Failed to ",
    "Finished discarding for ",
    "Hm, kex protocol error",
    "Login name ",
    "Login restricted",
    "MaxStartups logging rate-limited",
    "Maxstartups logging rate-limited",
    "Missing privilege separation directory: ",
    "Nasty PTR record ",
    "PAM ",
    "PAM: ",
    "Packet integrity error",
    "PerSourcePenalties logging rate-limited",
    "Protocol major versions differ: ",
    "Received SIGHUP",
    "Received request ",
    "Received signal ",
    "Refused by key options",
    "Refusing certificate ID ",
    "Root login accepted for forced command.",
    "SSH: Server;",
    "Server listening on ",
    "Session process ",
    "Set /proc/self/oom_score_adj ",
    "Timeout ",
    "Transferred: sent ",
    "Unable to ",
    "Unsupported ",
    "User ",
    "WARNING: ",
    "Warning: ",
    "Write failed: ",
    "bad client public DH value",
    "bad ownership or modes for ",
    "banner exchange: ",
    "banner line ",
    "beginning MaxStartups throttling",
    "buffer_get",
    "connect_to ",
    "dispatch_protocol_error: ",
    "drop connection ",
    "exited MaxStartups throttling",
    "fork of ",
    "hostbased ",
    "in MaxStartups throttling ",
    "input_userauth_request: ",
    "kex protocol error",
    "kex_",
    "kex_exchange_identification: ",
    "key type ",
    "key_",
    "lastlog_",
    "login_",
    "maximum authentication attempts exceeded",
    "message authentication code incorrect",
    "mm_",
    "monitor_",
    "no hostkey alg",
    "no hostkeys available",
    "no matching ",
    "no more sessions",
    "open /dev/tty failed",
    "packet_",
    "padding error",
    "probed from ",
    "process_output: ",
    "public key ",
    "publickey key type ",
    "reexec ",
    "refused connect from ",
    "refused local port forward: ",
    "refusing previously-used ",
    "reprocess config",
    "reverse mapping checking ",
    "rexec ",
    "scanned from ",
    "session process ",
    "session_",
    "setproctitle",
    "srclimit_",
    "ssh_",
    "sshd: no hostkeys available",
    "sshpkt_",
    "subsystem request for ",
    "syslogin_",
    "userauth_",
    "wrong user name passed to monitor: ",
];

/// The event of a line that only accompanies others.
pub(super) fn parse<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let text = line.text;
    if let Some(event) = restricted_key(line).or_else(|| turned_away(line)) {
        return Some(event);
    }
    let first = text.first()?;
    let start = KNOWN.partition_point(|words| words.as_bytes() < &[*first][..]);
    let mut alike = KNOWN[start..]
        .iter()
        .take_while(|words| words.as_bytes().first() == Some(first));
    let known = alike.any(|words| text.starts_with(words.as_bytes()));
    (known || hostbased_key(text)).then_some(Event::of(Kind::Accompanying))
}

/// `[FILE:LINE: ]Authentication tried for U with correct key but not from a permitted host (…, ip=IP…).` and
/// `… with valid certificate but not from a permitted source address (IP).`: U is an account's name.
fn restricted_key<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    const TRIED: &[u8] = b"Authentication tried for ";
    // Further to the right such words would be somebody's else.
    let place = memchr::memchr(b' ', line.text)?;
    let rest = line
        .text
        .strip_prefix(TRIED)
        .or_else(|| line.text[place + 1..].strip_prefix(TRIED))?;
    let key = split_at_first(rest, b" with correct key but not from a permitted host (");
    let (name, rest) =
        key.or_else(|| split_at_first(rest, b" with valid certificate but not from a permitted "))?;
    let detail = Some(Cow::Borrowed("not from a permitted host"));
    let event = Event {
        user: Some(line.account(name)),
        detail,
        ..Event::of(Kind::Accompanying)
    };
    let address = split_at_last(rest, b"ip=").or_else(|| split_at_last(rest, b"("));
    let end =
        address.and_then(|(_, address)| Some(&address[..memchr::memchr2(b',', b')', address)?]));
    let peer = end.filter(|_| !line.cut).and_then(host).unwrap_or_default();
    Some(peer.put(event))
}

/// `drop connection #N from [IP]:P on [IP]:P WHY` (sshd.c), `srclimit_penalise: FAMILY: new NET active penalty of S seconds for
/// WHY` and `srclimit_penalise: NET: activating FAMILY penalty of S seconds for WHY` (srclimit.c): the listener's own words.
fn turned_away<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let event = |address: &'a [u8], why: &'a [u8]| {
        let peer = host(address)?;
        let detail = std::str::from_utf8(why).ok().map(Cow::Borrowed);
        Some(peer.put(Event {
            detail,
            ..Event::of(Kind::TurnedAway)
        }))
    };
    if line.cut {
        return None;
    }
    if let Some(rest) = line.text.strip_prefix(b"drop connection #") {
        let (_, rest) = split_at_first(rest, b" from [")?;
        let (address, rest) = split_at_first(rest, b"]:")?;
        let (_, rest) = split_at_first(rest, b" on [")?;
        let (_, rest) = split_at_first(rest, b"]:")?;
        let (_, why) = split_at_first(rest, b" ")?;
        return event(address, why);
    }
    let rest = line.text.strip_prefix(b"srclimit_penalise: ")?;
    let net = split_at_first(rest, b": new ")
        .and_then(|(_, rest)| split_at_first(rest, b" active penalty of "))
        .or_else(|| split_at_first(rest, b": activating "));
    let (net, rest) = net?;
    let (_, why) = split_at_first(rest, b" seconds for ")?;
    // The bits of an address that stands alone say nothing.
    let alone = net.strip_suffix(b"/32").filter(|net| !net.contains(&b':'));
    let alone = alone.or_else(|| net.strip_suffix(b"/128"));
    event(alone.unwrap_or(net), why)
}

/// `Accepted TYPE public key FINGERPRINT from U@HOST` (auth2-hostbased.c, VERBOSE).
fn hostbased_key(text: &[u8]) -> bool {
    text.strip_prefix(b"Accepted ")
        .and_then(|rest| split_at_first(rest, b" "))
        .is_some_and(|(_, rest)| rest.starts_with(b"public key "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginnings_are_in_order_as_the_search_needs_them() {
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn every_beginning_is_found() {
        for words in KNOWN {
            assert!(
                parse(&crate::domain::openssh::strip(words.as_bytes())).is_some(),
                "{words}"
            );
        }
        assert_eq!(
            parse(&crate::domain::openssh::strip(b"Something else")),
            None
        );
    }
}
