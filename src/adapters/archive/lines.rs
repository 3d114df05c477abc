//! The lines of a log file that is not followed: a file, a pipe or standard input, plain or gzip, opened once.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use flate2::read::MultiGzDecoder;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::opened::{self, MAGIC, Opened};
use crate::adapters::source::buffer::{Buffer, Filled, GZIP};
use crate::domain::base::time::Time;

pub use crate::adapters::source::buffer::LogLine;

/// Hands out the lines of a log one by one, from one buffer.
pub struct Lines {
    stream: Stream,
    buffer: Buffer,
    read: Rc<Cell<u64>>,
    number: u64,
    file: Rc<File>,
    /// The log is a regular file: it can be read again from the offset where reading began.
    regular: bool,
    start: u64,
    /// The text that was read so far, if it can be read again only from memory.
    kept: Option<Vec<u8>>,
    size: u64,
    written: Option<Time>,
    /// The path, and the command that opened it.
    asked: (PathBuf, &'static str),
}

/// A line without the byte order mark that editors of other systems write before a text.
#[inline]
pub(crate) fn without_mark(line: &[u8]) -> &[u8] {
    match line {
        [0xef, 0xbb, 0xbf, text @ ..] => text,
        _ => line,
    }
}

/// The bytes of the text.
enum Stream {
    Plain(Box<dyn Read>),
    Gzip(Box<MultiGzDecoder<Box<dyn Read>>>),
}

impl Lines {
    /// Opens a file or a pipe, or standard input if the path is `-`, and reads it as `of` does.
    pub fn open(path: &Path, command: &'static str) -> io::Result<Self> {
        Lines::of(opened::open(path)?, path, command)
    }

    /// The lines of an opened log. A gzip file is decompressed; another compression is refused, with the program that must
    /// run before `sftp-monitor` and this `command`.
    pub fn of(opened: Opened, path: &Path, command: &'static str) -> io::Result<Self> {
        let Opened {
            file,
            regular,
            size,
            written,
            ..
        } = opened;
        let file = Rc::new(file);
        let start = match regular {
            true => (&*file).stream_position()?,
            false => 0,
        };
        let read = Rc::new(Cell::new(0));
        let (stream, magic) = Stream::begin(&file, &read)?;
        if let Some(why) = opened::foreign(&magic, path, command) {
            return Err(io::Error::other(why));
        }
        Ok(Lines {
            stream,
            buffer: Buffer::new(),
            read,
            number: 0,
            file,
            regular,
            start,
            kept: None,
            size,
            written,
            asked: (path.to_owned(), command),
        })
    }

    /// Whether the writer of the pipe has paused: there is no next line, and none comes within this time.
    pub fn pauses(&mut self, at_most: Duration) -> bool {
        let timeout = Timespec::try_from(at_most).ok();
        let mut ready = [PollFd::new(&*self.file, PollFlags::IN)];
        !self.regular && !self.buffer.has_next() && poll(&mut ready, timeout.as_ref()) == Ok(0)
    }

    /// From now on, keeps the text of a log that cannot be read twice, so that `begin_again` can be called.
    pub fn keep(&mut self) {
        self.kept = (!self.regular).then(Vec::new);
    }

    /// Number of bytes that are kept.
    pub fn kept(&self) -> usize {
        self.kept.as_ref().map_or(0, Vec::len)
    }

    /// Goes back to the first line; no more text is kept after that.
    pub fn begin_again(&mut self) -> io::Result<()> {
        if self.regular {
            (&*self.file).seek(SeekFrom::Start(self.start))?;
            self.read.set(0);
            self.stream = Stream::begin(&self.file, &self.read)?.0;
        } else {
            let rest = std::mem::replace(&mut self.stream, Stream::Plain(Box::new(io::empty())));
            let kept = Cursor::new(self.kept.take().unwrap_or_default());
            self.stream = Stream::Plain(Box::new(kept.chain(rest)));
        }
        self.buffer = Buffer::new();
        self.number = 0;
        Ok(())
    }

    /// The next line. `None` at the end.
    #[inline(always)]
    pub fn next_whole(&mut self) -> io::Result<Option<LogLine<'_>>> {
        loop {
            if let Some(line_feed) = self.buffer.line_feed() {
                self.number += 1;
                return Ok(Some(self.buffer.before(line_feed)));
            }
            if self.fill()? {
                let rest = self.buffer.rest();
                self.number += u64::from(rest.is_some());
                return Ok(rest);
            }
        }
    }

    /// Reads more. Whether the end was reached.
    fn fill(&mut self) -> io::Result<bool> {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        let filled = match &mut self.kept {
            None => self.buffer.fill_from(&mut self.stream),
            Some(kept) => self.buffer.fill_from(&mut Keeping {
                stream: &mut self.stream,
                kept,
            }),
        };
        match filled {
            Ok((filled, _)) => Ok(filled == Filled::End),
            Err(error) if matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) => {
                let (path, command) = &self.asked;
                Err(opened::damaged(&error, path, command))
            }
            Err(error) => Err(error),
        }
    }

    /// The number of the last line that was handed out; the first line is 1.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Bytes of the file that were read so far, before decompression.
    pub fn read_so_far(&self) -> u64 {
        self.read.get()
    }

    /// Size of the file in bytes; 0 if unknown.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The latest time at which the last line was written: the time in the gzip header, else the time of the file, else now.
    /// Stamps without a year are read as of this time.
    pub fn written(&self) -> Time {
        let noted = match &self.stream {
            Stream::Gzip(gzip) => gzip.header().map_or(0, |header| header.mtime()),
            Stream::Plain(_) => 0,
        };
        opened::believable(Time::from_seconds(noted.into()))
            .or(self.written)
            .unwrap_or_else(|| SystemTime::now().into())
    }
}

impl Stream {
    /// The text of a file from its present offset, and the first bytes of the file.
    fn begin(file: &Rc<File>, read: &Rc<Cell<u64>>) -> io::Result<(Stream, Vec<u8>)> {
        let mut stream = Counted {
            file: Rc::clone(file),
            read: Rc::clone(read),
        };
        let mut magic = Vec::with_capacity(MAGIC);
        (&mut stream).take(MAGIC as u64).read_to_end(&mut magic)?;
        let packed = magic.starts_with(&GZIP);
        let stream: Box<dyn Read> = Box::new(Cursor::new(magic.clone()).chain(stream));
        let stream = match packed {
            true => Stream::Gzip(Box::new(MultiGzDecoder::new(stream))),
            false => Stream::Plain(stream),
        };
        Ok((stream, magic))
    }
}

impl Read for Stream {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.read(to),
            Stream::Gzip(stream) => stream.read(to),
        }
    }
}

/// Counts the bytes that are read from a file.
struct Counted {
    file: Rc<File>,
    read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = (&*self.file).read(to)?;
        self.read.set(self.read.get() + count as u64);
        Ok(count)
    }
}

/// Keeps the bytes that are read.
struct Keeping<'a> {
    stream: &'a mut Stream,
    kept: &'a mut Vec<u8>,
}

impl Read for Keeping<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(to)?;
        self.kept.extend_from_slice(&to[..count]);
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
        let mut lines = Lines::open(path, "explain").expect("the file");
        let mut all = Vec::new();
        while let Some(line) = lines.next_whole().expect("a line") {
            let text = if line.too_long { b"\0" } else { line.text };
            all.push(text.escape_ascii().to_string());
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
            // Two files that were compressed separately and then joined.
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
        let mut lines = Lines::open(&path, "explain").expect("the file");
        let mut count = 0;
        let error = loop {
            match lines.next_whole() {
                Ok(Some(_)) => count += 1,
                Ok(None) => panic!("the end after {count} lines"),
                Err(error) => break error,
            }
        };
        assert_eq!(count, 1_000, "{error}");
    }
}
