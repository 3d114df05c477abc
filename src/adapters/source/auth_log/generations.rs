//! The rotated files of a log: `auth.log.1`, `auth.log-20260330`, `auth.log.2.gz` (logrotate(8), savelog(8)).

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::identity::{Identity, LogFile};
use super::reading::FileReading;
use crate::domain::base::position::FilePosition;
use crate::domain::base::time::Time;

/// Extensions of compressed files. Only `.gz` is read.
const PACKED: [&[u8]; 6] = [b".gz", b".xz", b".zst", b".bz2", b".lz4", b".Z"];

/// The most digits of a rotation number; a longer number is a date.
const DIGITS: usize = 4;

/// A rotated log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Generation {
    pub(super) path: PathBuf,
    pub(super) identity: Identity,
    pub(super) modified: SystemTime,
    age: Age,
    /// The name without the extension of the compression: while gzip works, both files exist.
    name: Vec<u8>,
    packed: bool,
}

/// The age of a rotated log, from its name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Age {
    /// A higher number is older.
    Number(u32),
    /// A lower date is older.
    Date(Vec<u8>),
}

impl Generation {
    /// Whether the file is plain text or compressed by gzip.
    pub(super) fn is_readable(&self) -> bool {
        !self.packed || self.path.extension() == Some(OsStr::new("gz"))
    }

    /// Opens the file. `None` if it is gone.
    fn open(&self) -> anyhow::Result<Option<LogFile>> {
        let mut log = LogFile::open(&self.path)?;
        if let Some(log) = &mut log {
            log.foreign = self.packed && !log.packed;
        }
        Ok(log)
    }
}

/// The directory of a log.
pub(super) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// All rotated logs, oldest first. Empty if the directory cannot be listed.
pub(super) fn all(path: &Path) -> Vec<Generation> {
    let Some(log) = path.file_name() else {
        return Vec::new();
    };
    let Ok(entries) = std::fs::read_dir(directory(path)) else {
        return Vec::new();
    };
    let mut found: Vec<Generation> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let (name, age, packed) = rotated(log, &entry.file_name())?;
            let metadata = entry.metadata().ok()?;
            metadata.is_file().then_some(())?;
            Some(Generation {
                path: entry.path(),
                identity: Identity::of(&metadata),
                modified: metadata.modified().ok()?,
                age,
                name,
                packed,
            })
        })
        .collect();
    let plain: Vec<Vec<u8>> = (found.iter())
        .filter(|g| !g.packed)
        .map(|g| g.name.clone())
        .collect();
    found.retain(|generation| !generation.packed || !plain.contains(&generation.name));
    sort(&mut found);
    found
}

/// Sorts the oldest first: by name if all names have the same form, else by the time of the last change.
fn sort(found: &mut [Generation]) {
    let numbers = found.iter().all(|g| matches!(g.age, Age::Number(_)));
    let dates = found
        .iter()
        .all(|g| matches!(&g.age, Age::Date(date) if date.starts_with(b"20")));
    match (numbers, dates) {
        (false, false) => found.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name))),
        _ => found.sort_by(|a, b| match (&a.age, &b.age) {
            (Age::Number(a), Age::Number(b)) => b.cmp(a),
            (Age::Date(a), Age::Date(b)) => a.cmp(b),
            _ => std::cmp::Ordering::Equal,
        }),
    }
}

/// For a rotated file of this log: the name without the compression's extension, the age, and whether it is compressed.
fn rotated(log: &OsStr, name: &OsStr) -> Option<(Vec<u8>, Age, bool)> {
    let name = name.as_bytes();
    let plain = PACKED.iter().find_map(|ending| name.strip_suffix(*ending));
    let packed = plain.is_some();
    let name = plain.unwrap_or(name);
    let (separator, age) = name.strip_prefix(log.as_bytes())?.split_first()?;
    let is_date = |byte: &u8| byte.is_ascii_digit() || b"-_.T".contains(byte);
    let age = match (separator, age) {
        (b'.', b"old") => Age::Number(0),
        (b'.', number) if number.len() <= DIGITS => {
            Age::Number(std::str::from_utf8(number).ok()?.parse().ok()?)
        }
        (b'.' | b'-' | b'_', [first, rest @ ..])
            if first.is_ascii_digit() && rest.len() >= DIGITS && rest.iter().all(is_date) =>
        {
            Age::Date(age.to_vec())
        }
        _ => return None,
    };
    Some((name.to_vec(), age, packed))
}

/// The place at which reading continues.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) reading: FileReading,
    /// The files that were written after it, oldest first; the log itself is last.
    pub(super) later: VecDeque<LogFile>,
}

/// Finds the file of a position, under its present name, or a copy of the file. The bytes before the position identify it.
/// The log itself is tried first, then the file with the position's inode number, then the others from the newest on.
pub(super) fn find(path: &Path, position: &FilePosition) -> anyhow::Result<Option<Located>> {
    if let Some(log) = LogFile::open(path)? {
        if let Some(reading) = FileReading::resume(log, position)? {
            return Ok(Some(Located {
                reading,
                later: VecDeque::new(),
            }));
        }
    }
    let generations = all(path);
    let mut order: Vec<usize> = (0..generations.len()).rev().collect();
    let here = Identity {
        device: position.device,
        inode: position.inode,
    };
    order.sort_by_key(|&index| {
        let generation = &generations[index];
        (generation.identity != here, generation.packed)
    });
    for index in order {
        // A file that cannot be read counts as not found: the gap is reported.
        let Ok(Some(log)) = generations[index].open() else {
            continue;
        };
        if let Ok(Some(mut reading)) = FileReading::resume(log, position) {
            reading.settled |= reading.log.identity != here;
            let later = open(&generations[index + 1..], path)?;
            return Ok(Some(Located { reading, later }));
        }
    }
    Ok(None)
}

/// Opens rotated logs and then the log itself.
fn open(generations: &[Generation], path: &Path) -> anyhow::Result<VecDeque<LogFile>> {
    let mut files = VecDeque::new();
    for generation in generations {
        files.extend(generation.open()?);
    }
    files.extend(LogFile::open(path)?);
    Ok(files)
}

/// The files that were written after this file, oldest first; the log itself is last.
pub(super) fn after(path: &Path, file: &LogFile) -> anyhow::Result<VecDeque<LogFile>> {
    let mut generations = all(path);
    match generations.iter().position(|g| g.identity == file.identity) {
        Some(index) => drop(generations.drain(..=index)),
        // The file was compressed, moved or deleted.
        None => {
            let modified = file.modified()?;
            generations.retain(|generation| generation.modified > modified);
        }
    }
    open(&generations, path)
}

/// The files that were changed since this time, oldest first; the log itself is last. Older rotated logs hold nothing of use.
pub(super) fn since(path: &Path, time: Time) -> anyhow::Result<VecDeque<LogFile>> {
    let mut generations = all(path);
    generations.retain(|generation| Time::from(generation.modified) >= time);
    open(&generations, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(existing: &[&str]) -> Vec<String> {
        let directory = tempfile::tempdir().expect("a directory");
        for (index, name) in existing.iter().enumerate() {
            let path = directory.path().join(name);
            let file = std::fs::File::create(&path).expect("a file");
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(index as u64);
            file.set_modified(time).expect("a time");
        }
        std::fs::create_dir(directory.path().join("auth.log.7")).expect("a directory");
        std::os::unix::fs::symlink("auth.log", directory.path().join("auth.log.8"))
            .expect("a link");
        let all = all(&directory.path().join("auth.log"));
        let name = |g: &Generation| Some(g.path.file_name()?.to_str()?.to_owned());
        all.iter().filter_map(name).collect()
    }

    #[test]
    fn rotated_logs_are_known_by_their_names_and_come_oldest_first() {
        let numbered = [
            "auth.log",
            "auth.log.1",
            "auth.log.10.gz",
            "auth.log.2.gz",
            "auth.log.old",
        ];
        assert_eq!(
            names(&numbered),
            [
                "auth.log.10.gz",
                "auth.log.2.gz",
                "auth.log.1",
                "auth.log.old"
            ]
        );
        let dated = [
            "auth.log-20260331",
            "auth.log-20260330-1774843675",
            "auth.log-20260329.gz",
        ];
        assert_eq!(
            names(&dated),
            [
                "auth.log-20260329.gz",
                "auth.log-20260330-1774843675",
                "auth.log-20260331"
            ]
        );
    }

    #[test]
    fn rotated_logs_named_in_two_ways_come_by_the_time_of_their_last_change() {
        let existing = ["auth.log.2", "auth.log-20260330", "auth.log.1"];
        assert_eq!(names(&existing), existing);
    }

    #[test]
    fn what_is_being_compressed_is_there_once() {
        assert_eq!(names(&["auth.log.1", "auth.log.1.gz"]), ["auth.log.1"]);
    }

    #[test]
    fn other_files_are_no_rotated_logs() {
        let others = [
            "auth.log",
            "auth.log~",
            "auth.log.bak",
            "auth.log.save",
            "auth.log.1.bak",
            "auth.log.",
            "auth.log-",
            "auth.log.swp",
            "my-auth.log.1",
            "auth.logs.1",
        ];
        assert_eq!(names(&others), [""; 0]);
    }
}
