//! The answer that files are not logged: the directive, and the line to write in its place.

use std::path::PathBuf;

/// A directive because of which files are not logged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The directive as it is written.
    pub found: String,
    /// The reason why it is a fault.
    pub why: &'static str,
    /// The line to write in its place.
    pub line: String,
    /// The path of its file.
    pub file: PathBuf,
    /// Its line number; 0 if it is unknown, or for an option.
    pub number: usize,
}
