//! The rules at work on entries, and on a state that anybody may have edited.

use std::collections::BTreeMap;

use sftp_monitor::domain::alerts::{Layout, Message};
use sftp_monitor::domain::base::clean::is_hidden;
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::base::process::Boot;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::directory::{Answer, Directory};
use sftp_monitor::domain::record::{Entry, NOBODY, Origin, Record};
use sftp_monitor::domain::render::{Voice, day_messages, render};
use sftp_monitor::domain::rules::{Monitor, Rules};
use sftp_monitor::domain::state::{ClosedDay, Daily};

use super::{NOW, ZONE};

/// alice and bob are partners, mallory has a shell.
pub(super) struct Accounts;

impl Directory for Accounts {
    fn account(&mut self, user: &[u8]) -> Answer {
        let partner = |uid| Answer::Partner {
            uid: Some(uid),
            full_name: None,
            name: None,
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
pub(super) fn entries(data: &[u8]) {
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
    for (number, line) in (0..64).zip(data.split(|&byte| byte == b'\n')) {
        let [sender, program, pid, message @ ..] = line else {
            continue;
        };
        let uid = [0, 1001, 1002, 1005, NOBODY][usize::from(*sender) % 5];
        root |= uid == 0;
        alice |= uid == 1001;
        let identifier: &[u8] = [&b"sshd"[..], b"internal-sftp"][usize::from(*program) % 2];
        let origin = Origin {
            time: Time(NOW.0 + number * 700_000),
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
            over: None,
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
        let told = |m: &Message| {
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
    // Of others' keys, a number that is no integer of ours may lose its last digit.
    let written = serde_json::to_string(&again).expect("the state is written");
    assert!(
        text == written || text.contains("e+"),
        "{text} became {written}"
    );
    for language in [Language::French, Language::English] {
        let voice = voice(language);
        for message in daily.resume.outbox.iter().chain(&daily.resume.parked) {
            visible(&render(message, &voice).text);
        }
        let open = ClosedDay {
            id: "x".into(),
            date: daily.date,
            partners: daily.partners.clone().into_map(),
            unknown_attempts: daily.unknown_attempts,
            day: daily.resume.day.clone(),
            until: NOW,
            ..ClosedDay::default()
        };
        for day in daily.resume.closed.iter().chain([&open]) {
            for form in [Layout::Blocks, Layout::Text] {
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

/// What happens after a state was read.
const GOES_ON: [(u32, u32, &str, &str); 7] = [
    (
        5,
        0,
        "sshd",
        "Accepted password for alice from 192.0.2.7 port 5000 ssh2",
    ),
    (
        7,
        0,
        "sshd",
        "Failed password for bob from 192.0.2.8 port 5001 ssh2",
    ),
    (
        8,
        0,
        "sshd",
        "Failed password for invalid user x from 192.0.2.9 port 5002 ssh2",
    ),
    (
        6,
        1001,
        "internal-sftp",
        "open \"/a\" flags WRITE,CREATE,TRUNCATE mode 0644",
    ),
    (
        6,
        1001,
        "internal-sftp",
        "close \"/a\" bytes read 0 written 7",
    ),
    (
        6,
        1001,
        "internal-sftp",
        "posix-rename old \"/a\" new \"/b\"",
    ),
    (
        5,
        0,
        "sshd",
        "pam_unix(sshd:session): session closed for user alice",
    ),
];

/// A state file: what can be read can be worked on, written and read again.
pub(super) fn state(data: &[u8]) {
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
    for (pid, uid, identifier, message) in GOES_ON {
        let origin = Origin {
            time: NOW,
            identifier: identifier.as_bytes().into(),
            pid,
            uid: Some(uid),
            ..Origin::default()
        };
        let entry = Entry {
            origin,
            message: message.as_bytes(),
            dropped: None,
            over: None,
        };
        if let Some(record) = Record::of(entry, &mut Accounts) {
            monitor.apply(&record);
        }
    }
    monitor.advance(NOW, true);
    sftp_monitor::domain::days::settle(&mut daily, ZONE, NOW);
    sftp_monitor::domain::days::close_for_digest(&mut daily, ZONE, NOW, 23 * 60);
    written_and_told(&daily);
}
