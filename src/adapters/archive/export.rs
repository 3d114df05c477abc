//! The entries of `journalctl -o export` (systemd's JOURNAL_EXPORT_FORMATS.md, "Journal Export Format").

use memchr::memchr;

use crate::adapters::source::buffer::{LONGEST_LINE, LogLine};
use crate::adapters::source::envelope::Read;
use crate::adapters::source::envelope::journalctl::Exported;

/// How the first line of every entry begins.
pub(crate) const BEGINS: &[u8] = b"__CURSOR=";

/// Bytes of the length of a binary value.
const LENGTH: usize = 8;

/// An unfinished entry. A sender cannot end it early by the text of a field: the length of a binary value comes before the
/// value.
#[derive(Default)]
pub(crate) struct Export {
    entry: Exported,
    open: bool,
    value: Option<UnfinishedValue>,
}

/// An unfinished value that is binary or has several lines.
#[derive(Default)]
struct UnfinishedValue {
    name: Vec<u8>,
    /// The bytes of the length that were read so far.
    length: Vec<u8>,
    /// The bytes of the value that were read so far; empty if the value is too long.
    bytes: Vec<u8>,
    too_long: bool,
    /// Bytes that are still to come, including the line feed after the value.
    left: u64,
}

impl Export {
    /// Whether an entry has begun but not ended.
    pub(crate) const fn is_open(&self) -> bool {
        self.open
    }

    /// Takes the next line. Whether the entry ends with it.
    pub(crate) fn line(&mut self, line: &LogLine<'_>) -> bool {
        if !std::mem::replace(&mut self.open, true) {
            self.entry.clear();
        }
        if let Some(mut value) = self.value.take() {
            value.take(line);
            if value.left > 0 || value.length.len() < LENGTH {
                self.value = Some(value);
            } else {
                self.entry.add(&value.name, value.text());
            }
            return false;
        }
        if line.too_long {
            return false;
        }
        let text = line.text.strip_suffix(b"\r").unwrap_or(line.text);
        match memchr(b'=', text) {
            _ if text.is_empty() => self.open = false,
            Some(at) => self.entry.add(&text[..at], &text[at + 1..]),
            None => {
                self.value = Some(UnfinishedValue {
                    name: text.to_vec(),
                    ..UnfinishedValue::default()
                });
            }
        }
        !self.open
    }

    /// Ends the entry at the end of a log without an empty line. Whether the entry is complete and names its sender.
    pub(crate) fn end(&mut self) -> bool {
        self.open = false;
        self.value.take().is_none() && self.entry.tells_sender()
    }

    /// The entry that ended.
    pub(crate) fn read(&self) -> Read<'_> {
        self.entry.read()
    }
}

impl UnfinishedValue {
    /// Takes a line of the log, with the NULs before it and the line feed after it.
    fn take(&mut self, line: &LogLine<'_>) {
        let (text, nuls) = match line.too_long {
            true => (line.head.as_slice(), 0),
            false => (
                line.text,
                line.length.saturating_sub(line.text.len() as u64 + 1),
            ),
        };
        let mut bytes = std::iter::repeat_n(0, usize::try_from(nuls).unwrap_or(0))
            .chain(text.iter().copied())
            .chain([b'\n']);
        let mut length = line.length;
        while self.length.len() < LENGTH && length > 0 {
            self.length.extend(bytes.next());
            length -= 1;
            if let Ok(told) = <[u8; LENGTH]>::try_from(&*self.length) {
                self.left = u64::from_le_bytes(told).saturating_add(1);
            }
        }
        if self.length.len() < LENGTH {
            return;
        }
        self.left = self.left.saturating_sub(length);
        let room = LONGEST_LINE.saturating_sub(self.bytes.len());
        self.too_long |= line.too_long || length > room as u64;
        match self.too_long {
            true => self.bytes.clear(),
            false => self.bytes.extend(bytes),
        }
    }

    /// The value without the line feed after it.
    fn text(&self) -> &[u8] {
        self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes)
    }
}
