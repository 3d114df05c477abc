//! Common parts of sshd's lines: peers, connection ids, numbers, text split at a mark. All functions take escaped text.

use std::borrow::Cow;

use super::{Event, Who};
use crate::domain::base::scan;

/// Where a connection comes from. Both fields are `None` for `UNKNOWN port 65535` (packet.c: the peer is gone, or there is no
/// socket).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Peer<'a> {
    pub(super) address: Option<&'a str>,
    pub(super) port: Option<u16>,
}

impl<'a> Peer<'a> {
    /// Puts this peer into an event.
    #[inline]
    pub(super) fn put(self, event: &mut Event<'a>) {
        event.address = self.address.map(Cow::Borrowed);
        event.port = self.port;
    }
}

/// `HOST`: an address, possibly with a `%scope`, or a name.
#[inline]
pub(super) fn host(text: &[u8]) -> Option<Peer<'_>> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let address = std::str::from_utf8(text).ok();
    let address = address.filter(|address| *address != "UNKNOWN");
    Some(Peer {
        address,
        port: None,
    })
}

/// `HOST port N`.
pub(super) fn host_port(text: &[u8]) -> Option<Peer<'_>> {
    let (peer, rest) = host_port_then(text)?;
    rest.is_empty().then_some(peer)
}

/// `HOST port N`, or `HOST` alone as in older versions.
pub(super) fn host_maybe_port(text: &[u8]) -> Option<Peer<'_>> {
    host_port(text).or_else(|| host(text))
}

/// `HOST port NMORE`: returns the peer and `MORE`, which does not begin with a digit.
pub(super) fn host_port_then(text: &[u8]) -> Option<(Peer<'_>, &[u8])> {
    let (name, rest) = text.split_at(scan::find(b' ', text)?);
    let (port, rest) = scan::number(rest.strip_prefix(b" port ")?)?;
    Some((peer(name, port)?, rest))
}

/// The peer with this host and port.
#[inline]
fn peer(name: &[u8], port: u64) -> Option<Peer<'_>> {
    let (peer, port) = (host(name)?, u16::try_from(port).ok()?);
    let port = peer.address.map(|_| port);
    Some(Peer { port, ..peer })
}

/// `… HOST port N`: returns the text before the peer, without the blank between them, and the peer. The last words are sshd's
/// own, whatever text comes before them.
pub(super) fn before_peer(text: &[u8]) -> Option<(&[u8], Peer<'_>)> {
    let (rest, port) = scan::last_number(text)?;
    let (before, name) = last_word(rest.strip_suffix(b" port ")?)?;
    Some((before, peer(name, port)?))
}

/// The text before the last blank, and the text after it.
fn last_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = scan::find_last(b' ', text)?;
    Some((&text[..at], &text[at + 1..]))
}

/// `U from HOST port N`.
pub(super) fn name_from_port(text: &[u8]) -> Option<(&[u8], Peer<'_>)> {
    let (before, peer) = before_peer(text)?;
    Some((before.strip_suffix(b" from")?, peer))
}

/// `U from HOST`.
pub(super) fn name_from(text: &[u8]) -> Option<(&[u8], Peer<'_>)> {
    let (before, name) = last_word(text)?;
    Some((before.strip_suffix(b" from")?, host(name)?))
}

/// The text before the first `mark`, and the text after it.
#[inline]
pub(super) fn split_at_first<'a, const N: usize>(
    text: &'a [u8],
    mark: &[u8; N],
) -> Option<(&'a [u8], &'a [u8])> {
    let first = *mark.first()?;
    let mut from = 0;
    loop {
        let at = from + scan::find(first, &text[from..])?;
        if let Some(rest) = text[at..].strip_prefix(mark) {
            return Some((&text[..at], rest));
        }
        from = at + 1;
    }
}

/// The text before the last `mark`, and the text after it.
#[inline]
pub(super) fn split_at_last<'a, const N: usize>(
    text: &'a [u8],
    mark: &[u8; N],
) -> Option<(&'a [u8], &'a [u8])> {
    let first = *mark.first()?;
    let mut before = text;
    loop {
        let at = scan::find_last(first, before)?;
        if let Some(rest) = text[at..].strip_prefix(mark) {
            return Some((&text[..at], rest));
        }
        before = &text[..at];
    }
}

/// A decimal number and nothing else.
pub(super) fn number<T: TryFrom<u64>>(digits: &[u8]) -> Option<T> {
    let (number, rest) = scan::number(digits)?;
    T::try_from(number).ok().filter(|_| rest.is_empty())
}

/// `[WHO ]HOST[ port N]` as packet.c writes it (`sshpkt_vfatal`, `ssh_packet_read_poll`): WHO since 7.5, the port since 7.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Id<'a> {
    pub(super) who: Who,
    /// sshd is authenticating the user or considers the name invalid, so the user has not logged in.
    pub(super) before: bool,
    /// The name, escaped; `None` in a cut line, whose end may belong to the name and not be an address.
    pub(super) user: Option<&'a [u8]>,
    pub(super) peer: Peer<'a>,
}

/// The meaning of the words at the start of a connection id (auth2.c, sshd-session.c), and the text after them.
#[inline]
pub(super) fn words(text: &[u8]) -> (Id<'_>, &[u8]) {
    let (who, before, rest) = if let Some(rest) = text.strip_prefix(b"user ") {
        (Who::Valid, false, rest)
    } else if let Some(rest) = text.strip_prefix(b"authenticating user ") {
        (Who::Valid, true, rest)
    } else if let Some(rest) = text.strip_prefix(b"invalid user ") {
        (Who::Invalid, true, rest)
    } else if let Some(rest) = text.strip_prefix(b"authenticatinguser ") {
        // Without the blank: a mistake of monitor.c, in all versions.
        (Who::Valid, true, rest)
    } else {
        (Who::Nobody, false, text)
    };
    let id = Id {
        who,
        before,
        ..Id::default()
    };
    (id, rest)
}

/// A connection id that is the whole text. The peer is at the end of the text, so the name may contain anything.
pub(super) fn id(text: &[u8], cut: bool) -> Option<Id<'_>> {
    let (id, rest) = words(text);
    let (user, peer) = match id.who {
        _ if cut => (None, Peer::default()),
        Who::Nobody => (None, host_maybe_port(rest)?),
        Who::Valid | Who::Invalid => before_peer(rest).map(|(name, peer)| (Some(name), peer))?,
    };
    Some(Id { user, peer, ..id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_an_address_and_a_port() {
        let peer = host_port(b"fe80::1%eth0 port 22").expect("a peer");
        assert_eq!((peer.address, peer.port), (Some("fe80::1%eth0"), Some(22)));
        assert_eq!(host_port(b"UNKNOWN port 65535"), Some(Peer::default()));
        assert_eq!(
            host_maybe_port(b"sftp.example.org").and_then(|p| p.address),
            Some("sftp.example.org")
        );
        for no in [
            &b"1.2.3.4 port 65536"[..],
            b"1.2.3.4 port ",
            b"1.2.3.4 port -1",
            b" port 1",
            b"a b port 1",
            b"1.2.3.4 port 1 ",
        ] {
            assert_eq!(host_maybe_port(no), None, "{}", no.escape_ascii());
        }
    }

    #[test]
    fn the_last_two_words_are_the_peer_and_all_before_them_is_the_name() {
        let id = id(b"invalid user x 9.9.9.9 port 22 192.0.2.7 port 5", false).expect("an id");
        assert_eq!(
            (id.who, id.user),
            (Who::Invalid, Some(&b"x 9.9.9.9 port 22"[..]))
        );
        assert_eq!(id.peer.address, Some("192.0.2.7"));
    }

    #[test]
    fn a_name_may_be_empty_or_blank() {
        assert_eq!(
            id(b"invalid user  192.0.2.7 port 5", false).and_then(|id| id.user),
            Some(&b""[..])
        );
        assert_eq!(
            id(b"invalid user   192.0.2.7 port 5", false).and_then(|id| id.user),
            Some(&b" "[..])
        );
    }

    #[test]
    fn of_a_cut_id_only_the_first_words_count() {
        let id = id(b"invalid user xxx 9.9.9.9 port 22", true).expect("an id");
        assert_eq!(
            (id.who, id.user, id.peer),
            (Who::Invalid, None, Peer::default())
        );
    }
}
