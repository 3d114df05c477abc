//! Standard output of the commands: buffered, and ended quietly when the reader goes away (`| head`). JSON escapes each
//! character that a terminal obeys or hides. Uses the domain.

mod object;
pub(crate) mod table;

pub(crate) use object::{Object, object};

use std::io::{self, BufWriter, IsTerminal, LineWriter, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::domain::base::clean::is_hidden;

/// How many bytes are gathered before they are written to a pipe or a file.
const BUFFER: usize = 64 * 1024;

/// Lets `write` write to standard output, and returns its exit code.
pub fn to_output(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<u8>) -> anyhow::Result<u8> {
    let stdout = io::stdout().lock();
    // A person who pipes a log that grows sees each line at once.
    let mut out: Box<dyn Write> = match stdout.is_terminal() {
        true => Box::new(LineWriter::new(stdout)),
        false => Box::new(BufWriter::with_capacity(BUFFER, stdout)),
    };
    let written = write(&mut out);
    let flushed = out.flush();
    let result = written.and_then(|code| flushed.map(|()| code).map_err(anyhow::Error::from));
    match result {
        Err(error) if is_broken_pipe(&error) => Ok(0),
        result => result,
    }
}

/// Whether the reader of standard output went away.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |e: &io::Error| e.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        let json = cause.downcast_ref::<serde_json::Error>();
        cause.downcast_ref::<io::Error>().is_some_and(broken)
            || json.and_then(serde_json::Error::io_error_kind) == Some(io::ErrorKind::BrokenPipe)
    })
}

/// Writes a value as JSON that is safe to look at: invisible characters are escaped, so that none is lost.
pub fn json<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Visible))
}

/// Writes a value as such JSON on its own line.
pub fn json_line<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    json(out, value)?;
    out.write_all(b"\n")
}

/// Escapes the characters that serde_json leaves as they are: DEL, the C1 controls, bidirectional and invisible characters.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return out.write_all(text.as_bytes());
        }
        let mut plain = 0;
        for (at, c) in text.char_indices().filter(|&(_, c)| is_hidden(c)) {
            out.write_all(&text.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        out.write_all(&text.as_bytes()[plain..])
    }
}

/// Whether standard output is a terminal. Then numbers are grouped for people.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// How many characters a line of the terminal holds; `None` without a terminal, or if its width is unknown.
pub(crate) fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|&width| width > 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::json;
    use crate::domain::base::names::names;

    #[test]
    fn ten_names_are_shown_and_the_others_counted() {
        let all: Vec<String> = (1..=12).map(|n| format!("p{n}")).collect();
        assert_eq!(names(&all[..2]), "p1, p2");
        assert_eq!(names(&all[..10]), "p1, p2, p3, p4, p5, p6, p7, p8, p9, p10");
        assert!(names(&all).ends_with("p10 and 2 more"));
    }

    #[test]
    fn json_shows_what_cannot_be_seen_as_escapes_that_mean_the_same() {
        for (text, written) in [
            ("feed é 日本 🔥.xml", "feed é 日本 🔥.xml"),
            ("a\u{1b}[2J\"\n", "a\\u001b[2J\\\"\\n"),
            ("a\u{7f}b\u{9b}c", "a\\u007fb\\u009bc"),
            ("\u{202e}é\u{2066}", "\\u202eé\\u2066"),
            ("\u{e0041}", "\\udb40\\udc41"),
        ] {
            let mut out = Vec::new();
            json(&mut out, text).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{written}\""));
            let read: String = serde_json::from_str(&format!("\"{written}\"")).unwrap();
            assert_eq!(read, text);
        }
    }
}
