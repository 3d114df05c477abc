//! The answer that something is not logged: by which directive, and the line to write in its place.

use std::path::PathBuf;

/// A directive because of which files are not logged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The directive as it is written.
    pub found: String,
    /// What is wrong with it.
    pub why: &'static str,
    /// The line to write in its place.
    pub line: String,
    /// The file that it stands in.
    pub file: PathBuf,
    /// The line's number there; 0 where it is unknown, or an option.
    pub number: usize,
}
