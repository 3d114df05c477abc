//! Messages and their envelopes: what anybody may write into a log.

use sftp_monitor::adapters::source::envelope::{Envelope, Read};
use sftp_monitor::domain::openssh::{Event, Kind, Program, Who, parse, rename_splits};
use sftp_monitor::domain::record::Record;

use super::rules::Accounts;
use super::{NOW, ZONE};

fn program(byte: u8) -> Program {
    match byte % 3 {
        0 => Program::Sshd,
        1 => Program::Sftp,
        _ => Program::Unknown,
    }
}

/// A message of sshd or sftp-server, whose first byte says of which.
pub(super) fn message(data: &[u8]) {
    let Some((&first, message)) = data.split_first() else {
        return;
    };
    let Some(event) = parse(program(first), message) else {
        return;
    };
    if event.cut {
        // An address may stand before all that a client has a say in; counts never do.
        let counts = (event.bytes_read, event.bytes_written);
        assert_eq!(counts, (None, None), "the end of a cut line was believed");
    }
    if let Some(address) = event.address.as_deref() {
        assert!(
            address.bytes().all(|byte| byte.is_ascii_graphic()),
            "{address:?} is an address"
        );
    }
    if let (Kind::Rename { .. }, Some(detail)) = (event.kind, event.detail.as_deref()) {
        let _ = rename_splits(detail, event.postauth).count();
    }
    let owned = event.clone().into_owned();
    assert_eq!(event, owned);
}

/// A line of a log, or of `journalctl -o json`.
pub(super) fn envelope(line: &[u8]) {
    let mut envelope = Envelope::at(ZONE, NOW);
    if let Read::Entry(entry) = envelope.read(line) {
        let _ = Record::of(entry, &mut Accounts);
    }
    if let Read::Entry(entry) = envelope.read_syslog(line) {
        assert!(
            entry.origin.uid.is_none(),
            "a line of a log file claims a trusted field"
        );
        assert!(
            line.ends_with(entry.message) || line.ends_with(b"\r"),
            "a message is the end of its line"
        );
    }
}

/// What sshd writes of bytes (log.c, do_log): escaped, and cut at 500.
fn logged(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in parts.concat().iter() {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            0x08 => out.extend(b"\\b"),
            0x07 => out.extend(b"\\a"),
            0x0b => out.extend(b"\\v"),
            b'\t' => out.extend(b"\\t"),
            0x0c => out.extend(b"\\f"),
            b' '..=b'~' => out.push(byte),
            byte => out.extend(format!("\\{byte:03o}").bytes()),
        }
    }
    out.truncate(500);
    out
}

/// A name in each line that anybody's name gets into: what is read is the name and the true address, or the line says that
/// it was cut.
pub(super) fn roundtrip(data: &[u8]) {
    let name: Vec<u8> = data.iter().copied().filter(|&byte| byte != 0).collect();
    let peer = &b"203.0.113.9 port 4022"[..];
    let of_sshd = |parts: &[&[u8]], kind: Kind| {
        let line = logged(parts);
        let event = parse(Program::Sshd, &line).expect("an event");
        if event.cut {
            assert_eq!(
                (&event.user, &event.address, event.port),
                (&None, &None, None),
                "of a cut line"
            );
            return;
        }
        assert_eq!(event.kind, kind);
        assert_eq!(event.user.as_deref(), Some(&*name));
        assert_eq!(
            (event.address.as_deref(), event.port),
            (Some("203.0.113.9"), Some(4022))
        );
    };
    // A user's name ends at the first colon (auth2.c).
    if !name.contains(&b':') {
        of_sshd(
            &[b"Invalid user ", &name, b" from ", peer],
            Kind::InvalidUser,
        );
        of_sshd(
            &[
                b"Failed password for invalid user ",
                &name,
                b" from ",
                peer,
                b" ssh2",
            ],
            Kind::Failed { valid: false },
        );
        of_sshd(
            &[b"Connection closed by invalid user ", &name, b" ", peer],
            Kind::EndedBefore { who: Who::Invalid },
        );
    }
    let of_sftp = |parts: &[&[u8]]| -> Option<Event<'static>> {
        let line = logged(parts);
        let event = parse(Program::Sftp, &line).expect("an event").into_owned();
        if event.cut {
            assert_eq!(
                (event.bytes_read, event.bytes_written),
                (None, None),
                "of a cut line"
            );
            return None;
        }
        assert_eq!(event.path.as_deref(), Some(&*name));
        Some(event)
    };
    if let Some(event) = of_sftp(&[b"close \"", &name, b"\" bytes read 7 written 48312"]) {
        assert_eq!(
            (event.bytes_read, event.bytes_written),
            (Some(7), Some(48_312))
        );
    }
    if let Some(event) = of_sftp(&[b"open \"", &name, b"\" flags READ mode 0666"]) {
        assert!(matches!(event.kind, Kind::Open(flags) if flags.read && !flags.write));
    }
    of_sftp(&[b"remove name \"", &name, b"\""]);
}
