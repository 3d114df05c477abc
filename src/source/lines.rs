//! The lines of a log that lies there: a file, plain or compressed by gzip, or standard input.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::rc::Rc;
use std::time::SystemTime;

use flate2::read::MultiGzDecoder;

use super::buffer::{Buffer, Filled, again};
use crate::time::Time;

/// The first bytes of what gzip compressed (RFC 1952, 2.3.1).
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What is handed out in place of a line that is too long to be text.
const NO_TEXT: &[u8] = b"\0";

/// Gives out the lines of a log, one after the other, out of one buffer.
pub struct Lines {
    stream: Box<dyn Read>,
    buffer: Buffer,
    read: Rc<Cell<u64>>,
    number: u64,
    written: Time,
}

impl Lines {
    /// Opens a file, or standard input where the path is `-`. What gzip compressed is read as what it was before.
    pub fn open(path: &Path) -> io::Result<Self> {
        let now = Time::from(SystemTime::now());
        if path == Path::new("-") {
            return Lines::of(Box::new(io::stdin().lock()), now);
        }
        let file = File::open(path)?;
        let modified = file.metadata()?.modified()?;
        Lines::of(Box::new(file), Time::from(modified).min(now))
    }

    fn of(stream: Box<dyn Read>, written: Time) -> io::Result<Self> {
        let read = Rc::new(Cell::new(0));
        let mut stream = Counted {
            stream,
            read: Rc::clone(&read),
        };
        let mut magic = [0; GZIP.len()];
        let mut known = 0;
        while known < magic.len() {
            match again(|| stream.read(&mut magic[known..]))? {
                0 => break,
                count => known += count,
            }
        }
        let stream = Cursor::new(magic).take(known as u64).chain(stream);
        let stream: Box<dyn Read> = match magic == GZIP {
            true => Box::new(MultiGzDecoder::new(stream)),
            false => Box::new(stream),
        };
        Ok(Lines {
            stream,
            buffer: Buffer::new(),
            read,
            number: 0,
            written,
        })
    }

    /// The next line, without its line feed; none at the end. A line that is too long comes as a single NUL: it is no text.
    pub fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            // Asked twice, because what is borrowed in a loop cannot be returned from it.
            if self.buffer.has_next() {
                break;
            }
            if self.buffer.fill_from(&mut *self.stream)?.0 == Filled::End {
                let rest = self.buffer.rest();
                self.number += u64::from(rest.is_some());
                return Ok(rest.map(|line| if line.too_long { NO_TEXT } else { line.text }));
            }
        }
        self.number += 1;
        let line = self.buffer.next();
        Ok(line.map(|line| if line.too_long { NO_TEXT } else { line.text }))
    }

    /// The number of the line that was given out last; the first is 1.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// How many bytes were read so far, as they lie in the file.
    pub fn read_so_far(&self) -> u64 {
        self.read.get()
    }

    /// When the last of these lines was written, at the latest: stamps without a year are to be read as of then.
    pub const fn written(&self) -> Time {
        self.written
    }
}

/// Counts what is read.
struct Counted {
    stream: Box<dyn Read>,
    read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(to)?;
        self.read.set(self.read.get() + count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn lines(path: &Path) -> Vec<String> {
        let mut lines = Lines::open(path).expect("the file");
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().expect("a line") {
            all.push(line.escape_ascii().to_string());
        }
        assert_eq!(lines.number(), all.len() as u64);
        let size = std::fs::metadata(path).expect("the file").len();
        assert_eq!(lines.read_so_far(), size);
        all
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn lines_are_read_from_what_is_plain_and_what_is_compressed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.log");
        for (bytes, expected) in [
            (b"".to_vec(), vec![]),
            (b"a".to_vec(), vec!["a"]),
            (b"a\nb\n".to_vec(), vec!["a", "b"]),
            (gzip(b"a\n\nb"), vec!["a", "", "b"]),
            // Two files compressed one by one and put together.
            ([gzip(b"a\nb"), gzip(b"c\n")].concat(), vec!["a", "bc"]),
        ] {
            std::fs::write(&path, bytes).expect("the file");
            assert_eq!(lines(&path), expected);
        }
    }

    #[test]
    fn a_line_too_long_is_one_line_that_is_no_text() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.log");
        let mut text = b"a\n".to_vec();
        text.extend(vec![b'x'; 10 << 20]);
        text.extend(b"\nb\n");
        std::fs::write(&path, text).expect("the file");
        assert_eq!(lines(&path), ["a", r"\x00", "b"]);
    }

    #[test]
    fn a_damaged_archive_is_an_error_behind_the_lines_before_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.log.2.gz");
        let whole = gzip(&b"a\n".repeat(1_000));
        std::fs::write(&path, &whole[..whole.len() - 4]).expect("the file");
        let mut lines = Lines::open(&path).expect("the file");
        let mut count = 0;
        let error = loop {
            match lines.next_line() {
                Ok(Some(_)) => count += 1,
                Ok(None) => panic!("the end after {count} lines"),
                Err(error) => break error,
            }
        };
        assert_eq!(count, 1_000, "{error}");
    }
}
