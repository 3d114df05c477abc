//! Finds logs that are given twice, under two names or as a copy: their events would count twice.

use std::cmp::Reverse;
use std::path::Path;

/// Bytes of text that are compared. So many lines of OpenSSH, with stamps and process numbers, occur in one log only.
const COMPARED: usize = 16 << 10;

/// The beginning of a log's text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    text: Vec<u8>,
    /// The text is the whole log.
    whole: bool,
}

impl Head {
    /// Takes the next line; `None` is the end.
    pub(crate) fn take(&mut self, line: Option<&[u8]>) {
        let room = COMPARED - self.text.len();
        match line {
            Some(line) => {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                self.text.extend(line.iter().chain(b"\n").take(room));
            }
            None => self.whole = room > 0,
        }
    }

    /// Whether the other log begins with the same text.
    fn is_part_of(&self, other: &Head) -> bool {
        let same = match self.whole {
            true => other.text.starts_with(&self.text),
            false => self.text == other.text,
        };
        same && !self.text.is_empty()
    }
}

/// The message that two paths name the same file.
pub(crate) fn same_file(path: &Path, known: &Path) -> String {
    let (path, known) = (path.display(), known.display());
    format!("{path}: the same file as {known}: read once")
}

/// Removes logs that are a copy of another log or of its beginning, and returns a message for each. `of` gives a log's path,
/// head and size. Of two equal logs, the larger one stays, but an uncompressed one comes before a compressed one.
pub(crate) fn drop_copies<L>(
    logs: &mut Vec<L>,
    of: impl Fn(&L) -> (&Path, &Head, u64),
) -> Vec<String> {
    let mut said = Vec::new();
    let mut at = 0;
    while at < logs.len() {
        let (path, head, size) = of(&logs[at]);
        let packed = |path: &Path| path.extension().is_some_and(|kind| kind == "gz");
        let original = logs.iter().enumerate().find(|(other, log)| {
            let (known, text, known_size) = of(log);
            let stays = (packed(known), Reverse(known_size), *other);
            let alike = text.is_part_of(head);
            *other != at
                && head.is_part_of(text)
                && (!alike || stays < (packed(path), Reverse(size), at))
        });
        match original {
            Some((_, log)) => {
                let (path, known) = (path.display(), of(log).0.display());
                said.push(format!(
                    "{path}: has the same lines as the beginning of {known}: left out, because they would count twice"
                ));
                logs.remove(at);
            }
            None => at += 1,
        }
    }
    said
}
