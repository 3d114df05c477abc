//! Finds out which of the lines that were sent through `/dev/log` are in the log, and whether the service can read them there.

use crate::adapters::source::envelope::{Envelope, Read};
use crate::domain::base::clean::{HOST, clean};
use crate::domain::openssh::strip;

/// The identifier of the lines: sshd does not use it.
pub(super) const IDENTIFIER: &str = "sftp-monitor-check";

/// The beginning of the lines.
pub(super) const ASKED: &str = "does ";

/// The outcome for one line, in the order of the report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// The line is in the log.
    Log,
    /// The line is in the log, but in an unreadable form or without the process: the cleaned line.
    Unreadable(String),
    /// There is no `/dev/log`.
    Missing,
    /// It is not a socket.
    NoSocket,
    /// No process listens on the socket, or the socket accepts no line.
    Dead,
    /// The socket accepted the line, but the log does not contain it.
    Elsewhere,
    /// It is a link whose target does not exist inside the chroot.
    Link,
    /// The partner may not write to it.
    Closed,
    /// The partner may not pass through `/dev`.
    ClosedDirectory,
    /// This user cannot look there.
    NotSeen,
}

impl Reached {
    /// The line that cannot be read.
    pub(super) fn unreadable(&self) -> Option<&str> {
        match self {
            Reached::Unreadable(line) => Some(line),
            _ => None,
        }
    }

    /// The fault of the `/dev/log`, as the beginning of a sentence.
    pub(super) fn told(&self) -> Option<&'static str> {
        Some(match self {
            Reached::Missing => "there is none in the chroot",
            Reached::NoSocket => "in the chroot is not a socket",
            Reached::Dead => "in the chroot leads to a socket on which no program listens",
            Reached::Elsewhere => "in the chroot leads to another socket",
            Reached::Link => {
                "in the chroot is a symbolic link whose target does not exist in the chroot"
            }
            Reached::Closed => "in the chroot does not let the partner write",
            Reached::ClosedDirectory => {
                "in the chroot is in a directory that the partner cannot enter"
            }
            Reached::Log | Reached::Unreadable(_) | Reached::NotSeen => return None,
        })
    }
}

/// Marks the lines that the text contains, by whether they can be read.
pub(super) fn mark(
    text: &[u8],
    nonce: &str,
    reached: &mut [Reached],
    readable: impl Fn(&[u8], &[u8]) -> bool,
) {
    for (at, reached) in reached.iter_mut().enumerate() {
        let sign = format!("{nonce}.{at}.");
        let holds = |line: &&[u8]| memchr::memmem::find(line, sign.as_bytes()).is_some();
        // Text without a line feed after it may be an incomplete line.
        let whole = text.split_inclusive(|&byte| byte == b'\n');
        let mut whole = whole.filter_map(|line| line.strip_suffix(b"\n"));
        let found = whole.find(holds).filter(|_| *reached == Reached::Elsewhere);
        *reached = match found {
            Some(line) if readable(line, sign.as_bytes()) => Reached::Log,
            Some(line) => Reached::Unreadable(clean(&String::from_utf8_lossy(line), HOST)),
            None => continue,
        };
    }
}

/// Does the service read this log line as it was sent: with our program name, process, and end of the message?
pub(super) fn as_the_service(line: &[u8], sign: &[u8]) -> bool {
    let mut envelope = Envelope::new();
    match envelope.read_syslog(line) {
        Read::Entry(entry) => {
            let message = strip(entry.message).text;
            *entry.origin.identifier == *IDENTIFIER.as_bytes()
                && entry.origin.pid == std::process::id()
                && message.starts_with(ASKED.as_bytes())
                && message.ends_with(sign)
        }
        Read::NoText | Read::Other => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_the_service_reads_it() {
        let sent = |line: &str| {
            let line = line.replace("PID", &std::process::id().to_string());
            as_the_service(line.as_bytes(), b"4.2.")
        };
        let line = "sftp1 sftp-monitor-check[PID]: does /dev/log lead here? 4.2.";
        assert!(sent(&format!("Mar 30 06:07:55 {line}")));
        assert!(sent(&format!("2026-03-30T06:07:55.123456+02:00 {line}")));
        assert!(!sent(&format!("2026-03-30 06:07:55 XYZ {line}")));
        assert!(!sent(
            "Mar 30 06:07:55 sftp1 sftp-monitor-check: does /dev/log lead here? 4.2."
        ));
        assert!(!sent("does /dev/log lead here? 4.2."));
        assert!(!sent("Mar 30 06:07:55 sftp1 sftp-monitor-check[PID]: 4.2."));
    }
}
