//! Envelopes of every kind, and lines without an envelope.

use super::*;
use crate::adapters::source::buffer::LONGEST_LINE;
use crate::domain::base::process::Boot;
use crate::domain::base::time::{Time, Zone};

/// Lines, each with its expected result directly above it; the machine's zone is Paris, the present is 30 March 2026.
const LINES: &str = include_str!("../../../../tests/texts/envelopes.txt");

pub(crate) fn envelope() -> Envelope {
    let now = Time::from_seconds(1_774_850_000);
    Envelope::at(Zone::Named(chrono_tz::Europe::Paris), now)
}

pub(crate) fn told(read: &Read<'_>) -> String {
    let entry = match read {
        Read::Entry(entry) => entry,
        Read::NoText => return "no text".to_owned(),
        Read::Other => return "nothing".to_owned(),
    };
    let origin = &entry.origin;
    let text = |bytes: &[u8]| match bytes {
        b"" => "-".to_owned(),
        bytes => bytes.escape_ascii().to_string(),
    };
    let time = match origin.time {
        Time(0) => "-".to_owned(),
        time => time
            .utc()
            .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
    };
    let mut told = format!(
        "{time} {} {} {} |{}|",
        text(&origin.host),
        text(&origin.identifier),
        origin.pid,
        entry
            .message
            .escape_ascii()
            .to_string()
            .replace("\\\"", "\"")
    );
    if let Some(uid) = origin.uid {
        told += &format!(" uid {uid}");
    }
    if let Some(session) = &origin.session {
        told += &format!(" session {session}");
    }
    if origin.boot != Boot::default() {
        told += &format!(" boot {:x}", origin.boot.0);
    }
    if let Some(dropped) = entry.dropped {
        told += &format!(" dropped {dropped}");
    }
    told
}

#[test]
fn every_envelope_is_taken_off() {
    let mut expected = None;
    let mut count = 0;
    for line in LINES.lines() {
        if line.starts_with("# ") || line.is_empty() {
            continue;
        }
        match expected.take() {
            None => expected = Some(line.strip_prefix("= ").expect(line)),
            Some(expected) => {
                assert_eq!(told(&envelope().read(line.as_bytes())), expected, "{line}");
                count += 1;
            }
        }
    }
    assert_eq!(expected, None);
    assert!(count > 30, "{count} lines");
}

#[test]
fn a_line_may_end_in_carriage_return_and_hold_bytes_that_are_no_utf8() {
    let line = b"Mar 30 06:07:55 sftp1 sshd[4711]: caf\xe9 \xff\r";
    let read = told(&envelope().read(line));
    assert_eq!(read, r"2026-03-30T04:07:55Z sftp1 sshd 4711 |caf\xe9 \xff|");
}

#[test]
fn a_byte_order_mark_before_the_message_is_taken_off() {
    let line = b"<38>1 2026-03-30T06:07:55Z sftp1 sshd 4711 - - \xef\xbb\xbfAccepted";
    let read = told(&envelope().read(line));
    assert_eq!(read, "2026-03-30T06:07:55Z sftp1 sshd 4711 |Accepted|");
}

#[test]
fn what_is_empty_or_no_text_is_said_to_be() {
    assert_eq!(envelope().read(b""), Read::Other);
    assert_eq!(envelope().read(b"\r"), Read::Other);
    assert_eq!(
        envelope().read(b"Mar 30 06:07:55 sftp1 ss\0hd: x"),
        Read::NoText
    );
    assert_eq!(envelope().read(&vec![b'x'; LONGEST_LINE + 1]), Read::NoText);
    let longest = vec![b'x'; LONGEST_LINE];
    assert!(matches!(envelope().read(&longest), Read::Entry(_)));
}

#[test]
fn no_prefix_of_a_line_is_more_than_a_bare_message_or_the_same_line_cut() {
    for line in LINES.lines() {
        for end in 0..line.len() {
            let line = &line.as_bytes()[..end];
            if let Read::Entry(entry) = envelope().read(line) {
                assert!(line.starts_with(b"{") || line.ends_with(entry.message));
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn whatever_stands_on_a_line_its_message_is_what_it_ends_in(
        start in "(<[0-9]{1,4}>)?(1 )?(Mar  3 06:07:55|2026-03-03T06:07:55Z|-)? ?",
        rest in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80),
    ) {
        let line = [start.as_bytes(), &rest].concat();
        if let Read::Entry(entry) = envelope().read_syslog(&line) {
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            proptest::prop_assert!(line.ends_with(entry.message));
        }
    }

    #[test]
    fn whatever_program_writes_whatever_message_it_is_read_as_written(
        identifier in "[a-zA-Z][a-zA-Z0-9_./()-]{0,15}",
        pid in proptest::prelude::any::<u32>(),
        message in "[ -~]{0,80}",
    ) {
        for (line, pid) in [
            (format!("Mar  3 06:07:55 sftp1 {identifier}[{pid}]: {message}"), pid),
            (format!("Mar  3 06:07:55 sftp1 {identifier}: {message}"), 0),
            (format!("2026-03-03T06:07:55+01:00 sftp1 {identifier}[{pid}]: {message}"), pid),
            (format!("<38>1 2026-03-03T05:07:55Z sftp1 {identifier} {pid} - -  {message}"), pid),
        ] {
            let mut envelope = envelope();
            let Read::Entry(entry) = envelope.read(line.as_bytes()) else { panic!("{line}") };
            let read = (&*entry.origin.identifier, entry.origin.pid, entry.message);
            // The message numbers of Solaris are removed.
            if !message.starts_with("[ID ") {
                assert_eq!(read, (identifier.as_bytes(), pid, message.as_bytes()), "{line}");
            }
            assert_eq!(entry.origin.time, Time::from_seconds(1_772_514_475), "{line}");
        }
    }
}
