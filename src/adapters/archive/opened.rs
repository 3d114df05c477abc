//! Opens a log file that is not followed, once: a file, a pipe or standard input. A file without an end, or without lines of
//! text, is refused with the reason.

use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{FsWord, fstatfs};

use crate::domain::base::time::Time;

/// The names of standard input. These paths must not be opened again: a socket would be refused, and a file would be read
/// from its start.
const STANDARD_INPUT: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// The device number of `/dev/null`, the only device that has an end (null(4)).
const NULL: u64 = 0x103;

/// The file systems (statfs(2)) whose files the kernel generates, some without an end (`/proc/kmsg`, `trace_pipe`): procfs,
/// sysfs, debugfs, tracefs.
const OF_KERNEL: [FsWord; 4] = [0x9fa0, 0x6265_6572, 0x6462_6720, 0x7472_6163];

/// The first release of OpenSSH, 1 December 1999: no log of OpenSSH is older, even if an archive says so.
const OPENSSH: Time = Time::from_seconds(944_006_400);

/// The first bytes of files that hold no lines of text, the kind of file, and the program that converts it to text.
const FOREIGN: [(&[u8], &str, &str); 9] = [
    (b"\xfd7zXZ\0", "compressed by xz", "xzcat"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "zstdcat"),
    (b"BZh", "compressed by bzip2", "bzcat"),
    (b"\x04\x22\x4d\x18", "compressed by lz4", "lz4cat"),
    (b"LZIP\x01", "compressed by lzip", "lzip -dc"),
    (b"\x1f\x9d", "compressed by compress", "uncompress -c"),
    (b"PK\x03\x04", "a zip archive", "unzip -p"),
    (b"\xff\xfe", "UTF-16", "iconv -f UTF-16 -t UTF-8"),
    (b"\xfe\xff", "UTF-16", "iconv -f UTF-16 -t UTF-8"),
];

/// The first bytes of a journal file (systemd, JOURNAL_FILE_FORMAT).
const JOURNAL: &[u8] = b"LPKSHHRH";

/// Bytes that are needed to recognize the kind of a file.
pub(crate) const MAGIC: usize = JOURNAL.len();

/// An opened log; nothing was read of it yet.
#[derive(Debug)]
pub struct Opened {
    pub(crate) file: File,
    /// The file can be read again from its start.
    pub(crate) regular: bool,
    /// Device and inode number: they do not depend on the name.
    pub identity: (u64, u64),
    /// Size in bytes; 0 if unknown.
    pub(crate) size: u64,
    /// Time of the last change, if it is known and plausible.
    pub(crate) written: Option<Time>,
}

/// Opens a path; `-` is standard input.
pub fn open(path: &Path) -> io::Result<Opened> {
    let standard = STANDARD_INPUT.iter().any(|name| path == Path::new(name));
    let file = match standard {
        true => File::from(io::stdin().as_fd().try_clone_to_owned()?),
        false => {
            // Checked before opening, because opening a device can have effects.
            refuse(&fs::metadata(path)?)?;
            File::open(path)?
        }
    };
    let metadata = file.metadata()?;
    let kind = metadata.file_type();
    // Standard input may be a terminal, where a person pastes lines, or a socket from the program that started us.
    if !standard || !file.is_terminal() && !kind.is_socket() {
        refuse(&metadata)?;
    }
    if kind.is_file() && OF_KERNEL.contains(&fstatfs(&file)?.f_type) {
        return Err(io::Error::other("a file of the kernel, not a log"));
    }
    let regular = kind.is_file() && (&file).stream_position().is_ok();
    let modified = regular.then(|| metadata.modified()).transpose()?;
    Ok(Opened {
        file,
        regular,
        identity: (metadata.dev(), metadata.ino()),
        size: if regular { metadata.len() } else { 0 },
        written: modified.and_then(|at| believable(at.into())),
    })
}

/// A plausible time for a log. `None` if it is in the future or before the first release of OpenSSH.
pub(crate) fn believable(written: Time) -> Option<Time> {
    let now = Time::from(SystemTime::now());
    (OPENSSH..=now).contains(&written).then_some(written)
}

fn refuse(metadata: &Metadata) -> io::Result<()> {
    let kind = metadata.file_type();
    let why = if kind.is_dir() {
        "a directory: name the logs in it"
    } else if kind.is_socket() {
        "a socket, not a log"
    } else if kind.is_block_device() || kind.is_char_device() && metadata.rdev() != NULL {
        "a device, not a log"
    } else {
        return Ok(());
    };
    Err(io::Error::other(why))
}

/// Why a file with these first bytes is not read, and how to read it; `command` is the command that was started.
pub(crate) fn foreign(magic: &[u8], path: &Path, command: &str) -> Option<String> {
    if magic.starts_with(JOURNAL) {
        return Some(
            "a file of the journal: `sftp-monitor report --journal-directory DIRECTORY` reads the directory that holds it"
                .to_owned(),
        );
    }
    let mut known = FOREIGN.iter();
    let (_, what, by) = known.find(|(begins, ..)| magic.starts_with(begins))?;
    let works = through(by, path, command);
    Some(format!("{what}, which is not read here; {works} works"))
}

/// The command line that converts the file by another program and pipes it to `sftp-monitor`.
fn through(by: &str, path: &Path, command: &str) -> String {
    let file = match path == Path::new("-") {
        true => String::new(),
        false => format!(" {}", quoted(&path.to_string_lossy())),
    };
    format!("`{by}{file} | sftp-monitor {command}`")
}

/// Why a gzip file cannot be read to its end, and how to read the undamaged part.
pub(crate) fn damaged(error: &io::Error, path: &Path, command: &str) -> io::Error {
    let works = through("zcat", path, command);
    io::Error::other(format!(
        "damaged or incomplete: {error}; {works} reads the part before the damage"
    ))
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+,:@%=".contains(&byte);
    match word.bytes().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
