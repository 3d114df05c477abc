//! The envelope of a log line, as syslog daemons and `journalctl` write it: when, on which host, by which program.

pub(crate) mod journalctl;
mod locale;
mod pasted;
mod pieces;
mod rfc5424;
pub(crate) mod short;
mod stamp;
mod years;

use std::borrow::Cow;
use std::time::SystemTime;

use memchr::memchr;

use crate::domain::base::time::{Time, Zone};
use crate::domain::openssh::Program;
use crate::domain::record::{Entry, Origin};
use journalctl::Exported;
use stamp::Stamps;

pub use years::Years;

/// How long a line may be, in bytes. rsyslog takes messages of 8 KiB (`maxMessageSize`), sshd writes 500 bytes (log.c);
/// what is longer is no line.
pub const LONGEST_LINE: usize = 64 * 1024;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<'a> {
    /// An entry. A line without an envelope is a bare message: its identifier is empty and its time the epoch.
    Entry(Entry<'a>),
    /// No text: it holds a NUL, or is longer than a line may be.
    NoText,
    /// An empty line.
    Other,
}

impl<'a> Read<'a> {
    fn of(origin: Origin<'a>, message: &'a [u8]) -> Self {
        Read::Entry(Entry {
            origin,
            message,
            ..Entry::default()
        })
    }
}

/// Takes lines out of their envelopes. Nothing is copied, but from the lines of `journalctl -o json`.
#[derive(Debug)]
pub struct Envelope {
    pub(crate) stamps: Stamps,
    /// The entry of a JSON line.
    pub(crate) exported: Exported,
    /// A pasted line, without what stands around it.
    pasted: Vec<u8>,
}

impl Default for Envelope {
    fn default() -> Self {
        Envelope::new()
    }
}

impl Envelope {
    /// For lines of this machine that were written up to now.
    pub fn new() -> Self {
        Envelope::at(Zone::Machine, SystemTime::now().into())
    }

    /// For lines whose stamps, where they have no zone, are of `zone`, and where they have no year, are near `now`.
    pub fn at(zone: Zone, now: Time) -> Self {
        Envelope::with(Stamps::new(zone, now))
    }

    /// For a first reading of a whole log, to see which years it passes.
    pub fn survey(zone: Zone) -> Self {
        Envelope::with(Stamps::ordered(zone, Time::default(), Years::unknown()))
    }

    /// For the reading after that first one, of the same log, which was last written then.
    pub fn surveyed(&self, written: Time) -> Self {
        let zone = self.stamps.zone();
        let years = (self.stamps.years()).and_then(|years| years.of_log_written(written, zone));
        Envelope::with(match years {
            Some(years) => Stamps::ordered(zone, written, years),
            None => Stamps::new(zone, written),
        })
    }

    fn with(stamps: Stamps) -> Self {
        Envelope {
            stamps,
            exported: Exported::default(),
            pasted: Vec::new(),
        }
    }

    /// Sets the present.
    pub fn set_now(&mut self, now: Time) {
        self.stamps.set_now(now);
    }

    /// Reads a line, which is without its line feed.
    pub fn read<'a>(&'a mut self, line: &'a [u8]) -> Read<'a> {
        if line.starts_with(b"{") && line.len() <= LONGEST_LINE && self.exported.read_json(line) {
            return self.exported.read();
        }
        self.read_text(line)
    }

    /// Reads a line as people have it: what a syslog daemon writes, and what journalctl writes for people's eyes.
    pub(crate) fn read_text<'a>(&mut self, line: &'a [u8]) -> Read<'a> {
        match self.read_syslog(line) {
            Read::Entry(entry) if entry.origin.identifier.is_empty() => {
                let text = entry.message;
                let (origin, message) =
                    short::enveloped(&mut self.stamps, text).unwrap_or((entry.origin, text));
                Read::of(origin, message)
            }
            read => read,
        }
    }

    /// Reads a line of a log that only a syslog daemon writes: there, what looks like the journal's JSON is none, and its
    /// trusted fields are not to be trusted.
    pub fn read_syslog<'a>(&mut self, line: &'a [u8]) -> Read<'a> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Read::Other;
        }
        if line.len() > LONGEST_LINE || memchr(0, line).is_some() {
            return Read::NoText;
        }
        let found = enveloped(&mut self.stamps, line);
        let (origin, message) = found.unwrap_or((Origin::default(), line));
        Read::of(origin, message)
    }
}

/// An envelope in one of the forms of syslog, and what it holds; none where a line has none.
fn enveloped<'a>(stamps: &mut Stamps, line: &'a [u8]) -> Option<(Origin<'a>, &'a [u8])> {
    let line = without_priority(line);
    if let Some(rest) = line.strip_prefix(b"1 ") {
        return rfc5424::enveloped(stamps, rest);
    }
    let (time, rest) = match line.first()? {
        b'0'..=b'9' => stamps.rfc3339(line)?,
        _ => stamps.rfc3164(line)?,
    };
    let (host, tag, message) = header(rest)?;
    let (identifier, pid) = tag;
    Some((origin(time, host, identifier, pid), message))
}

fn origin<'a>(time: Time, host: &'a [u8], identifier: &'a [u8], pid: u32) -> Origin<'a> {
    Origin {
        time,
        host: Cow::Borrowed(host),
        identifier: Cow::Borrowed(identifier),
        pid,
        ..Origin::default()
    }
}

/// The line without its `<38>`, which lines have that were taken from the wire.
fn without_priority(line: &[u8]) -> &[u8] {
    let Some(rest) = line.strip_prefix(b"<") else {
        return line;
    };
    match rest.iter().position(|b| !b.is_ascii_digit()) {
        Some(digits @ 1..=3) if rest[digits] == b'>' => &rest[digits + 1..],
        _ => line,
    }
}

/// The first word and what stands behind the blank after it.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    // Words are too short for memchr to pay.
    match text.iter().position(|&byte| byte == b' ') {
        Some(blank) => (&text[..blank], &text[blank + 1..]),
        None => (text, b""),
    }
}

/// The first word, and what stands behind all blanks after it.
fn words(text: &[u8]) -> (&[u8], &[u8]) {
    let (first, mut rest) = word(text);
    while let Some(further) = rest.strip_prefix(b" ") {
        rest = further;
    }
    (first, rest)
}

/// A program's name and process.
type Tag<'a> = (&'a [u8], u32);

/// `HOST TAG: MESSAGE`, what stands behind a stamp in the traditional form.
fn header(text: &[u8]) -> Option<(&[u8], Tag<'_>, &[u8])> {
    let text = text.trim_ascii_start();
    let (mut first, mut rest) = words(text);
    // FreeBSD's syslogd -vv: `<auth.info> HOST TAG: MESSAGE`.
    if first.starts_with(b"<") && first.ends_with(b">") {
        (first, rest) = words(rest);
    }
    if first.is_empty() {
        return None;
    }
    // `journalctl --no-hostname`, and what a program sends to /dev/log: no host.
    if first.ends_with(b"]:") || is_tag_of_openssh(first) {
        return Some((b"", tag(first), without_solaris_id(rest)));
    }
    if is_repeat(rest) {
        return Some((first, (b"syslogd", 0), rest));
    }
    let (mut second, mut message) = word(rest);
    // BusyBox' syslogd: `HOST auth.info TAG: MESSAGE`.
    if !second.ends_with(b":") && memchr(b'.', second).is_some() {
        let (third, behind) = word(message);
        if third.ends_with(b":") {
            (second, message) = (third, behind);
        }
    }
    if second.is_empty() {
        return None;
    }
    let tag = tag(second);
    // Where a host ends in a colon, or a tag in none, this may be another form: OpenSSH's lines in one are not another's.
    let doubtful = first.ends_with(b":") || !second.ends_with(b":");
    if doubtful
        && Program::of(tag.0).is_none()
        && crate::domain::openssh::unknown::is_of_openssh(text)
    {
        return None;
    }
    Some((first, tag, without_solaris_id(message)))
}

/// `sshd:`, a tag without a process. No host has such a name.
fn is_tag_of_openssh(word: &[u8]) -> bool {
    let name = word.strip_suffix(b":").filter(|name| !name.is_empty());
    name.is_some_and(|name| Program::of(name).is_some())
}

/// `last message repeated 3 times` of old syslog daemons: it names neither program nor process, so it says nothing.
fn is_repeat(text: &[u8]) -> bool {
    text.starts_with(b"last message repeated ") && text.ends_with(b" times")
}

/// A tag: `sshd[4711]:`, `sshd:`, `[sshd]:`.
fn tag(text: &[u8]) -> Tag<'_> {
    let text = text.strip_suffix(b":").unwrap_or(text);
    let (name, pid) = match numbered(text) {
        Some(tag) => tag,
        None => (text, 0),
    };
    let inner = name
        .strip_prefix(b"[")
        .and_then(|name| name.strip_suffix(b"]"));
    // An empty identifier stands for a message without envelope, which anything could be.
    match inner.unwrap_or(name) {
        b"" => (b"-", pid),
        name => (name, pid),
    }
}

/// `NAME[PID]`.
fn numbered(text: &[u8]) -> Option<Tag<'_>> {
    let inside = text.strip_suffix(b"]")?;
    let bracket = inside.iter().rposition(|&byte| byte == b'[')?;
    Some((&inside[..bracket], number(&inside[bracket + 1..])?))
}

/// The number of a process.
fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |sum, digit| {
        let digit = u32::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// A message without the `[ID 800047 auth.info] ` that Solaris puts before it.
fn without_solaris_id(message: &[u8]) -> &[u8] {
    let Some(rest) = message.strip_prefix(b"[ID ") else {
        return message;
    };
    match memchr(b']', rest) {
        Some(end) if rest[end + 1..].starts_with(b" ") => &rest[end + 2..],
        _ => message,
    }
}

#[cfg(test)]
pub(crate) mod tests;
