//! Lines that begin like ones that count, or have their words further on, whatever stands around these.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

use super::Program;
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

/// How sshd's lines begin that say something that counts.
const OF_SSHD: &[&[u8]] = &[
    b"Accepted ",
    b"Access denied for user ",
    b"Connection closed by ",
    b"Connection reset by ",
    b"Disconnected from ",
    b"Failed ",
    b"Invalid user ",
    b"maximum authentication attempts ",
];

/// How sftp-server's do.
const OF_SFTP: &[&[u8]] = &[
    b"close \"",
    b"forced close \"",
    b"open \"",
    b"posix-rename old ",
    b"rename old ",
    b"session closed for ",
    b"session opened for ",
];

/// Does a line that nobody understands begin like one that counts?
pub(super) fn looks_like_ours(program: Program, line: &Line<'_>) -> bool {
    let begins = |all: &[&[u8]]| all.iter().any(|words| line.text.starts_with(words));
    match program {
        Program::Sshd => begins(OF_SSHD) || line.postauth && begins(OF_SFTP),
        Program::Sftp => begins(OF_SFTP),
        Program::Unknown => begins(OF_SSHD) || begins(OF_SFTP),
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
