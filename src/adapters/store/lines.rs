//! How the state is written: JSON in lines, of which each holds one matter.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::domain::state::Daily;

/// So deep, each value has a line of its own; what lies deeper stands in its line. Of a large state nearly half would be
/// indentation otherwise.
const DEEPEST: usize = 4;

/// The end of a value, and the beginning of a line at the deepest indentation.
const NEXT: &[u8; 2 + 2 * DEEPEST] = b",\n        ";

/// The bytes of this state; `room` is about how many there are.
pub(super) fn written(daily: &Daily, room: usize) -> io::Result<Vec<u8>> {
    let mut text = StateText {
        bytes: Vec::with_capacity(room),
        same: None,
    };
    text.write_lines(daily)?;
    Ok(text.bytes)
}

/// Are these the bytes of this state? Ends at the first difference.
pub(super) fn are(bytes: &[u8], daily: &Daily) -> bool {
    let mut text = StateText {
        bytes: Vec::new(),
        same: Some(bytes),
    };
    text.write_lines(daily).is_ok() && text.same == Some(b"")
}

/// What is written, or compared: one type for both, since the code that writes all of a state is large.
struct StateText<'a> {
    bytes: Vec<u8>,
    /// What must follow, if it is compared.
    same: Option<&'a [u8]>,
}

impl StateText<'_> {
    fn write_lines(&mut self, value: &impl Serialize) -> io::Result<()> {
        value.serialize(&mut Serializer::with_formatter(
            &mut *self,
            InLines::default(),
        ))?;
        self.write_all(b"\n")
    }
}

impl Write for StateText<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    /// Most of what is written is one or two bytes of punctuation: a call of a function for each would take half of the time.
    #[inline(always)]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match (&mut self.same, bytes) {
            (None, [one]) => self.bytes.push(*one),
            (None, [one, other]) => {
                self.bytes.push(*one);
                self.bytes.push(*other);
            }
            (None, more) => self.bytes.extend_from_slice(more),
            (Some(same), bytes) => match same.strip_prefix(bytes) {
                Some(rest) => *same = rest,
                None => return Err(io::ErrorKind::InvalidData.into()),
            },
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes lines, indented by two blanks.
#[derive(Default)]
struct InLines {
    depth: usize,
    /// The object or array that ends next has a value.
    has_value: bool,
}

impl InLines {
    fn begin<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn end<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value && self.depth < DEEPEST {
            writer.write_all(&NEXT[1..2 + 2 * self.depth])?;
        }
        writer.write_all(bracket)
    }

    fn next<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        match (self.depth <= DEEPEST, first) {
            (true, _) => writer.write_all(&NEXT[usize::from(first)..2 + 2 * self.depth]),
            (false, true) => Ok(()),
            (false, false) => writer.write_all(b", "),
        }
    }
}

impl Formatter for InLines {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    use super::InLines;

    #[test]
    fn what_lies_deep_stands_in_one_line() {
        let value = json!({
            "date": "2026-03-30",
            "none": {},
            "partners": {"alice": {"success": 1, "failed": 0}},
            "resume": {
                "closed": [],
                "known": {"alice": {"uid": 7, "seen": {"login": 5, "files": ["a", "b"], "more": {"c": [{}]}}}},
                "outbox": [[1, [2]]],
            },
        });
        let mut written = Vec::new();
        let mut to = Serializer::with_formatter(&mut written, InLines::default());
        value.serialize(&mut to).expect("text");
        let text = String::from_utf8(written).expect("text");
        let expected = r#"{
  "date": "2026-03-30",
  "none": {},
  "partners": {
    "alice": {
      "failed": 0,
      "success": 1
    }
  },
  "resume": {
    "closed": [],
    "known": {
      "alice": {
        "seen": {"files": ["a", "b"], "login": 5, "more": {"c": [{}]}},
        "uid": 7
      }
    },
    "outbox": [
      [
        1,
        [2]
      ]
    ]
  }
}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
    }
}
