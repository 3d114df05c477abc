//! Common parts of sshd's lines: peers, connection ids, numbers, text split at a mark. All functions take escaped text.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memrchr, memrchr_iter};

use super::{Event, Who};

/// Where a connection comes from. Both fields are `None` for `UNKNOWN port 65535` (packet.c: the peer is gone, or there is no
/// socket).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Peer<'a> {
    pub(super) address: Option<&'a str>,
    pub(super) port: Option<u16>,
}

impl<'a> Peer<'a> {
    /// An event with this peer.
    pub(super) fn put(self, mut event: Event<'a>) -> Event<'a> {
        event.address = self.address.map(Cow::Borrowed);
        event.port = self.port;
        event
    }
}

/// `HOST`: an address, possibly with a `%scope`, or a name.
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
    let (name, rest) = text.split_at(memchr(b' ', text)?);
    let peer = host(name)?;
    let rest = rest.strip_prefix(b" port ")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let port = number(&rest[..digits])?;
    let port = peer.address.map(|_| port);
    Some((Peer { port, ..peer }, &rest[digits..]))
}

/// `… HOST port N`: returns the text before the peer, without the blank between them, and the peer. The last words are sshd's
/// own, whatever text comes before them.
pub(super) fn before_peer(text: &[u8]) -> Option<(&[u8], Peer<'_>)> {
    let (head, _) = last_word(text)?;
    let (before, _) = last_word(head.strip_suffix(b" port")?)?;
    Some((before, host_port(&text[before.len() + 1..])?))
}

/// The text before the last blank, and the text after it.
fn last_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memrchr(b' ', text)?;
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
pub(super) fn split_at_first<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    // Messages are too short for memmem to be faster.
    let first = mark.first()?;
    let mut places = memchr_iter(*first, text);
    let at = places.find(|at| text[*at..].starts_with(mark))?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// The text before the last `mark`, and the text after it.
pub(super) fn split_at_last<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let first = mark.first()?;
    let mut places = memrchr_iter(*first, text);
    let at = places.find(|at| text[*at..].starts_with(mark))?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// A decimal number and nothing else.
pub(super) fn number<T: std::str::FromStr>(digits: &[u8]) -> Option<T> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
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

/// The words before the name in a connection id (auth2.c, sshd-session.c), their meaning, and whether they appear only before
/// log-in.
const WORDS: [(&[u8], Who, bool); 4] = [
    (b"authenticating user ", Who::Valid, true),
    (b"invalid user ", Who::Invalid, true),
    (b"user ", Who::Valid, false),
    // Without the blank: a mistake of monitor.c, in all versions.
    (b"authenticatinguser ", Who::Valid, true),
];

/// The meaning of the words at the start of a connection id, and the text after them.
pub(super) fn words(text: &[u8]) -> (Id<'_>, &[u8]) {
    let found = WORDS.iter().find_map(|(words, who, before)| {
        let (who, before) = (*who, *before);
        let id = Id {
            who,
            before,
            ..Id::default()
        };
        Some((id, text.strip_prefix(*words)?))
    });
    found.unwrap_or((Id::default(), text))
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
