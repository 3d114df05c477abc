//! The logs that are measured on: made anew for each measurement, on the disk that cargo builds on.

use std::path::{Path, PathBuf};

use crate::logs::truth::Truth;
use crate::logs::{Mix, write};

/// So much of the work, or a fiftieth where `SMALL` is set: to try the benchmarks themselves.
pub(crate) fn much(whole: u64) -> u64 {
    match std::env::var_os("SMALL") {
        Some(_) => whole / 50,
        None => whole,
    }
}

/// A folder that goes with the value. Not in /tmp, which may be memory.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// An auth.log, a configuration with its partners, and the truth about it.
pub(crate) fn auth_log(folder: &Path, mix: &Mix) -> (PathBuf, PathBuf, Truth) {
    let log = folder.join("auth.log");
    let truth = write::auth_log(mix, &log);
    let config = configured(folder, &log, &truth, false);
    (log, config, truth)
}

/// A journal of so many files.
pub(crate) fn journal_of(folder: &Path, mix: &Mix, files: u64) -> (PathBuf, PathBuf, Truth) {
    let journal = folder.join("journal");
    let _ = std::fs::remove_dir_all(&journal);
    let truth = write::journal(mix, &journal, files);
    let config = configured(folder, &journal, &truth, true);
    (journal, config, truth)
}

fn configured(folder: &Path, log: &Path, truth: &Truth, journal: bool) -> PathBuf {
    let config = folder.join("config.toml");
    std::fs::write(&config, write::config(log, truth, journal)).unwrap();
    config
}

/// How large the files of a folder are, in bytes.
pub(crate) fn size(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}
