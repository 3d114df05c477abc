//! The pieces of stamps, read from text: months, times of day, zones.

use super::parts;
use crate::domain::base::scan;

/// Seconds per hour.
pub(super) const HOUR: i64 = 3_600;

/// The months in the spelling of syslog daemons.
const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// The zone names that journalctl writes, with their hours ahead of UTC. Only names that mean one zone.
const ZONES: &[(&[u8], i64)] = &[
    (b"UTC", 0),
    (b"GMT", 0),
    (b"WET", 0),
    (b"WEST", 1),
    (b"CET", 1),
    (b"CEST", 2),
    (b"EET", 2),
    (b"EEST", 3),
    (b"MSK", 3),
    (b"EST", -5),
    (b"EDT", -4),
    (b"CDT", -5),
    (b"MST", -7),
    (b"MDT", -6),
    (b"PST", -8),
    (b"PDT", -7),
];

pub(super) const fn two(tens: u8, ones: u8) -> u32 {
    (tens - b'0') as u32 * 10 + (ones - b'0') as u32
}

pub(super) fn month_of(name: &[u8; 3]) -> Option<u32> {
    (1..)
        .zip(MONTHS)
        .find_map(|(month, known)| (known == name).then_some(month))
}

/// The text after one or more blanks.
pub(super) fn blanks(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b" ")?;
    Some(rest.trim_ascii_start())
}

/// The text after the blank that ends a stamp.
#[inline]
pub(super) fn end(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b' ', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Reads `06:07:55`, in seconds. The second may be a leap second.
pub(super) fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (clock, rest) = text.split_at_checked(8)?;
    let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock else {
        return None;
    };
    if ![h1, h2, m1, m2, s1, s2].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (hour, minute, second) = (two(h1, h2), two(m1, m2), two(s1, s2));
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some((i64::from(hour * 3_600 + minute * 60 + second), rest))
}

/// Reads the `:55` of a time of day. The second may be a leap second.
#[inline]
pub(super) fn second(text: &[u8]) -> Option<(i64, &[u8])> {
    match text {
        [b':', tens @ b'0'..=b'6', ones @ b'0'..=b'9', rest @ ..] => {
            let second = two(*tens, *ones);
            (second <= 60).then_some((i64::from(second), rest))
        }
        _ => None,
    }
}

/// Reads `.123456`, if it is there, in microseconds; further digits are ignored.
#[inline(always)]
pub(super) fn fraction(text: &[u8]) -> (i64, &[u8]) {
    match text {
        [b'.' | b',', digits @ ..] => {
            scan::six(digits).unwrap_or_else(|| other_fraction(text, digits))
        }
        _ => (0, text),
    }
}

/// The same for a fraction that has not six digits: `digits` is the text after its point.
#[cold]
fn other_fraction<'t>(text: &'t [u8], digits: &'t [u8]) -> (i64, &'t [u8]) {
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 {
        return (0, text);
    }
    let told = digits[..count].iter().chain(std::iter::repeat(&b'0'));
    let micros = told
        .take(6)
        .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (micros, &digits[count..])
}

/// Reads `Z`, `+01:00`, `+0100` (journalctl before systemd 255) or `+01`, in seconds; the offset is `None` if there is no
/// zone.
pub(super) fn zone(text: &[u8]) -> Option<(Option<i64>, &[u8])> {
    let (sign, rest) = match text {
        [b'Z' | b'z', rest @ ..] => return Some((Some(0), rest)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return Some((None, text)),
    };
    let (h1, h2, m1, m2, rest) = match rest {
        [h1, h2, b':', m1, m2, rest @ ..] => (h1, h2, m1, m2, rest),
        [h1, h2, m1 @ b'0'..=b'9', m2, rest @ ..] => (h1, h2, m1, m2, rest),
        [h1, h2, rest @ ..] => (h1, h2, &b'0', &b'0', rest),
        _ => return None,
    };
    if ![h1, h2, m1, m2].into_iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (hours, minutes) = (two(*h1, *h2), two(*m1, *m2));
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some((Some(sign * i64::from(hours * 3_600 + minutes * 60)), rest))
}

/// Reads `UTC`, or `+03` and `-0330` of a zone without a name, in seconds.
pub(super) fn zone_named(word: &[u8]) -> Option<i64> {
    if let b'+' | b'-' = word.first()? {
        let (offset, rest) = zone(word)?;
        return offset.filter(|_| rest.is_empty());
    }
    let known = ZONES.iter().find(|(name, _)| *name == word);
    known.map(|(_, hours)| hours * HOUR)
}

/// Reads ` +0100` or ` UTC`, in seconds. A name is taken for a host if the word after it is a tag and not a host.
pub(super) fn zone_behind_blank(text: &[u8]) -> Option<(i64, &[u8])> {
    let (word, rest) = parts::word(end(text)?);
    let offset = zone_named(word)?;
    let named = word.first()?.is_ascii_uppercase();
    let (host, behind) = parts::words(rest);
    if named && (host.ends_with(b":") || !parts::words(behind).0.ends_with(b":")) {
        return None;
    }
    Some((offset, &text[text.len() - rest.len() - 1..]))
}
