//! The entries of a whole log file: lines of a syslog daemon, or output of journalctl in any of its formats.
//!
//! The journal's own fields (`_UID`) are trusted only if the file is a dump of the journal; its first line shows this. In a
//! file that begins with a syslog daemon's line, a line that looks like the journal's is not trusted: a user may have logged
//! it.

use super::export::{self, Export};
use crate::adapters::archive::lines::without_mark as without_byte_order_mark;
use crate::adapters::source::buffer::{LONGEST_LINE, LogLine};
use crate::adapters::source::envelope::{Envelope, Read, Years, short, without_return};
use crate::domain::base::time::Time;

/// The longest entry of `json-pretty`, in bytes: journalctl leaves out fields over 4 KiB, and an entry has a few dozen
/// fields.
const LONGEST_ENTRY: usize = 4 * LONGEST_LINE;

/// Reads a log line by line.
pub struct Dump {
    envelope: Envelope,
    /// Whether the file is a dump of the journal, so that the journal's formats are read. `None` before the first line with
    /// text.
    of_journal: Option<bool>,
    pasted: bool,
    export: Export,
    /// The present, unfinished entry of `json-pretty`.
    pretty: Vec<u8>,
    remedy: Option<&'static str>,
}

/// The form of a line of the journal.
enum Form {
    /// `json`, `json-seq`, `json-sse`: one entry per line.
    Json,
    /// The first line of an entry of `json-pretty`.
    Pretty,
    /// The first line of an entry of `export`.
    Export,
}

impl Dump {
    /// Reads a file; its first line shows its format.
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

    /// Reads lines that a person put together: each can be of any output, and can have other text before it.
    pub fn pasted(envelope: Envelope) -> Self {
        Dump {
            of_journal: Some(true),
            pasted: true,
            ..Dump::file(envelope)
        }
    }

    /// Reads the next line. `None` if the entry continues on the next line.
    pub fn read<'a>(&'a mut self, line: &LogLine<'a>) -> Option<Read<'a>> {
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
        let text = without_return(text);
        if text.is_empty() {
            return Some(Read::Other);
        }
        match self.form(text) {
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
                if line.nul {
                    return Some(Read::NoText);
                }
                // An entry is large: that of most lines is made where it stays.
                if let Some(parts) = self.envelope.parts(text) {
                    return Some(Read::of(parts));
                }
                let read = self.envelope.read_other(text);
                if matches!(&read, Read::Entry(entry) if entry.origin.identifier.is_empty()) {
                    self.remedy = self.remedy.or_else(|| short::remedy(text));
                }
                Some(read)
            }
        }
    }

    /// Reads only the stamp without a year, which is enough for a first reading; false if the line needs a full reading.
    pub(in crate::adapters) fn pass(&mut self, line: &LogLine<'_>) -> bool {
        let plain = self.of_journal == Some(false) && !line.too_long;
        // The second reading finds no stamp in a line that is not text.
        plain && !line.nul && self.envelope.stamps.rfc3164(line.text).is_some()
    }

    /// The result at the end of the file: an entry that no empty line ended.
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

    /// The years of the log, if its stamps name no year and it was read in its order.
    pub const fn years(&self) -> Option<&Years> {
        self.envelope.stamps.years()
    }

    /// The envelope for the second reading of the same log, which was last written at `written`.
    pub(in crate::adapters) fn surveyed(&self, written: Time) -> Envelope {
        self.envelope.surveyed(written)
    }

    /// The envelope that reads the lines of this log.
    pub fn into_envelope(self) -> Envelope {
        self.envelope
    }

    /// Advice about lines of a journalctl output that is not read, if there were any.
    pub const fn remedy(&self) -> Option<&'static str> {
        self.remedy
    }

    /// The form of a line at the beginning of an entry, in a dump of the journal; the first line shows whether this is one.
    fn form(&mut self, text: &[u8]) -> Option<Form> {
        if self.of_journal == Some(false) {
            return None;
        }
        let form = form(text);
        let of_journal = *self
            .of_journal
            .get_or_insert_with(|| form.as_ref().is_some_and(|form| is_whole(form, text)));
        form.filter(|_| of_journal)
    }

    fn pretty_line(&mut self, line: &LogLine<'_>) -> Option<Read<'_>> {
        // An entry that is too long is read to its end, and then counts as no text.
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

/// The form of a line at the beginning of an entry.
fn form(text: &[u8]) -> Option<Form> {
    if text.starts_with(export::BEGINS) {
        return Some(Form::Export);
    }
    match without_mark(text).strip_prefix(b"{")? {
        b"" => Some(Form::Pretty),
        _ => Some(Form::Json),
    }
}

/// An entry without the prefix of `json-seq` (RFC 7464) or `json-sse`.
fn without_mark(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"\x1e").unwrap_or(text);
    text.strip_prefix(b"data: ").unwrap_or(text)
}

/// Whether a first line of this form begins a dump of the journal. Every entry of such a dump has a cursor.
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
