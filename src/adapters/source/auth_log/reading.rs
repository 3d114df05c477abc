//! One log file that is read: the log itself or a rotated file.

use std::io;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::identity::LogFile;
use crate::adapters::source::buffer::{Buffer, Filled, LogLine};
use crate::domain::base::position::{FilePosition, hash};
use crate::domain::base::time::Time;

/// A log file, and how far it was read.
#[derive(Debug)]
pub(super) struct FileReading {
    pub(super) log: LogFile,
    /// The decompressor, if the file is compressed. Offsets are those of the decompressed text.
    stream: Option<Box<MultiGzDecoder<std::fs::File>>>,
    buffer: Buffer,
    /// The offset up to which the buffer is filled.
    filled: u64,
    /// The offset after the last line that was handed out.
    pub(super) offset: u64,
    /// No program writes to the file any more.
    pub(super) settled: bool,
    /// Why the rest of the file cannot be read.
    damage: Option<String>,
    /// Nothing more of the file can be read.
    ended: bool,
}

impl FileReading {
    /// Reads a file from its start.
    pub(super) fn begin(log: LogFile) -> io::Result<Self> {
        let stream = match log.packed {
            true => Some(Box::new(MultiGzDecoder::new(log.file.try_clone()?))),
            false => None,
        };
        Ok(FileReading {
            settled: log.packed || log.foreign,
            damage: (log.foreign).then(|| "compressed, and not by gzip".to_owned()),
            ended: log.foreign,
            stream,
            buffer: Buffer::new(),
            filled: 0,
            offset: 0,
            log,
        })
    }

    /// Reads a plain file from an offset that is after a line feed.
    pub(super) fn from(log: LogFile, offset: u64) -> io::Result<Option<Self>> {
        let mut reading = FileReading::begin(log)?;
        let buffer = Buffer::behind(&reading.log.file, offset)?;
        Ok(buffer.map(|buffer| {
            reading.buffer = buffer;
            reading.filled = offset;
            reading.offset = offset;
            reading
        }))
    }

    /// Continues after a position, if this is the position's file or a copy of it. `None` if it is another file.
    pub(super) fn resume(log: LogFile, position: &FilePosition) -> io::Result<Option<Self>> {
        if position.hashed == 0 {
            let same =
                log.identity.device == position.device && log.identity.inode == position.inode;
            return Ok(match same {
                true => Some(FileReading::begin(log)?),
                false => None,
            });
        }
        let reading = match log.packed {
            true => {
                let mut reading = FileReading::begin(log)?;
                reading.pass(position.offset)?.then_some(reading)
            }
            false => FileReading::from(log, position.offset)?,
        };
        Ok(reading.filter(|reading| reading.is_behind(position)))
    }

    /// Whether the bytes before this place are the same as before the position.
    fn is_behind(&self, position: &FilePosition) -> bool {
        let context = self.buffer.context().unwrap_or_default();
        let hashed = usize::try_from(position.hashed).ok();
        let from = hashed.and_then(|hashed| context.len().checked_sub(hashed));
        from.is_some_and(|from| hash(&context[from..]) == position.hash)
    }

    /// Skips the first `count` bytes of a compressed file. Whether the file has that many.
    fn pass(&mut self, count: u64) -> io::Result<bool> {
        while self.offset < count {
            let Some(stream) = &mut self.stream else {
                break;
            };
            let mut stream = io::Read::take(stream, count - self.offset);
            let (filled, read) = self.buffer.fill_from(&mut stream)?;
            if filled != Filled::Grown {
                return Ok(false);
            }
            self.buffer.skip();
            self.filled += read;
            self.offset += read;
        }
        Ok(true)
    }

    /// The next whole line.
    pub(super) fn next(&mut self) -> Option<LogLine<'_>> {
        let line = self.buffer.next()?;
        self.offset += line.length;
        Some(line)
    }

    /// Reads more of the file.
    pub(super) fn fill(&mut self) -> io::Result<(Filled, u64)> {
        if self.ended {
            return Ok((Filled::End, 0));
        }
        let filled = match &mut self.stream {
            Some(stream) => match self.buffer.fill_from(stream) {
                Ok(filled) => filled,
                // The error is permanent.
                Err(error) => {
                    self.damage = Some(error.to_string());
                    self.ended = true;
                    (Filled::End, 0)
                }
            },
            None => self.buffer.fill_at(&self.log.file, self.filled)?,
        };
        self.filled += filled.1;
        Ok(filled)
    }

    /// Why the rest of the file cannot be read; returned once.
    pub(super) const fn damage(&mut self) -> Option<String> {
        self.damage.take()
    }

    /// Whether there is text after the last line feed.
    pub(super) fn has_unfinished_line(&mut self) -> bool {
        (self.buffer.rest()).is_some_and(|line| line.too_long || !line.text.is_empty())
    }

    /// The position after the last line that was handed out. `None` while a line is being skipped.
    pub(super) fn position(&self, path: &Path, time: Time) -> Option<FilePosition> {
        let context = self.buffer.context()?;
        Some(FilePosition {
            path: path.to_owned(),
            device: self.log.identity.device,
            inode: self.log.identity.inode,
            offset: self.offset,
            hash: hash(context),
            hashed: context.len() as u64,
            time,
        })
    }
}
