//! Recognises lines that begin like lines that count, or that contain OpenSSH's wording anywhere.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

use super::Program;
use super::known::Beginnings;
use super::line::{self, Level, Line};

/// Wording that no other program uses (auth.c, packet.c, sftp-server.c).
const WORDING: [&str; 8] = [
    "Accepted password for ",
    "Accepted publickey for ",
    "Accepted keyboard-interactive",
    "Failed password for ",
    "authenticating user ",
    "Disconnected from user ",
    "session opened for local user ",
    "\" bytes read ",
];

/// Searchers for the wording, built once because a log may contain many such lines.
static FINDERS: LazyLock<[Finder<'static>; 8]> = LazyLock::new(|| WORDING.map(Finder::new));

/// Beginnings of the lines that count: sshd's, and sftp-server's.
static OF_SSHD: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of("counts-sshd"));
static OF_SFTP: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of("counts-sftp-server"));

/// Whether a line that the parsers do not understand begins like a line that counts.
pub(super) fn looks_like_ours(program: Program, line: &Line<'_>) -> bool {
    let (of_sshd, of_sftp) = (|| OF_SSHD.has(line.text), || OF_SFTP.has(line.text));
    match program {
        Program::Sshd => of_sshd() || line.postauth && of_sftp(),
        Program::Sftp => of_sftp(),
        Program::Unknown => of_sshd() || of_sftp(),
    }
}

/// Whether a message that the parsers do not understand contains the words of a line that counts, after the text of some program.
/// Checks only the first of several lines, because a PAM module may append other lines.
pub(crate) fn reads_like_ours(message: &[u8]) -> bool {
    let first = memchr(b'\n', message).map_or(message, |end| &message[..end]);
    line::strip(message).level != Level::Debug && speaks_like_ours(first)
}

/// Whether a text contains OpenSSH's wording anywhere.
pub(crate) fn speaks_like_ours(text: &[u8]) -> bool {
    FINDERS.iter().any(|words| words.find(text).is_some())
}
