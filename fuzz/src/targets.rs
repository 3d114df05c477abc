//! What is fuzzed, and what must hold whatever comes: no panic, and never a partner credited with what others wrote.
//! `tests/fuzz_corpus.rs` runs the same functions over the corpus.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use sftp_monitor::alerts::{Form, Voice, day_messages, render};
use sftp_monitor::clean::is_hidden;
use sftp_monitor::config::{Config, Language};
use sftp_monitor::directory::{Answer, Directory};
use sftp_monitor::entry::{Boot, Entry, NOBODY, Origin, Record};
use sftp_monitor::monitor::{Monitor, Rules};
use sftp_monitor::openssh::{Event, Kind, Program, Who, parse, rename_splits};
use sftp_monitor::slack::Verdict;
use sftp_monitor::slack::answer::{PAUSE_MOST, classify};
use sftp_monitor::source::envelope::{Envelope, Read};
use sftp_monitor::sshd_config::{Files, Partner, forces_logging, in_force};
use sftp_monitor::state::{ClosedDay, Daily};
use sftp_monitor::time::{Time, Zone};

/// A target.
pub type Target = fn(&[u8]);

/// All of them, by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("message", message),
    ("envelope", envelope),
    ("entries", entries),
    ("state", state),
    ("configuration", configuration),
    ("sshd_config", sshd_config),
    ("slack_answer", slack_answer),
    ("roundtrip", roundtrip),
];

/// The target of this name.
#[allow(
    dead_code,
    reason = "the fuzzer takes one, the replay of the corpus all"
)]
pub fn of(name: &str) -> Target {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.map_or(message, |(_, target)| *target)
}

/// 2026-03-30 06:07:55 in Paris: the present of all targets.
const NOW: Time = Time::from_seconds(1_774_843_675);

const ZONE: Zone = Zone::Named(chrono_tz::Europe::Paris);

fn program(byte: u8) -> Program {
    match byte % 3 {
        0 => Program::Sshd,
        1 => Program::Sftp,
        _ => Program::Unknown,
    }
}

/// A message of sshd or sftp-server, whose first byte says of which.
pub fn message(data: &[u8]) {
    let Some((&first, message)) = data.split_first() else {
        return;
    };
    let Some(event) = parse(program(first), message) else {
        return;
    };
    if event.cut {
        assert_eq!(
            (event.port, event.bytes_read, event.bytes_written),
            (None, None, None),
            "the end of a cut line was believed"
        );
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
pub fn envelope(line: &[u8]) {
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

/// alice and bob are partners, mallory has a shell.
struct Accounts;

impl Directory for Accounts {
    fn account(&mut self, user: &[u8]) -> Answer {
        let partner = |uid| Answer::Partner {
            uid: Some(uid),
            full_name: None,
        };
        match user {
            b"alice" => partner(1001),
            b"bob" => partner(1002),
            b"mallory" => Answer::Other { uid: Some(1005) },
            b"silent" => Answer::Unknown,
            _ => Answer::Other { uid: None },
        }
    }

    fn listed(&mut self, user: &[u8]) -> bool {
        matches!(user, b"alice" | b"bob")
    }

    fn name_of(&mut self, uid: u32) -> Option<Vec<u8>> {
        let name: &[u8] = match uid {
            1001 => b"alice",
            1002 => b"bob",
            1005 => b"mallory",
            _ => return None,
        };
        Some(name.to_vec())
    }

    fn forces_sftp(&mut self, _: &[u8]) -> bool {
        true
    }
}

fn voice(language: Language) -> Voice {
    Voice {
        language,
        zone: ZONE,
        label: "sftp1".into(),
        names: BTreeMap::new(),
    }
}

/// Entries of a journal, one a line: `SENDER PROGRAM PID MESSAGE`, a byte each but for the message. What mallory and
/// bob write does not touch alice; all that is told can be rendered, and the state can be written and read.
pub fn entries(data: &[u8]) {
    let rules = Rules {
        zone: ZONE,
        ..Rules::default()
    };
    let mut daily = Daily {
        date: ZONE.date(NOW),
        ..Daily::default()
    };
    // A part of the lines is root's: only where there is none it is certain who can have done what.
    let (mut root, mut alice) = (false, false);
    for (number, line) in data.split(|&byte| byte == b'\n').take(64).enumerate() {
        let [sender, program, pid, message @ ..] = line else {
            continue;
        };
        let uid = [0, 1001, 1002, 1005, NOBODY][usize::from(*sender) % 5];
        root |= uid == 0;
        alice |= uid == 1001;
        let identifier: &[u8] = [&b"sshd"[..], b"internal-sftp"][usize::from(*program) % 2];
        let origin = Origin {
            time: Time(NOW.0 + number as i64 * 700_000),
            boot: Boot(1),
            identifier: identifier.into(),
            pid: u32::from(*pid) % 8 + 1,
            uid: Some(uid),
            ..Origin::default()
        };
        let now = origin.time;
        let entry = Entry {
            origin,
            message,
            dropped: None,
        };
        let mut monitor = Monitor {
            rules: &rules,
            daily: &mut daily,
            now,
            in_flight: None,
        };
        monitor.advance(now, false);
        if let Some(record) = Record::of(entry, &mut Accounts) {
            monitor.apply(&record);
        }
    }
    let now = Time(NOW.0 + 3_600_000_000);
    let mut monitor = Monitor {
        rules: &rules,
        daily: &mut daily,
        now: NOW,
        in_flight: None,
    };
    monitor.advance(now, true);
    if !root && !alice {
        assert!(
            !daily.partners.contains_key("alice"),
            "others credited alice: {:?}",
            daily.partners
        );
        let told = |m: &sftp_monitor::alerts::Message| {
            m.content
                .group()
                .is_some_and(|(_, partner)| partner == "alice")
        };
        assert!(
            !daily.resume.outbox.iter().any(told),
            "others had alice told of"
        );
    }
    written_and_told(&daily);
}

/// The state can be written and read again, and all that it holds can be put into words that show what they hold.
fn written_and_told(daily: &Daily) {
    let text = serde_json::to_string(daily).expect("the state is written");
    let again: Daily = serde_json::from_str(&text).expect("the state is read again");
    assert_eq!(
        text,
        serde_json::to_string(&again).expect("the state is written")
    );
    for language in [Language::French, Language::English] {
        let voice = voice(language);
        for message in daily.resume.outbox.iter().chain(&daily.resume.parked) {
            visible(&render(message, &voice).text);
        }
        let open = ClosedDay {
            id: "x".into(),
            date: daily.date,
            partners: daily.partners.clone(),
            unknown_attempts: daily.unknown_attempts,
            day: daily.resume.day.clone(),
            until: NOW,
            ..ClosedDay::default()
        };
        for day in daily.resume.closed.iter().chain([&open]) {
            for form in [Form::Blocks, Form::Text] {
                let day = ClosedDay {
                    form,
                    ..day.clone()
                };
                day_messages(&day, &voice, ZONE.date(NOW))
                    .iter()
                    .for_each(|said| visible(&said.text));
            }
        }
    }
}

fn visible(text: &str) {
    assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "{text:?}");
    assert!(!text.contains(['<', '>']), "{text:?}");
}

/// A state file: what can be read can be worked on, written and read again.
pub fn state(data: &[u8]) {
    let Ok(mut daily) = serde_json::from_slice::<Daily>(data) else {
        return;
    };
    written_and_told(&daily);
    let rules = Rules {
        zone: ZONE,
        ..Rules::default()
    };
    let mut monitor = Monitor {
        rules: &rules,
        daily: &mut daily,
        now: NOW,
        in_flight: None,
    };
    let _ = (monitor.due(), monitor.questions());
    monitor.advance(NOW, true);
    sftp_monitor::days::settle(&mut daily, ZONE, NOW);
    sftp_monitor::days::close_for_digest(&mut daily, ZONE, NOW, 23 * 60);
    written_and_told(&daily);
}

/// A configuration: it is read, or refused with words that can be seen.
pub fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Config::parse(Path::new("config.toml"), text) {
        Ok(config) => drop((Rules::of(&config), Voice::of(&config))),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// sshd's configuration, whose `Include` may include the file itself.
pub fn sshd_config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // Several at each of the levels that sshd allows would be read for hours.
    let reads = Cell::new(0);
    let files = Files {
        read: &|path| {
            reads.set(reads.get() + 1);
            match path.ends_with("sshd_config") && reads.get() < 20 {
                true => Ok(text.clone().into_owned()),
                false => Err(ErrorKind::NotFound.into()),
            }
        },
        list: &|_| Ok(vec!["sshd_config".to_owned()]),
    };
    let path = Path::new("/etc/ssh/sshd_config");
    let Ok(directives) = sftp_monitor::sshd_config::parse(path, &files) else {
        return;
    };
    let groups = ["sftp-feeds".to_owned()];
    for groups in [None, Some(&groups[..])] {
        let partner = Partner {
            name: "alice",
            groups,
        };
        let _ = in_force(&directives, &partner);
        let _ = forces_logging(&directives, &partner);
    }
}

/// An answer of Slack, or of what stands in its place: two bytes of status, a line as Retry-After, the body.
pub fn slack_answer(data: &[u8]) {
    let [high, low, rest @ ..] = data else {
        return;
    };
    let status = u16::from_be_bytes([*high, *low]);
    let (retry, body) = match rest.iter().position(|&byte| byte == b'\n') {
        Some(end) => (std::str::from_utf8(&rest[..end]).ok(), &rest[end + 1..]),
        None => (None, rest),
    };
    let verdict = classify(status, retry, body, NOW);
    if let Verdict::Wait { pause, .. } = &verdict {
        assert!(*pause <= PAUSE_MOST, "{pause:?}");
    }
    let said = verdict.to_string();
    assert!(!said.chars().any(is_hidden), "{said:?}");
    assert!(
        verdict != Verdict::Accepted || (200..300).contains(&status),
        "{status} accepted a message"
    );
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
pub fn roundtrip(data: &[u8]) {
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
