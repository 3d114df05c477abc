//! The entries of a whole log file: the lines of a syslog daemon, or an output of journalctl, in any of its formats.
//!
//! The journal's own fields (`_UID`) are believed where the file is a dump of the journal, which its first line shows. In a
//! file that begins as a syslog daemon's, a line that looks like the journal's is none: a user may have logged it.

use super::export::{self, Export};
use crate::adapters::archive::lines::without_mark as without_byte_order_mark;
use crate::adapters::source::buffer::{LONGEST_LINE, Line};
use crate::adapters::source::envelope::{Envelope, Read, Years, short};
use crate::domain::base::time::Time;

/// How long an entry of `json-pretty` may be: journalctl leaves out fields of more than 4 KiB, and an entry has a few dozen.
const LONGEST_ENTRY: usize = 4 * LONGEST_LINE;

/// Reads a log line by line.
pub struct Dump {
    envelope: Envelope,
    /// Whether what looks like the journal's is the journal's; none as long as no line shows it.
    of_journal: Option<bool>,
    pasted: bool,
    export: Export,
    /// An entry of `json-pretty` under way.
    pretty: Vec<u8>,
    remedy: Option<&'static str>,
}

/// What the journal's lines look like.
enum Form {
    /// `json`, `json-seq`, `json-sse`: an entry on a line.
    Json,
    /// The first line of an entry of `json-pretty`.
    Pretty,
    /// The first line of an entry of `export`.
    Export,
}

impl Dump {
    /// A file: its first line shows what it is.
    pub fn file(envelope: Envelope) -> Self {
        Dump {
            envelope,
            of_journal: None,
            pasted: false,
            export: Export::default(),
            pretty: Vec::new(),
            remedy: None,
        }
    }

    /// Lines that a person put together, of any output each, with whatever stands before them.
    pub fn pasted(envelope: Envelope) -> Self {
        Dump {
            of_journal: Some(true),
            pasted: true,
            ..Dump::file(envelope)
        }
    }

    /// Reads the next line; none where the entry goes on with the next.
    pub fn read<'a>(&'a mut self, line: &Line<'a>) -> Option<Read<'a>> {
        if self.export.is_open() {
            return self.export.line(line).then(|| self.export.read());
        }
        if !self.pretty.is_empty() {
            return self.pretty_line(line);
        }
        if line.too_long {
            return Some(Read::NoText);
        }
        let text = without_byte_order_mark(line.text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.is_empty() {
            return Some(Read::Other);
        }
        let form = form(text);
        let of_journal = *self
            .of_journal
            .get_or_insert_with(|| form.as_ref().is_some_and(|form| is_whole(form, text)));
        match form.filter(|_| of_journal) {
            Some(Form::Export) => {
                self.export.line(line);
                None
            }
            Some(Form::Pretty) => self.pretty_line(line),
            Some(Form::Json) => Some(self.envelope.read(without_mark(text))),
            None => {
                if self.pasted {
                    self.remedy = self.remedy.or_else(|| short::remedy(text));
                    return Some(self.envelope.read_pasted(text));
                }
                let read = self.envelope.read_text(text);
                if matches!(&read, Read::Entry(entry) if entry.origin.identifier.is_empty()) {
                    self.remedy = self.remedy.or_else(|| short::remedy(text));
                }
                Some(read)
            }
        }
    }

    /// Reads of a line no more than a stamp without a year, as a first reading needs it; false where that takes more.
    pub(in crate::adapters) fn pass(&mut self, line: &Line<'_>) -> bool {
        let plain = self.of_journal == Some(false) && !line.too_long;
        // The second reading finds no stamp where there is no text.
        plain
            && memchr::memchr(0, line.text).is_none()
            && self.envelope.stamps.rfc3164(line.text).is_some()
    }

    /// What is left at the end: an entry that no empty line ended.
    pub fn end(&mut self) -> Option<Read<'_>> {
        if self.export.is_open() {
            return Some(match self.export.end() {
                true => self.export.read(),
                false => Read::NoText,
            });
        }
        let cut = !std::mem::take(&mut self.pretty).is_empty();
        cut.then_some(Read::NoText)
    }

    /// The years of the log, where its stamps name none and it was read in its order.
    pub const fn years(&self) -> Option<&Years> {
        self.envelope.stamps.years()
    }

    /// What comes after a first reading: takes the lines of the same log, which was last written then, out of their envelopes.
    pub(in crate::adapters) fn surveyed(&self, written: Time) -> Envelope {
        self.envelope.surveyed(written)
    }

    /// What takes its lines out of their envelopes.
    pub fn into_envelope(self) -> Envelope {
        self.envelope
    }

    /// What to do about lines of an output of journalctl that is not read, where there were any.
    pub const fn remedy(&self) -> Option<&'static str> {
        self.remedy
    }

    fn pretty_line(&mut self, line: &Line<'_>) -> Option<Read<'_>> {
        // What is too long is read on to its end, and then is none.
        if line.too_long || self.pretty.len() + line.text.len() > LONGEST_ENTRY {
            self.pretty.truncate(1);
        }
        self.pretty.extend_from_slice(line.text);
        if !line.text.starts_with(b"}") {
            return None;
        }
        let entry = std::mem::take(&mut self.pretty);
        let exported = &mut self.envelope.exported;
        Some(match exported.read_json(&entry) {
            true => exported.read(),
            false => Read::NoText,
        })
    }
}

/// What a line looks like at the beginning of an entry.
fn form(text: &[u8]) -> Option<Form> {
    if text.starts_with(export::BEGINS) {
        return Some(Form::Export);
    }
    match without_mark(text).strip_prefix(b"{")? {
        b"" => Some(Form::Pretty),
        _ => Some(Form::Json),
    }
}

/// An entry without what `json-seq` (RFC 7464) and `json-sse` put before it.
fn without_mark(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"\x1e").unwrap_or(text);
    text.strip_prefix(b"data: ").unwrap_or(text)
}

/// Does a first line of this form begin a dump of the journal? Every entry of one has a cursor.
fn is_whole(form: &Form, text: &[u8]) -> bool {
    match form {
        Form::Export | Form::Pretty => true,
        Form::Json => {
            let cursor = memchr::memmem::find(text, b"\"__CURSOR\"");
            without_mark(text).len() < text.len() || cursor.is_some()
        }
    }
}

#[cfg(test)]
mod tests;
