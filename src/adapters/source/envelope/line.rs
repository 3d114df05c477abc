//! Takes a line out of its envelope.

use std::time::SystemTime;

use memchr::memchr;

use super::journalctl::Exported;
use super::read::Read;
use super::{rfc5424, short};
use crate::adapters::source::buffer::LONGEST_LINE;
use crate::adapters::source::envelope::parts::{header, origin, without_priority};
use crate::adapters::source::envelope::stamp::Stamps;
use crate::adapters::source::envelope::years::Years;
use crate::domain::base::time::{Time, Zone};
use crate::domain::record::Origin;

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
        self.read_text(line)
    }

    /// Reads a line of text: of a syslog daemon, or of an output of journalctl that is made for people.
    pub(crate) fn read_text<'a>(&mut self, line: &'a [u8]) -> Read<'a> {
        let mut read = self.read_syslog(line);
        if let Read::Entry(entry) = &mut read {
            if entry.origin.identifier.is_empty() {
                if let Some((origin, message)) = short::enveloped(&mut self.stamps, entry.message) {
                    (entry.origin, entry.message) = (origin, message);
                }
            }
        }
        read
    }

    /// Reads a line of a log that only a syslog daemon writes. There, text that looks like the journal's JSON is not read as
    /// such, because its trusted fields cannot be trusted.
    pub fn read_syslog<'a>(&mut self, line: &'a [u8]) -> Read<'a> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Read::Other;
        }
        if line.len() > LONGEST_LINE || memchr(0, line).is_some() {
            return Read::NoText;
        }
        match enveloped(&mut self.stamps, line) {
            Some((origin, message)) => Read::of(origin, message),
            None => Read::of(Origin::default(), line),
        }
    }
}

/// Reads an envelope in one of the forms of syslog, and its message. `None` if the line has no envelope.
#[inline]
pub(super) fn enveloped<'a>(stamps: &mut Stamps, line: &'a [u8]) -> Option<(Origin<'a>, &'a [u8])> {
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
