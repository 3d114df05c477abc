//! Recognises lines of OpenSSH in an unknown envelope: they count nothing, but must be reported.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::likeness::speaks_like_ours;

/// The names of the programs in a tag. `sshd` stands for `sshd-session` and `sshd-auth` as well.
const PROGRAMS: [&str; 3] = ["sshd", "sftp-server", "internal-sftp"];

/// Searchers for the names, built once because a log may contain many such lines.
static FINDERS: LazyLock<[Finder<'static>; 3]> = LazyLock::new(|| PROGRAMS.map(Finder::new));

/// Whether a line in an unknown envelope comes from sshd, sshd-session, sshd-auth, internal-sftp or sftp-server: it contains one
/// of these names as a separate word, or has their wording.
pub(crate) fn is_of_openssh(line: &[u8]) -> bool {
    names_program(line, |_| true) || speaks_like_ours(line)
}

/// Whether a bare message that begins like one of sshd's own, such as one about a file or a user, contains a whole line of
/// OpenSSH: then the text before that line comes from grep, or from another program.
pub(crate) fn holds_a_line(message: &[u8]) -> bool {
    names_program(message, |behind| behind.starts_with(b"[")) || speaks_like_ours(message)
}

/// Whether a line contains the name of a program as a separate word, and the text after it satisfies `so`.
fn names_program(line: &[u8], so: impl Fn(&[u8]) -> bool) -> bool {
    FINDERS.iter().any(|name| {
        let mut found = name.find_iter(line);
        found.any(|at| stands_alone(line, at, at + name.needle().len()).is_some_and(&so))
    })
}

/// The text after the name of a program at this place; `None` if the name is part of another word, such as a file's or a unit's
/// name.
fn stands_alone(line: &[u8], from: usize, to: usize) -> Option<&[u8]> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let behind = &line[to..];
    let behind = [&b"-session"[..], b"-auth"]
        .iter()
        .find_map(|more| behind.strip_prefix(*more))
        .unwrap_or(behind);
    let alone = !line[..from].last().is_some_and(inside) && !behind.first().is_some_and(inside);
    alone.then_some(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_names_openssh_or_speaks_like_it_is_known_whatever_stands_around_it() {
        for line in [
            "2026-11-23 09:04:24 XYZ sftp1 sshd[934]: Accepted password for alice from 192.0.2.7 port 55119 ssh2",
            "[23/Nov/2026 09:04:24] sshd-session[934]: Connection from 192.0.2.7 port 1 on 192.0.2.1 port 22",
            "sshd-auth: x",
            "{\"SYSLOG_IDENTIFIER\":\"sshd\",\"MESSAGE\":\"x\"}",
            "1795424664.000 sftp1 /usr/lib/openssh/sftp-server[7]: x",
            "ts=1 ident=internal-sftp msg=x",
            "4084 2026-11-23 10:34:01.013 Accepted password for alice from 192.0.2.7 port 1 ssh2",
            "23.11.2026 close \"/in/a.zip\" bytes read 0 written 81116",
        ] {
            assert!(is_of_openssh(line.as_bytes()), "{line}");
        }
        for line in [
            "",
            "Started sshd.service",
            "/etc/ssh/sshd_config line 3",
            "mysshd: x",
            "a line of nobody's",
            "kernel: out of memory",
        ] {
            assert!(!is_of_openssh(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn a_line_of_openssh_within_another_message_is_seen() {
        for line in [
            "/var/log/auth.log:Nov 23 09:04:24 sftp1 sshd[934]: Failed publickey for alice",
            "WARNING: sshd-session[9]: x",
            "User log: Accepted password for alice from 192.0.2.7 port 1 ssh2",
        ] {
            assert!(holds_a_line(line.as_bytes()), "{line}");
        }
        for line in [
            "/etc/ssh/sshd_config line 5: Deprecated option X",
            "sshd: no hostkeys available -- exiting.",
            "pam_unix(sshd:auth): authentication failure; user=alice",
        ] {
            assert!(!holds_a_line(line.as_bytes()), "{line}");
        }
    }
}
