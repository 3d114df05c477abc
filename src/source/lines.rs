//! The lines of a file, of standard input, or of what gzip made of a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// How much is read at once.
const BUFFER: usize = 256 * 1024;

/// The longest line that is kept: what goes beyond is passed over, and the line is told as no text.
const LINE: usize = 64 * 1024;

/// The lines of one input.
pub struct Lines {
    reader: Box<dyn BufRead>,
    line: Vec<u8>,
    read: u64,
}

impl Lines {
    /// Opens a file, `-` for standard input. Compressed ones are known by their first two bytes.
    pub fn open(path: &Path) -> io::Result<Self> {
        let input: Box<dyn Read> = match path.as_os_str() == "-" {
            true => Box::new(io::stdin()),
            false => Box::new(File::open(path)?),
        };
        let mut plain = BufReader::with_capacity(BUFFER, input);
        let gzip = plain.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn BufRead> = match gzip {
            true => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(plain))),
            false => Box::new(plain),
        };
        Ok(Lines { reader, line: Vec::new(), read: 0 })
    }

    /// The next line without its end; none at the end. Of a line that is too long only a NUL byte is left.
    pub fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let mut too_long = false;
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                if self.line.is_empty() && !too_long {
                    return Ok(None);
                }
                break;
            }
            let end = memchr::memchr(b'\n', available);
            let part = &available[..end.unwrap_or(available.len())];
            too_long |= self.line.len() + part.len() > LINE;
            if !too_long {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            self.read += used as u64;
            if end.is_some() {
                break;
            }
        }
        if too_long {
            self.line.clear();
            self.line.push(0);
        }
        Ok(Some(&self.line))
    }

    /// How many bytes were read so far, uncompressed.
    pub fn read_so_far(&self) -> u64 {
        self.read
    }
}
