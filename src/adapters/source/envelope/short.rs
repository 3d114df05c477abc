//! The outputs of journalctl that are made for people and that no syslog daemon writes: `short-full`, `with-unit`,
//! `short-unix`, and `short` in other languages than English.

use super::locale;
use super::parts::{self, Tag, header};
use super::read::LineParts;
use super::stamp::Stamps;
use crate::domain::base::time::Time;

/// Length of `2026-11-23 09:04:24`.
const MOMENT: usize = 19;

/// The envelope of such a line, and its message.
pub(super) fn enveloped<'a>(stamps: &mut Stamps, line: &'a [u8]) -> Option<LineParts<'a>> {
    let (time, rest) = match line.first()? {
        b'0'..=b'9' => unix(line)?,
        _ => full(stamps, line).or_else(|| short(stamps, line))?,
    };
    let (host, (identifier, pid), message) = header(rest)?;
    let identifier = match is_unit_of_openssh((identifier, pid)) {
        // A unit is not a program: the message shows which program wrote it.
        true => b"",
        false => identifier,
    };
    Some(LineParts {
        time,
        host,
        identifier,
        pid,
        message,
    })
}

/// The stamp at the beginning of a text, in any form.
pub(crate) fn stamp(stamps: &mut Stamps, text: &[u8]) -> Option<Time> {
    let stamp = match text.first()? {
        b'0'..=b'9' => stamps
            .zoned(text, false)
            .or_else(|| stamps.rfc3339(text))
            .or_else(|| unix(text)),
        _ => stamps
            .rfc3164(text)
            .or_else(|| full(stamps, text))
            .or_else(|| short(stamps, text)),
    };
    stamp.map(|(time, _)| time)
}

/// Reads `Mon 2026-11-23 09:04:24 UTC HOST …`.
fn full<'a>(stamps: &mut Stamps, line: &'a [u8]) -> Option<(Time, &'a [u8])> {
    stamps.zoned(locale::behind_weekday(line)?, true)
}

/// Reads `nov. 23 09:04:24 HOST …`: the month is in the user's language.
fn short<'a>(stamps: &mut Stamps, line: &'a [u8]) -> Option<(Time, &'a [u8])> {
    let (month, rest) = locale::month(line)?;
    stamps.behind_month(month, rest)
}

/// Reads `1795424664.000000 HOST …`: seconds since the epoch.
fn unix(line: &[u8]) -> Option<(Time, &[u8])> {
    let (stamp, rest) = parts::word(line);
    let (seconds, micros) = std::str::from_utf8(stamp).ok()?.split_once('.')?;
    let digits = [seconds, micros].concat();
    let known = micros.len() == 6 && (9..=11).contains(&seconds.len());
    if !known || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((Time(digits.parse().ok()?), rest))
}

/// Whether this is a unit of sshd, or of a session in which sftp-server runs: `ssh.service`, `sshd@3.service`,
/// `session-4.scope`. A user's unit may follow after a slash.
fn is_unit_of_openssh((name, _): Tag<'_>) -> bool {
    let unit = name.split(|&byte| byte == b'/').next().unwrap_or(name);
    match unit.strip_suffix(b".service") {
        Some(service) => {
            let name = service.split(|&byte| byte == b'@').next();
            matches!(name, Some(b"ssh" | b"sshd"))
        }
        None => unit.starts_with(b"session-") && unit.ends_with(b".scope"),
    }
}

/// Advice about a line of an output that is not read, or whose time is unknown.
pub(crate) fn remedy(line: &[u8]) -> Option<&'static str> {
    if let Some(rest) = line.strip_prefix(b"[") {
        let behind = &rest[memchr::memchr(b']', rest)?..];
        let number = rest.trim_ascii_start();
        let digits = number.iter().take_while(|b| b.is_ascii_digit()).count();
        let [b'.', micros @ ..] = number.get(digits..digits + 7)? else {
            return None;
        };
        let is = digits > 0 && micros.iter().all(u8::is_ascii_digit) && behind.starts_with(b"] ");
        return is.then_some(
            "journalctl's outputs short-monotonic and short-delta tell no time of day: `journalctl -o short-iso` does",
        );
    }
    let (_, behind) = locale::behind_weekday(line)?.split_at_checked(MOMENT)?;
    let cursor = behind.windows(4).take(24).any(|four| four == b" [s=");
    cursor.then_some("journalctl's output verbose is not read: `journalctl -o export` is")
}
