//! Lines that begin like ones that count, whatever follows.

use super::Program;
use super::line::Line;

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
