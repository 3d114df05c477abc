//! Open files of an sftp session, and which line is about which of them.

use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// An open file of an sftp session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handle {
    /// The path as it was logged, decoded; lossy, as all text in the state.
    pub path: String,
    /// The path is only the beginning.
    #[serde(skip_serializing_if = "is_default")]
    pub cut: bool,
    /// Opened for writing.
    #[serde(skip_serializing_if = "is_default")]
    pub write: bool,
    /// Created or truncated.
    #[serde(skip_serializing_if = "is_default")]
    pub create: bool,
    /// Truncated, or new: of what the file held nothing is there.
    #[serde(skip_serializing_if = "is_default")]
    pub truncate: bool,
    /// Opened so that what is written comes behind what the file held.
    #[serde(skip_serializing_if = "is_default")]
    pub append: bool,
    /// Opened for reading.
    #[serde(skip_serializing_if = "is_default")]
    pub read: bool,
    /// The open's `sent status` came at once: most likely there is no such handle.
    #[serde(skip_serializing_if = "is_default")]
    pub refused: bool,
    /// The status was "Failure": where there is such a handle all the same, a write to it was refused without an error
    /// line, as one that found room for a part is (sftp-server.c, process_write).
    #[serde(skip_serializing_if = "is_default")]
    pub write_refused: bool,
    /// That status, where it is to be told once it is sure that there is no such handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_status: Option<String>,
    /// A write to it failed.
    #[serde(skip_serializing_if = "is_default")]
    pub write_error: bool,
    /// Bytes of a transfer that closed while this handle was open and may be the other half of a copy on the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_half: Option<OtherHalf>,
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
    /// It was written, and is counted; else it was read, and is a download unless this handle writes as much.
    pub written: bool,
}

impl Handle {
    /// Opened for writing as it was, not emptied: what is written is added to what the file held.
    pub fn is_resumed(&self) -> bool {
        self.write && !self.truncate
    }

    /// Resumed, or as well a new file: it was created where it was not there.
    pub fn may_be_new(&self) -> bool {
        self.is_resumed() && self.create && !self.append
    }

    /// The name of this handle's file where a close that names `path` is its close, and whether that is only the
    /// beginning. A cut line's name may have the words that follow a name at its end, whole or in part: of two lines the
    /// one that was not cut tells where the name ends.
    pub fn closed_by(&self, path: &str, cut: bool) -> Option<(String, bool)> {
        let whole = |name: &str| Some((name.to_owned(), false));
        match (self.cut, cut) {
            (false, _) if fits(path, cut, &self.path, CLOSED) => whole(&self.path),
            (true, false) if fits(&self.path, true, path, OPENED) => whole(path),
            (true, true) => {
                let ends = self.path.match_indices('"').map(|(at, _)| &self.path[..at]);
                let mut names = ends.filter(|name| fits(&self.path, true, name, OPENED));
                let name =
                    names.find(|name| path.len() > name.len() && fits(path, true, name, CLOSED));
                let same = self.path.starts_with(path) || path.starts_with(&self.path);
                name.and_then(whole)
                    .or_else(|| same.then(|| (path.to_owned(), true)))
            }
            _ => None,
        }
    }

    /// Is this the file that an error names, of which the line carries at most 100 bytes?
    pub fn is_named(&self, name: &str) -> bool {
        let name = name.trim_end_matches('\u{fffd}');
        match name.len() + 4 > ERROR_NAME {
            true => self.path.starts_with(name),
            false => self.path == name,
        }
    }

    /// Were these bytes of it read for a copy on the server, whose other half was written?
    pub fn is_copied(&self, read: u64) -> bool {
        let half = self.other_half.as_ref();
        half.is_some_and(|half| half.written && half.bytes == read)
    }

    /// Nothing shows which way its bytes go.
    pub fn is_unknown(&self) -> bool {
        !self.write && !self.read
    }
}

/// What follows a name in the line of its open.
const OPENED: &str = "\" flags ";

/// What follows a name in the line of its close.
const CLOSED: &str = "\" bytes read ";

/// How many bytes of a name an error carries: `"%.100s"` in sftp-server.c.
const ERROR_NAME: usize = 100;

/// Can a line say this of the file of this name, `tail` being what follows a name in such a line?
fn fits(said: &str, cut: bool, name: &str, tail: &str) -> bool {
    let behind = |rest: &str| rest.starts_with(tail) || tail.starts_with(rest);
    said == name || cut && (name.starts_with(said) || said.strip_prefix(name).is_some_and(behind))
}
