//! Taking a line out of its envelope.

use std::time::SystemTime;

use memchr::memchr;

use super::{journalctl, rfc5424, short};
use crate::adapters::source::buffer::LONGEST_LINE;
use crate::adapters::source::envelope::parts::{header, origin, without_priority};
use crate::adapters::source::envelope::stamp::Stamps;
use crate::adapters::source::envelope::years::Years;
use crate::domain::base::time::{Time, Zone};
use crate::domain::record::{Entry, Origin};

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

/// Takes lines out of their envelopes. Nothing is copied, but from the lines of `journalctl -o json`.
#[derive(Debug)]
pub struct Envelope {
    pub(crate) stamps: Stamps,
    /// The message of a JSON line, with its escapes undone.
    pub(crate) message: Vec<u8>,
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
        Envelope {
            stamps: Stamps::new(zone, now),
            message: Vec::new(),
        }
    }

    /// For a first reading of a whole log, to see which years it passes.
    pub fn survey(zone: Zone) -> Self {
        Envelope {
            stamps: Stamps::ordered(zone, Time::default(), Years::unknown()),
            message: Vec::new(),
        }
    }

    /// For the reading after that first one, of the same log, which was last written then.
    pub fn surveyed(&self, written: Time) -> Self {
        let zone = self.stamps.zone();
        let years = (self.stamps.years()).and_then(|years| years.of_log_written(written, zone));
        let stamps = match years {
            Some(years) => Stamps::ordered(zone, written, years),
            None => Stamps::new(zone, written),
        };
        Envelope {
            stamps,
            message: Vec::new(),
        }
    }

    /// The years of the log, where its stamps name none and it was read in its order.
    pub fn years(&self) -> Option<&Years> {
        self.stamps.years()
    }

    /// Sets the present.
    pub fn set_now(&mut self, now: Time) {
        self.stamps.set_now(now);
    }

    /// Reads a line, which is without its line feed.
    pub fn read<'a>(&'a mut self, line: &'a [u8]) -> Read<'a> {
        if line.starts_with(b"{") && line.len() <= LONGEST_LINE {
            if let Some((origin, dropped)) = journalctl::json(line, &mut self.message) {
                let message = &self.message;
                return Read::Entry(Entry {
                    origin,
                    message,
                    dropped,
                    over: None,
                });
            }
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
                Read::Entry(Entry {
                    origin,
                    message,
                    ..Entry::default()
                })
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
        let (origin, message) = enveloped(&mut self.stamps, line).unwrap_or((bare(), line));
        Read::Entry(Entry {
            origin,
            message,
            ..Entry::default()
        })
    }
}

/// The origin of a message without envelope.
pub(super) fn bare() -> Origin<'static> {
    Origin::default()
}

/// An envelope in one of the forms of syslog, and what it holds; none where a line has none.
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
