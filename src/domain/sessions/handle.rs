//! Open files of an sftp session, and which line belongs to which file.

use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// An open file of an sftp session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handle {
    /// The path from the log, decoded; lossy, as all text in the state.
    pub path: String,
    /// The path is truncated.
    #[serde(skip_serializing_if = "is_default")]
    pub cut: bool,
    /// Opened for writing.
    #[serde(skip_serializing_if = "is_default")]
    pub write: bool,
    /// Created or truncated.
    #[serde(skip_serializing_if = "is_default")]
    pub create: bool,
    /// Truncated, or new: the file has no old content.
    #[serde(skip_serializing_if = "is_default")]
    pub truncate: bool,
    /// Opened for appending: new data comes after the old content.
    #[serde(skip_serializing_if = "is_default")]
    pub append: bool,
    /// Opened for reading.
    #[serde(skip_serializing_if = "is_default")]
    pub read: bool,
    /// A `sent status` line came at once after the open: most likely there is no such handle.
    #[serde(skip_serializing_if = "is_default")]
    pub refused: bool,
    /// The status was "Failure". If the handle exists nevertheless, a write to it was refused. sftp-server logs no error line for a
    /// write that had room for a part of its bytes only (sftp-server.c, process_write).
    #[serde(skip_serializing_if = "is_default")]
    pub write_refused: bool,
    /// That status, to report it once it is certain that the handle does not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_status: Option<String>,
    /// A write to it failed.
    #[serde(skip_serializing_if = "is_default")]
    pub write_error: bool,
    /// A transfer that closed while this handle was open; it may be the other half of a copy on the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_half: Option<OtherHalf>,
}

/// The name of a closed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The first bytes of the path in the open line; their number.
    Opened(usize),
    /// The path in the close line.
    Closed {
        /// It is truncated.
        cut: bool,
    },
}

/// The half of a possible copy that closed first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtherHalf {
    /// Its path.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// When it closed.
    pub at: Time,
    /// `true`: it was written, and is counted. `false`: it was read, and is a download unless this handle writes the same
    /// number of bytes.
    pub written: bool,
}

impl Handle {
    /// Opened for writing without truncation: new data is added to the old content.
    pub fn is_resumed(&self) -> bool {
        self.write && !self.truncate
    }

    /// Resumed, or possibly a new file: the open creates the file if it does not exist.
    pub fn may_be_new(&self) -> bool {
        self.is_resumed() && self.create && !self.append
    }

    /// The file's name if a close line with `path` closes this handle. The name in a cut
    /// line may end with a part of the words that follow a name; the line that was not cut shows where the name ends.
    pub fn closed_by(&self, path: &str, cut: bool) -> Option<Name> {
        match (self.cut, cut) {
            (false, _) if fits(path, cut, &self.path, CLOSED) => {
                Some(Name::Opened(self.path.len()))
            }
            (true, false) if fits(&self.path, true, path, OPENED) => {
                Some(Name::Closed { cut: false })
            }
            (true, true) => {
                let ends = self.path.match_indices('"').map(|(at, _)| &self.path[..at]);
                let mut names = ends.filter(|name| fits(&self.path, true, name, OPENED));
                let name =
                    names.find(|name| path.len() > name.len() && fits(path, true, name, CLOSED));
                let same = self.path.starts_with(path) || path.starts_with(&self.path);
                name.map(|name| Name::Opened(name.len()))
                    .or_else(|| same.then_some(Name::Closed { cut: true }))
            }
            _ => None,
        }
    }

    /// Is this the file in an error line? The line holds at most 100 bytes of the name.
    pub fn is_named(&self, name: &str) -> bool {
        let name = name.trim_end_matches('\u{fffd}');
        match name.len() + 4 > ERROR_NAME {
            true => self.path.starts_with(name),
            false => self.path == name,
        }
    }

    /// Were these bytes read for a copy on the server, whose other half was written?
    pub fn is_copied(&self, read: u64) -> bool {
        let half = self.other_half.as_ref();
        half.is_some_and(|half| half.written && half.bytes == read)
    }

    /// Is the direction of its bytes unknown?
    pub fn is_unknown(&self) -> bool {
        !self.write && !self.read
    }
}

/// The text after the name in an open line.
const OPENED: &str = "\" flags ";

/// The text after the name in a close line.
const CLOSED: &str = "\" bytes read ";

/// How many bytes of a name an error line holds: `"%.100s"` in sftp-server.c.
const ERROR_NAME: usize = 100;

/// Can the text `said` of a line mean the file `name`? `tail` is the text that follows a name in such a line.
fn fits(said: &str, cut: bool, name: &str, tail: &str) -> bool {
    let behind = |rest: &str| rest.starts_with(tail) || tail.starts_with(rest);
    said == name || cut && (name.starts_with(said) || said.strip_prefix(name).is_some_and(behind))
}
