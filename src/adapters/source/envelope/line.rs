//! Takes a line out of its envelope.

use std::time::SystemTime;

use memchr::memchr;

use super::journalctl::Exported;
use super::read::{LineParts, Read};
use super::{rfc5424, short};
use crate::adapters::source::buffer::LONGEST_LINE;
use crate::adapters::source::envelope::parts::{header, without_priority};
use crate::adapters::source::envelope::stamp::Stamps;
use crate::adapters::source::envelope::years::Years;
use crate::domain::base::time::{Time, Zone};

/// Takes lines out of their envelopes. Text is not copied, except from the lines of `journalctl -o json`.
#[derive(Debug)]
pub struct Envelope {
    pub(crate) stamps: Stamps,
    /// The entry of a JSON line.
    pub(crate) exported: Exported,
    /// A pasted line, without the text around it.
    pub(super) pasted: Vec<u8>,
}

impl Default for Envelope {
    fn default() -> Self {
        Envelope::new()
    }
}

impl Envelope {
    /// For lines of this machine that were written before now.
    pub fn new() -> Self {
        Envelope::at(Zone::Machine, SystemTime::now().into())
    }

    /// For lines whose stamps are in `zone` if they name no zone, and near `now` if they name no year.
    pub fn at(zone: Zone, now: Time) -> Self {
        Envelope::with(Stamps::new(zone, now))
    }

    /// For a first reading of a whole log, to find the New Years in it.
    pub fn survey(zone: Zone) -> Self {
        Envelope::with(Stamps::ordered(zone, Time::default(), Years::unknown()))
    }

    /// For the second reading of the same log, which was last written at `written`.
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

    /// Reads a line without its line feed.
    pub fn read<'a>(&'a mut self, line: &'a [u8]) -> Read<'a> {
        if line.starts_with(b"{") && line.len() <= LONGEST_LINE && self.exported.read_json(line) {
            return self.exported.read();
        }
        match is_text(line) {
            true => self.read_text(line),
            false => Read::NoText,
        }
    }

    /// Reads a line of text (see [`is_text`]): of a syslog daemon, or of an output of journalctl that is made for people.
    pub(crate) fn read_text<'a>(&mut self, line: &'a [u8]) -> Read<'a> {
        match self.parts(line) {
            Some(parts) => Read::of(parts),
            None => self.read_other(line),
        }
    }

    /// The parts of a line of text of a syslog daemon.
    #[inline(always)]
    pub(crate) fn parts<'a>(&mut self, line: &'a [u8]) -> Option<LineParts<'a>> {
        enveloped(&mut self.stamps, without_return(line))
    }

    /// Reads a line of text that has no envelope of a syslog daemon.
    #[cold]
    pub(crate) fn read_other<'a>(&mut self, line: &'a [u8]) -> Read<'a> {
        let line = without_return(line);
        if line.is_empty() {
            return Read::Other;
        }
        let found = short::enveloped(&mut self.stamps, line);
        Read::of(found.unwrap_or(LineParts::bare(line)))
    }

    /// Reads a line of a log that only a syslog daemon writes. There, text that looks like the journal's JSON is not read as
    /// such, because its trusted fields cannot be trusted.
    pub fn read_syslog<'a>(&mut self, line: &'a [u8]) -> Read<'a> {
        match is_text(line) {
            true => self.read_syslog_text(line),
            false => Read::NoText,
        }
    }

    /// The same for a line of text (see [`is_text`]).
    pub(crate) fn read_syslog_text<'a>(&mut self, line: &'a [u8]) -> Read<'a> {
        match self.parts(line) {
            Some(parts) => Read::of(parts),
            None if without_return(line).is_empty() => Read::Other,
            None => Read::of(LineParts::bare(without_return(line))),
        }
    }
}

/// Whether a line is text: it holds no NUL, and is not longer than `LONGEST_LINE`.
pub(super) fn is_text(line: &[u8]) -> bool {
    let line = without_return(line);
    line.len() <= LONGEST_LINE && memchr(0, line).is_none()
}

/// The line without the carriage return of other systems.
#[inline]
pub(crate) fn without_return(line: &[u8]) -> &[u8] {
    match line {
        [line @ .., b'\r'] => line,
        _ => line,
    }
}

/// Reads an envelope in one of the forms of syslog, and its message. `None` if the line has no envelope.
#[inline(always)]
pub(super) fn enveloped<'a>(stamps: &mut Stamps, line: &'a [u8]) -> Option<LineParts<'a>> {
    let line = without_priority(line);
    if let [b'1', b' ', rest @ ..] = line {
        return rfc5424::enveloped(stamps, rest);
    }
    let (time, rest) = match line.first()? {
        b'0'..=b'9' => stamps.rfc3339(line)?,
        _ => stamps.rfc3164(line)?,
    };
    let (host, (identifier, pid), message) = header(rest)?;
    Some(LineParts {
        time,
        host,
        identifier,
        pid,
        message,
    })
}
