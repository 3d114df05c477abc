//! Reading a log file that a syslog daemon writes, and following it through rotation and truncation.
//! Uses the domain and the rest of `source`.

mod follow;
mod generations;
mod identity;
mod past;
mod reader;
mod reading;
mod watch;

pub use reader::AuthLogReader;
use std::path::{Path, PathBuf};

/// A log and the files that it was rotated to, as far as they can be read.
pub fn with_rotated(path: &Path) -> Vec<PathBuf> {
    let rotated = generations::all(path).into_iter();
    let readable = rotated.filter(generations::Generation::is_readable);
    readable
        .map(|generation| generation.path)
        .chain([path.to_owned()])
        .collect()
}
