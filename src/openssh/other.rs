//! Lines of sshd that are known and count nothing: they accompany others, or are about no log-in.

use std::borrow::Cow;

use super::line::{Line, ascii};
use super::{Event, Kind};

/// How lines begin that are known and count nothing.
const BEGINNINGS: &[&[u8]] = &[
    b"Accepted key ",
    b"Accepted certificate ID ",
    b"Account ",
    b"Address ",
    b"Attempt to write login records",
    b"Authentication key ",
    b"Authentication refused: ",
    b"Bad packet length",
    b"Bad protocol version identification ",
    b"Bad remote protocol version",
    b"Certificate ",
    b"Changed root directory to ",
    b"Closing connection to ",
    b"Connection from ",
    b"Could not ",
    b"Deprecated ",
    b"Did not receive identification string from ",
    b"Exiting on signal ",
    b"Failed to ",
    b"Invalid ",
    b"Login name ",
    b"Nasty PTR record",
    b"PAM ",
    b"Postponed ",
    b"Protocol major versions differ",
    b"Received SIGHUP",
    b"Received signal ",
    b"Refused by ",
    b"Refusing ",
    b"Root login accepted for forced command",
    b"Server listening on ",
    b"Session process ",
    b"Transferred: sent ",
    b"Unsupported ",
    b"User ",
    b"WARNING: revoked key",
    b"bad ownership or modes for chroot directory ",
    b"banner ",
    b"beginning MaxStartups throttling",
    b"chroot",
    b"client sent invalid protocol identifier",
    b"drop connection ",
    b"exited MaxStartups throttling",
    b"in MaxStartups throttling",
    b"kex_exchange_identification: ",
    b"kex_protocol_error: ",
    b"key type ",
    b"login_",
    b"mm_",
    b"monitor_read: ",
    b"no more sessions",
    b"pam_",
    b"probed from ",
    b"public key ",
    b"publickey key type ",
    b"refused connect from ",
    b"refusing previously-used ",
    b"reprocess config",
    b"reverse mapping checking ",
    b"scanned from ",
    b"send_error: ",
    b"session process ",
    b"srclimit_",
    b"ssh_dispatch_run_fatal: ",
    b"subsystem request ",
    b"userauth_",
    b"wrong user name passed to monitor",
];

/// A known line that counts nothing.
pub(super) fn parse<'a>(line: &Line<'a>) -> Option<Event<'a>> {
    let text = line.text;
    let pam = text.starts_with(b"pam_") && memchr::memmem::find(text, b"(sshd:").is_none();
    let limited = memchr::memmem::find(text, b" logging rate-limited: ").is_some();
    let hosts = memchr::memmem::find(text, b": Authentication tried for ").is_some();
    let sftp_only = text.ends_with(b": refusing non-sftp session");
    let known = BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)) && !pam;
    if !(known || limited || hosts || sftp_only) {
        return None;
    }
    let mut event = Event::of(Kind::Accompanying);
    event.detail = ascii(text).map(Cow::Borrowed);
    event.cut = line.cut;
    Some(event)
}
