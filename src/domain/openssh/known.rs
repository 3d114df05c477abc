//! Lines known by their beginnings (`known.txt`), and sshd's lines that count nothing but name a user or an address
//! (auth2-pubkey.c, auth2-hostbased.c, sshd.c, srclimit.c).

use std::sync::LazyLock;

use super::fields::{host, split_at_first, split_at_last};
use super::line::Line;
use super::{Event, Kind};

/// The beginnings that `known.txt` lists for one writer, sorted.
pub(super) struct Beginnings(Vec<&'static [u8]>);

impl Beginnings {
    /// The beginnings of this writer's lines.
    pub(super) fn of(writer: &str) -> Self {
        let lines = include_str!("known.txt").lines();
        let mut all: Vec<&[u8]> = lines
            .filter_map(|line| {
                line.strip_prefix(writer)?
                    .strip_prefix(' ')?
                    .strip_suffix('…')
            })
            .map(str::as_bytes)
            .collect();
        all.sort_unstable();
        Beginnings(all)
    }

    /// Whether the text has one of these beginnings.
    pub(super) fn has(&self, text: &[u8]) -> bool {
        let first = text.first();
        let from = self.0.partition_point(|words| words.first() < first);
        let mut alike = self.0[from..]
            .iter()
            .take_while(|words| words.first() == first);
        alike.any(|words| text.starts_with(words))
    }
}

/// Beginnings of sshd's lines that count nothing.
static KNOWN: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of("sshd"));

/// The event of a line that counts nothing.
pub(super) fn parse<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    restricted_key(line, event)
        .or_else(|| turned_away(line, event))
        .or_else(|| {
            let known = KNOWN.has(line.text) || hostbased_key(line.text);
            known.then(|| event.kind = Kind::Accompanying)
        })
}

/// `[FILE:LINE: ]Authentication tried for U with correct key but not from a permitted host (…, ip=IP…).` and
/// `… with valid certificate but not from a permitted source address (IP).`: U is an account's name.
fn restricted_key<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    const TRIED: &[u8] = b"Authentication tried for ";
    // Further to the right, another writer may have put these words.
    let place = memchr::memchr(b' ', line.text)?;
    let rest = line
        .text
        .strip_prefix(TRIED)
        .or_else(|| line.text[place + 1..].strip_prefix(TRIED))?;
    let key = split_at_first(rest, b" with correct key but not from a permitted host (");
    let (name, rest) =
        key.or_else(|| split_at_first(rest, b" with valid certificate but not from a permitted "))?;
    let address = split_at_last(rest, b"ip=").or_else(|| split_at_last(rest, b"("));
    let end =
        address.and_then(|(_, address)| Some(&address[..memchr::memchr2(b',', b')', address)?]));
    let peer = end.filter(|_| !line.cut).and_then(host).unwrap_or_default();
    line.put_found(Kind::Accompanying, Some((name, peer)), event);
    event.put_detail(b"not from a permitted host");
    Some(())
}

/// `drop connection #N from [IP]:P on [IP]:P WHY` (sshd.c),
/// `srclimit_penalise: FAMILY: new NET active penalty of S seconds for WHY` and
/// `srclimit_penalise: NET: activating FAMILY penalty of S seconds for WHY` (srclimit.c): lines of the listener.
fn turned_away<'a>(line: &Line<'a>, event: &mut Event<'a>) -> Option<()> {
    let mut put = |address: &'a [u8], why: &'a [u8]| {
        host(address)?.put(event);
        event.kind = Kind::TurnedAway;
        event.put_detail(why);
        Some(())
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
        return put(address, why);
    }
    let rest = line.text.strip_prefix(b"srclimit_penalise: ")?;
    let net = split_at_first(rest, b": new ")
        .and_then(|(_, rest)| split_at_first(rest, b" active penalty of "))
        .or_else(|| split_at_first(rest, b": activating "));
    let (net, rest) = net?;
    let (_, why) = split_at_first(rest, b" seconds for ")?;
    // The prefix length of a single address is left out.
    let alone = net.strip_suffix(b"/32").filter(|net| !net.contains(&b':'));
    let alone = alone.or_else(|| net.strip_suffix(b"/128"));
    put(alone.unwrap_or(net), why)
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
    fn every_beginning_is_found() {
        for (writer, count) in [("sshd", 109), ("request", 15), ("sftp-server", 19)] {
            let known = Beginnings::of(writer);
            assert_eq!(known.0.len(), count);
            assert!(known.0.iter().all(|words| known.has(words)));
            assert!(!known.has(b"Something else") && !known.has(b""));
        }
        for words in &KNOWN.0 {
            let line = crate::domain::openssh::strip(words);
            assert!(
                parse(&line, &mut Event::default()).is_some(),
                "{}",
                words.escape_ascii()
            );
        }
    }
}
