//! Mutes, generated: whatever happens, and whoever is muted when, each event is told once or summed up once, and a muted
//! partner is left alone.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]
#![allow(unreachable_pub, reason = "shared with no one")]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/rules.rs"]
mod rules;
#[path = "support/said.rs"]
mod said;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/users.rs"]
mod users;

use std::collections::BTreeMap;

use proptest::prelude::*;
use scenario::Step;
use sftp_monitor::domain::alerts::{Content, SummaryRow, Transfer};
use sftp_monitor::domain::base::time::Time;

const PARTNERS: [&str; 2] = ["alice", "bob"];

/// What may happen, to one of the partners.
#[derive(Clone, Copy, Debug)]
enum What {
    LogIn,
    Failure,
    Upload,
    /// For so many minutes.
    Mute(u32),
    Unmute,
    Restart,
    Digest,
    /// For so many minutes nobody reads the log.
    Absence(u32),
}

/// Each with the partner, and the seconds since the one before.
type Happening = (u32, usize, What);

fn happening() -> impl Strategy<Value = Happening> {
    let what = prop_oneof![
        4 => Just(What::LogIn),
        4 => Just(What::Failure),
        4 => Just(What::Upload),
        2 => (1..90_u32).prop_map(What::Mute),
        2 => Just(What::Unmute),
        1 => Just(What::Restart),
        1 => Just(What::Digest),
        1 => (1..40_u32).prop_map(What::Absence),
    ];
    let pause = prop_oneof![0..5_u32, 0..1_500_u32];
    (pause, 0..PARTNERS.len(), what)
}

/// The scenario, as its file would have it.
fn written(happenings: &[Happening], away: (u32, u32), threads: bool) -> String {
    let clock = |second: u32| {
        let (day, second) = (30 + second / 86_400, second % 86_400);
        let [hour, minute, second] = [second / 3_600, second / 60 % 60, second % 60];
        format!("2026-03-{day} {hour:02}:{minute:02}:{second:02}")
    };
    let mut text = "partner alice 1000\npartner bob 1001\n\n== Generated.\n".to_owned();
    if threads {
        // With "edit" what is gathered is shown in the first message.
        text += "threads\nalerts follow-up = \"post\"\n";
    }
    let (from, long) = away;
    text += &format!("slack-down {} to {}\n", clock(from), clock(from + long));
    let mut now = 20 * 3_600;
    let mut absent = 0;
    for (number, (pause, partner, what)) in happenings.iter().enumerate() {
        now += pause;
        let (name, uid, pid) = (PARTNERS[*partner], 1_000 + partner, 100 + number);
        let (date, time) = (clock(now)[..10].to_owned(), clock(now)[11..].to_owned());
        if absent > 0 && now > absent {
            absent = 0;
            text += &format!("date {date}\nclock {time}\n");
        }
        let mut line = |who: &str, said: String| {
            text += &format!("date {date}\n{time} {who}: {said}\n");
        };
        let sshd = format!("sshd[{pid}] uid=0");
        let server = format!("internal-sftp[{pid}] uid={uid}");
        let peer = format!("{name} from 192.0.2.{partner} port {pid} ssh2");
        match what {
            What::LogIn => line(&sshd, format!("Accepted password for {peer}")),
            What::Failure => line(&sshd, format!("Failed password for {peer}")),
            What::Upload => {
                line(
                    &server,
                    format!("session opened for local user {name} from [192.0.2.{partner}]"),
                );
                line(
                    &server,
                    format!("open \"{number}\" flags WRITE,CREATE,TRUNCATE mode 0644"),
                );
                line(
                    &server,
                    format!("close \"{number}\" bytes read 0 written 5"),
                );
            }
            // A person acts on what the monitor has read.
            What::Mute(_) | What::Unmute | What::Digest | What::Absence(_) if absent > 0 => {}
            What::Mute(minutes) => {
                let until = clock(now + minutes * 60);
                text += &format!("date {date}\nmute {time} {name} until {until}\n");
            }
            What::Unmute => text += &format!("date {date}\nunmute {time} {name}\n"),
            What::Restart => text += "restart\n",
            What::Digest => text += &format!("date {date}\ndigest {time}\n"),
            What::Absence(minutes) => {
                absent = now + minutes * 60;
                text += &format!(
                    "date {date}\nclock {time}\nabsent-until {}\n",
                    clock(absent)
                );
            }
        }
    }
    let end = now.max(from + long) + 4 * 3_600;
    text + &format!("clock {}\n", clock(end))
}

/// Log-ins, failures and uploads.
type Counts = [u64; 3];

fn add(to: &mut BTreeMap<String, Counts>, partner: &str, counts: Counts) {
    let of = to.entry(partner.to_owned()).or_default();
    of.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
}

fn rows(to: &mut BTreeMap<String, Counts>, rows: &BTreeMap<String, SummaryRow>) {
    for (partner, row) in rows {
        add(to, partner, [row.logins, row.failures, row.uploads]);
    }
}

/// What a message tells of.
fn told(to: &mut BTreeMap<String, Counts>, content: &Content) {
    match content {
        Content::Logins(l) => add(to, &l.partner, [l.count, l.answered, 0]),
        Content::Failures(f) => add(to, &f.partner, [0, f.count, 0]),
        Content::Files(f) if f.what == Transfer::Upload => add(to, &f.partner, [0, 0, f.count]),
        Content::Several { parts, .. } => parts.iter().for_each(|part| told(to, part)),
        Content::Summary(summary) => rows(to, &summary.partners),
        Content::Sweep(sweep) => rows(to, &sweep.partners),
        Content::MuteEnded { ended, .. } => rows(to, &ended.summary.partners),
        other => panic!("{other:?}"),
    }
}

/// What happened.
fn happened(happenings: &[Happening]) -> BTreeMap<String, Counts> {
    let mut counted = BTreeMap::new();
    for (_, partner, what) in happenings {
        let one = match what {
            What::LogIn => [1, 0, 0],
            What::Failure => [0, 1, 0],
            What::Upload => [0, 0, 1],
            What::Mute(_) | What::Unmute | What::Restart | What::Digest | What::Absence(_) => {
                continue;
            }
        };
        add(&mut counted, PARTNERS[*partner], one);
    }
    counted
}

/// When each partner is muted: a later mute replaces the one that is not over.
fn muted(steps: &[Step]) -> Vec<(String, Time, Time)> {
    let mut muted: Vec<(String, Time, Time)> = Vec::new();
    for step in steps {
        if let Step::Mute {
            at, name, until, ..
        } = step
        {
            let before = muted.iter_mut().filter(|(of, ..)| of == name);
            before.for_each(|(_, _, to)| *to = (*to).min(*at));
            muted.extend(until.map(|until| (name.clone(), *at, until)));
        }
    }
    muted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn each_event_is_told_or_summed_up_once_and_nothing_is_told_of_a_muted_partner(
        happenings in prop::collection::vec(happening(), 1..40),
        threads: bool,
        away in (19 * 3_600..30 * 3_600_u32, 0..7_200_u32),
    ) {
        let text = written(&happenings, away, threads);
        let (_, scenarios) = scenario::parse(&text);
        let steps = &scenarios[0].steps;
        let posted = rules::posted(steps);
        let mut sum = BTreeMap::new();
        posted.iter().for_each(|(_, content)| told(&mut sum, content));
        prop_assert_eq!(sum, happened(&happenings), "{}", text);
        for (partner, from, to) in muted(steps) {
            let of = |content: &Content| content.mutable() == Some(&partner);
            let early = posted.iter().find(|(at, c)| of(c) && from < *at && *at < to);
            prop_assert!(early.is_none(), "{:?}\n{}", early, text);
        }
    }
}
