//! The digest in words, and its limits.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::fs;

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};
use sftp_monitor::domain::alerts::{FeedOdd, File, Lack, Layout, Odd};
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::base::time::{Time, Zone};
use sftp_monitor::domain::expect::{Feed, Outcome};
use sftp_monitor::domain::render::{Rendered, Voice, day_messages};
use sftp_monitor::domain::state::{ClosedDay, Counters, Troubled};
use sftp_monitor::domain::state::{Notice, NoticeKind};
use support::hostile::{assert_harmless, assert_small, hostile_text, size};
use support::texts::{Case, compare, compare_json, compare_plain, parse, with_times};

const PATH: &str = "tests/texts/days.txt";
const FORMS: [Layout; 3] = [Layout::Blocks, Layout::Preformatted, Layout::Text];

fn voice(language: Language) -> Voice {
    Voice {
        language,
        zone: Zone::Named(chrono_tz::Europe::Paris),
        label: "sftp1".into(),
        names: BTreeMap::from([("bob".into(), "Bob & Fils".into())]),
    }
}

fn cases() -> Vec<Case> {
    parse(&fs::read_to_string(PATH).unwrap())
}

fn render(content: &Value, language: Language, form: Layout) -> Vec<Rendered> {
    let content = with_times(content.clone());
    let mut day: ClosedDay = serde_json::from_value(content["day"].clone()).unwrap();
    day.form = form;
    let posted_on = content["posted"].as_str().unwrap().parse().unwrap();
    day_messages(&day, &voice(language), posted_on)
}

fn posted(day: &ClosedDay) -> Vec<Rendered> {
    day_messages(day, &voice(Language::French), day.date)
}

#[test]
fn every_day_says_what_the_table_says() {
    let texts = |case: &Case, language| {
        let messages = render(&case.content, language, Layout::Blocks);
        messages.into_iter().map(|message| message.text).collect()
    };
    let said = |case: &Case| Case {
        french: texts(case, Language::French),
        english: texts(case, Language::English),
        ..case.clone()
    };
    compare(PATH, &cases().iter().map(said).collect::<Vec<_>>());
}

#[test]
fn every_day_looks_as_the_snapshots_show() {
    let mut looks = BTreeMap::new();
    let mut plain = String::new();
    for case in cases() {
        let blocks = render(&case.content, Language::French, Layout::Blocks);
        let blocks: Vec<_> = blocks.into_iter().map(|message| message.blocks).collect();
        looks.insert(case.title.clone(), json!(blocks));
        for (language, form) in [
            (Language::French, Layout::Preformatted),
            (Language::French, Layout::Text),
            (Language::English, Layout::Preformatted),
        ] {
            for message in render(&case.content, language, form) {
                plain += &format!(
                    "== {}: {form:?}, {language:?}\n{}\n\n",
                    case.title,
                    message.plain()
                );
            }
        }
    }
    compare_json("tests/texts/days.json", &json!(looks));
    compare_plain("tests/texts/days-plain.txt", &plain);
}

fn many(partners: usize) -> ClosedDay {
    let counters = |n: usize| Counters {
        success: n as u64 + 1,
        upload: 48_312,
        ..Counters::default()
    };
    ClosedDay {
        id: "2026-03-30".into(),
        date: NaiveDate::from_ymd_opt(2026, 3, 30).unwrap(),
        partners: (0..partners)
            .map(|n| (format!("partner-{n:05}"), counters(n)))
            .collect(),
        unknown_attempts: 3,
        ..ClosedDay::default()
    }
}

/// The partners that a message names, in order.
fn named(message: &Rendered) -> Vec<String> {
    let plain = message.plain();
    let words = plain
        .split_whitespace()
        .filter(|word| word.starts_with("Partner-"));
    words.map(String::from).collect()
}

#[test]
fn ninety_eight_partners_fit_into_one_table_and_the_next_begins_another() {
    let one = posted(&many(98));
    assert_eq!(one.len(), 1);
    assert_eq!(
        one[0].blocks.as_ref().unwrap()[1]["rows"]
            .as_array()
            .unwrap()
            .len(),
        100
    );
    let two = posted(&many(99));
    assert_eq!(two.len(), 2);
    let rows = |message: &Rendered| {
        message.blocks.as_ref().unwrap()[1]["rows"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((rows(&two[0]), rows(&two[1])), (99, 3));
}

#[test]
fn ten_thousand_partners_are_named_once_each_in_parts_that_are_the_same_in_every_form() {
    let mut day = many(10_000);
    let mut parts: Vec<Vec<Vec<String>>> = Vec::new();
    for form in FORMS {
        day.form = form;
        let messages = posted(&day);
        assert_eq!(messages, posted(&day));
        messages.iter().for_each(assert_harmless);
        if form != Layout::Text {
            messages.iter().for_each(assert_small);
        }
        let (last, first) = messages.split_last().unwrap();
        assert!(
            first
                .iter()
                .all(|message| !message.plain().contains("Total"))
        );
        assert!(last.plain().contains("3 connexions bloquées"));
        // In the text-only form the totals stand among the rows.
        assert!(last.plain().contains("Total") && last.text.contains("483\u{202f}120\u{202f}000"));
        parts.push(messages.iter().map(named).collect());
    }
    assert_eq!(parts[0].concat().len(), 10_000);
    assert!(parts[0].concat().is_sorted());
    assert_eq!(parts[0], parts[1]);
    assert_eq!(parts[0], parts[2]);
}

#[test]
fn only_the_message_whose_answer_was_lost_is_marked() {
    let mut day = many(250);
    day.messages_posted = 1;
    day.maybe_repeated = true;
    let marked: Vec<bool> = posted(&day)
        .iter()
        .map(|message| message.plain().contains("Peut-être déjà publié"))
        .collect();
    assert_eq!(marked, [false, true, false]);
    assert!(
        posted(&day)
            .iter()
            .all(|message| !message.text.contains("Peut-être"))
    );
}

fn hostile_day(text: &str, partners: usize) -> ClosedDay {
    let mut day = many(0);
    let counters = Counters {
        success: u64::MAX,
        upload_interrupted: 12,
        ..Counters::default()
    };
    day.partners = (0..partners)
        .map(|n| (format!("{text}{n}"), counters.clone()))
        .collect();
    day.partners.insert(text.into(), counters);
    let file = File {
        path: text.into(),
        cut: true,
        bytes: Some(u64::MAX),
        ..File::default()
    };
    let troubled = |failed| Troubled {
        partner: text.into(),
        failed,
        download: !failed,
        file: file.clone(),
        gone_on: false,
    };
    day.day.troubled = vec![troubled(true), troubled(false)];
    day.day.notices = vec![
        Notice {
            kind: NoticeKind::Gap,
            from: Time(1),
            to: Time(2),
            count: 3,
            detail: Some(text.into()),
            partner: None,
        };
        50
    ];
    let outcomes = [Outcome::Missing, Outcome::Late, Outcome::OnTime];
    let feed = |outcome| Feed {
        id: text.into(),
        partner: text.into(),
        full_name: None,
        files: text.into(),
        outcome,
        due: Time(1),
        at: (outcome != Outcome::Missing).then_some(Time(2)),
        arrived: 3,
        count: 4,
        lack: Lack {
            most: Some(7),
            names: vec![text.into(); 3],
            bytes: Some((1, 2)),
        },
        download: false,
        since: None,
        changed: None,
        carried: false,
    };
    day.day.feeds = outcomes.map(feed).to_vec();
    let odd = |odd| FeedOdd {
        id: text.into(),
        partner: text.into(),
        full_name: None,
        files: text.into(),
        odd,
        found: vec![
            File {
                path: text.into(),
                ..File::default()
            };
            10
        ],
        count: 12,
        due: Some(Time(1)),
        download: false,
        at: Time(2),
    };
    let forbidden = Odd::Forbidden {
        by: vec![text.into(); 3],
    };
    day.day.odd = [
        forbidden,
        Odd::TooMany { most: 3 },
        Odd::TooLarge { most: 3 },
        Odd::Same,
    ]
    .map(odd)
    .to_vec();
    day
}

fn check(mut day: ClosedDay) {
    for form in FORMS {
        day.form = form;
        for message in posted(&day) {
            assert_harmless(&message);
            match form {
                Layout::Text => assert!(message.text.len() < 12_000, "{}", message.text.len()),
                _ => assert_small(&message),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_from_a_log_is_more_than_text(text in hostile_text()) {
        check(hostile_day(&text, 3));
    }
}

#[test]
fn the_longest_names_make_more_messages_not_larger_ones() {
    for c in ["&", "é", "日", "🔥", "\u{202e}"] {
        check(hostile_day(&c.repeat(100), 120));
    }
}

#[test]
fn names_of_files_keep_nothing_that_makes_the_figures_uncertain_out_of_the_table() {
    let mut day = many(1);
    let path = "x".repeat(250);
    let file = File {
        path: path.clone(),
        ..File::default()
    };
    let troubled = Troubled {
        partner: "alice".into(),
        failed: false,
        download: false,
        file,
        gone_on: false,
    };
    day.day.troubled = vec![troubled; 10];
    let notice = |kind, detail: Option<&String>| Notice {
        kind,
        from: Time(1),
        to: Time(2),
        count: 3,
        detail: detail.cloned(),
        partner: None,
    };
    day.day.notices = vec![notice(NoticeKind::UnknownDirection, Some(&path)); 20];
    let certain = [
        (NoticeKind::Forged, "Lignes falsifiées"),
        (NoticeKind::Dropped, "journald a perdu 3 messages"),
        (NoticeKind::Gap, "Journal incomplet"),
    ];
    for (kind, _) in certain {
        day.day.notices.push(notice(kind, None));
    }
    for form in FORMS {
        day.form = form;
        let said = posted(&day)[0].plain();
        for (_, words) in certain {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert!(said.contains("10 uploads interrompus"), "{said}");
        assert!(said.contains("de plus"), "{said}");
    }
}

#[test]
fn a_table_has_no_empty_cell_since_slack_refuses_it() {
    for message in posted(&hostile_day("", 0)) {
        let blocks = message.blocks.unwrap();
        assert!(size(&blocks) > 0);
        assert!(!blocks.to_string().contains(r#""text":"""#));
    }
}
