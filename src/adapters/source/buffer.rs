//! A buffer that is filled from a log and hands out its lines; it uses constant memory for any log.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt;

use memchr::memchr;

/// Bytes per read. Reading is fastest from about 128 KiB on; the longest line and its context must fit.
const CAPACITY: usize = 256 * 1024;

/// Bytes before an offset that are kept, to recognize the same place later.
pub(crate) const CONTEXT: usize = 1024;

/// Bytes that are kept of a line that is too long.
const HEAD: usize = 8;

/// Lines of a log. The bytes from `start` to `end` were read but not handed out; up to `CONTEXT` bytes before them are kept.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    /// There is no line feed between `start` and here.
    searched: usize,
    /// The place of the first NUL from `start` on, else `end`.
    nul: usize,
    end: usize,
    /// Bytes of the line at `start` that were already discarded: NULs, or the line is too long.
    discarded: u64,
    too_long: bool,
    /// The first of the discarded bytes.
    head: [u8; HEAD],
}

/// One line of a log, or the place of a line that cannot be handed out.
#[derive(Debug, PartialEq, Eq)]
pub struct LogLine<'a> {
    /// The line without its line feed and without NULs before it. A writer that keeps its offset after a truncation leaves a
    /// hole of NULs, and its next line stands directly behind the hole. Empty if the line is too long.
    pub text: &'a [u8],
    /// Length in the log, in bytes.
    pub length: u64,
    /// The line was longer than `LONGEST_LINE`.
    pub too_long: bool,
    /// The line holds a NUL, so it is not text.
    pub nul: bool,
    /// The first bytes of the line in the log, if the line is too long.
    pub head: [u8; HEAD],
}

/// Result of filling the buffer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// More bytes were read.
    Grown,
    /// There are no more bytes for now.
    End,
    /// The bytes that were read before are gone: the file was truncated or overwritten.
    Changed,
}

impl Buffer {
    pub(crate) fn new() -> Self {
        Buffer {
            bytes: vec![0; CAPACITY],
            start: 0,
            searched: 0,
            nul: 0,
            end: 0,
            discarded: 0,
            too_long: false,
            head: [0; HEAD],
        }
    }

    /// A buffer at an offset of a file, with the bytes before it as context. `None` if the file is shorter.
    pub(crate) fn behind(file: &File, offset: u64) -> io::Result<Option<Self>> {
        let mut buffer = Buffer::new();
        let count = usize::try_from(offset).unwrap_or(CONTEXT).min(CONTEXT);
        buffer.end = count;
        buffer.skip();
        match file.read_exact_at(&mut buffer.bytes[..count], offset - count as u64) {
            Ok(()) => Ok(Some(buffer)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the buffer holds the next line with its line feed.
    pub(crate) fn has_next(&mut self) -> bool {
        self.line_feed().is_some()
    }

    /// The place of the next line feed. `None` if more must be read first.
    #[inline]
    pub(crate) fn line_feed(&mut self) -> Option<usize> {
        let found = memchr(b'\n', &self.bytes[self.searched..self.end]);
        self.searched = found.map_or(self.end, |found| self.searched + found);
        found.map(|_| self.searched)
    }

    /// The next whole line, whose line feed is at this place.
    #[inline]
    pub(crate) fn before(&mut self, line_feed: usize) -> LogLine<'_> {
        self.take(line_feed, line_feed + 1)
    }

    /// The next whole line.
    pub(crate) fn next(&mut self) -> Option<LogLine<'_>> {
        let line_feed = self.line_feed()?;
        Some(self.before(line_feed))
    }

    /// The bytes after the last line feed, if there are any.
    pub(crate) fn rest(&mut self) -> Option<LogLine<'_>> {
        let any = self.start < self.end || self.discarded > 0;
        any.then(|| self.take(self.end, self.end))
    }

    #[inline]
    fn take(&mut self, stop: usize, behind: usize) -> LogLine<'_> {
        if self.discarded > 0 || self.nul < stop || stop - self.start > LONGEST_LINE {
            return self.take_odd(stop, behind);
        }
        let start = std::mem::replace(&mut self.start, behind);
        self.searched = behind;
        LogLine {
            text: &self.bytes[start..stop],
            length: (behind - start) as u64,
            too_long: false,
            nul: false,
            head: self.head,
        }
    }

    /// Takes a line that holds a NUL, is too long, or was read in part before.
    #[cold]
    fn take_odd(&mut self, stop: usize, behind: usize) -> LogLine<'_> {
        let (start, len) = (self.start, stop - self.start);
        let nuls = leading_nuls(&self.bytes[start..stop]);
        let too_long = std::mem::take(&mut self.too_long) || len - nuls > LONGEST_LINE;
        if too_long && self.discarded == 0 {
            self.keep_head();
        }
        let length = std::mem::take(&mut self.discarded) + (behind - start) as u64;
        self.start = behind;
        self.searched = behind;
        if self.nul < behind {
            self.nul = self.nul_from(behind);
        }
        let text = match too_long {
            true => &b""[..],
            false => &self.bytes[start + nuls..stop],
        };
        LogLine {
            text,
            length,
            too_long,
            nul: memchr(0, text).is_some(),
            head: self.head,
        }
    }

    /// The place of the first NUL from a place on, else `end`.
    fn nul_from(&self, from: usize) -> usize {
        let found = memchr(0, &self.bytes[from..self.end]);
        found.map_or(self.end, |found| from + found)
    }

    /// Keeps the first bytes of the line.
    fn keep_head(&mut self) {
        if let Some(head) = self.bytes[self.start..self.end].first_chunk() {
            self.head = *head;
        }
    }

    /// The last bytes before the next line. `None` while part of that line is already discarded.
    pub(crate) fn context(&self) -> Option<&[u8]> {
        let from = self.start.saturating_sub(CONTEXT);
        (self.discarded == 0).then(|| &self.bytes[from..self.start])
    }

    /// Reads more of a file; the buffer ends at `offset` of the file. The same call reads and compares the last bytes before
    /// `offset`: so each truncation is detected, even if the file has already grown beyond `offset` again.
    pub(crate) fn fill_at(&mut self, file: &File, offset: u64) -> io::Result<(Filled, u64)> {
        self.make_room();
        let known = self.end.min(CONTEXT);
        let from = self.end - known;
        let mut before = [0; CONTEXT];
        let before = &mut before[..known];
        before.copy_from_slice(&self.bytes[from..self.end]);
        let read = again(|| file.read_at(&mut self.bytes[from..], offset - known as u64))?;
        if read < known || self.bytes[from..self.end] != *before {
            self.bytes[from..self.end].copy_from_slice(before);
            return Ok((Filled::Changed, 0));
        }
        Ok(self.grown(read - known))
    }

    /// Reads more of a stream.
    pub(crate) fn fill_from(&mut self, stream: &mut dyn Read) -> io::Result<(Filled, u64)> {
        self.make_room();
        let read = again(|| stream.read(&mut self.bytes[self.end..]))?;
        Ok(self.grown(read))
    }

    fn grown(&mut self, count: usize) -> (Filled, u64) {
        let before = self.end;
        self.end += count;
        if self.nul == before {
            self.nul = self.nul_from(before);
        }
        match count {
            0 => (Filled::End, 0),
            _ => (Filled::Grown, count as u64),
        }
    }

    /// Continues after the bytes that were read: they become context and give no line.
    pub(crate) fn skip(&mut self) {
        self.start = self.end;
        self.searched = self.end;
        self.nul = self.end;
        self.discarded = 0;
        self.too_long = false;
    }

    /// Discards bytes that no line needs, and moves the rest to the front when the room after it gets small.
    fn make_room(&mut self) {
        if self.discarded > 0 || self.end - self.start >= CONTEXT {
            let unfinished = &self.bytes[self.start..self.end];
            let mut useless = match self.too_long {
                true => unfinished.len(),
                false => leading_nuls(unfinished),
            };
            if unfinished.len() - useless > LONGEST_LINE {
                self.too_long = true;
                useless = unfinished.len();
            }
            if self.discarded == 0 && useless > 0 {
                self.keep_head();
            }
            self.discarded += useless as u64;
            self.start += useless;
            self.searched = self.searched.max(self.start);
            if self.nul < self.start {
                self.nul = self.nul_from(self.start);
            }
        }
        if self.end > self.bytes.len() / 2 {
            let from = self.start.saturating_sub(CONTEXT);
            self.bytes.copy_within(from..self.end, 0);
            self.start -= from;
            self.searched -= from;
            self.nul -= from;
            self.end -= from;
        }
    }
}

/// Number of NULs at the beginning of a text.
fn leading_nuls(text: &[u8]) -> usize {
    /// Compares whole blocks, because a hole can be long.
    const NULS: [u8; 512] = [0; 512];
    if text.first() != Some(&0) {
        return 0;
    }
    let whole = text
        .chunks_exact(NULS.len())
        .take_while(|chunk| **chunk == NULS)
        .count();
    let from = whole * NULS.len();
    from + text[from..].iter().take_while(|&&byte| byte == 0).count()
}

/// Repeats a call that a signal interrupted.
pub(crate) fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// The longest line, in bytes. rsyslog accepts messages of 8 KiB (`maxMessageSize`), sshd writes 500 bytes (log.c); longer
/// text is not a line.
pub(crate) const LONGEST_LINE: usize = 64 * 1024;

/// The first bytes of a gzip file (RFC 1952, 2.3.1).
pub(crate) const GZIP: [u8; 2] = [0x1f, 0x8b];

#[cfg(test)]
mod tests;
