//! Lines that begin like ones that count, or have their words further on, whatever stands around these.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

use super::Program;
use super::known::Beginnings;
use super::line::{self, Level, Line};

/// Wording as no other program has it (auth.c, packet.c, sftp-server.c).
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

/// What is looked for, made once: a log may be full of such lines.
static FINDERS: LazyLock<[Finder<'static>; 8]> = LazyLock::new(|| WORDING.map(Finder::new));

/// How the lines begin that count: sshd's, and sftp-server's.
static OF_SSHD: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of("counts-sshd"));
static OF_SFTP: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of("counts-sftp-server"));

/// Does a line that nobody understands begin like one that counts?
pub(super) fn looks_like_ours(program: Program, line: &Line<'_>) -> bool {
    let (of_sshd, of_sftp) = (|| OF_SSHD.has(line.text), || OF_SFTP.has(line.text));
    match program {
        Program::Sshd => of_sshd() || line.postauth && of_sftp(),
        Program::Sftp => of_sftp(),
        Program::Unknown => of_sshd() || of_sftp(),
    }
}

/// Whether a message that nobody understands has the words of one that counts, behind what some program put before it. Of
/// several lines only the first: a module of PAM may put others behind it.
pub(crate) fn reads_like_ours(message: &[u8]) -> bool {
    let first = memchr(b'\n', message).map_or(message, |end| &message[..end]);
    line::strip(message).level != Level::Debug && speaks_like_ours(first)
}

/// Whether a text has OpenSSH's wording anywhere.
pub(crate) fn speaks_like_ours(text: &[u8]) -> bool {
    FINDERS.iter().any(|words| words.find(text).is_some())
}
