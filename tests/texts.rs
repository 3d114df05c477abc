//! Messages in words: content above, the texts below, in files that a person can read and diff.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use sftp_monitor::domain::alerts::{Content, Layout, Message, Told, WebhookEvent};
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::base::time::{Time, Zone};
use sftp_monitor::domain::render::{Rendered, Voice};
use sftp_monitor::domain::webhook;
use support::texts::{Case, compare, parse, with_times, without_example};

fn voice(language: Language) -> Voice {
    Voice {
        language,
        zone: Zone::Named(chrono_tz::Europe::Paris),
        label: "sftp1".into(),
        names: BTreeMap::from([("bob".to_string(), "Bob & Fils".to_string())]),
    }
}

fn render(content: &Value, language: Language, form: Layout, maybe_repeated: bool) -> Rendered {
    let content: Content = serde_json::from_value(with_times(content.clone())).unwrap();
    let message = Message {
        id: 1,
        since: Time::default(),
        content,
        maybe_repeated,
        form,
        matter: None,
        in_first: false,
        thread: None,
        refused: None,
    };
    sftp_monitor::domain::render::render(&message, &voice(language))
}

#[test]
fn every_message_says_what_the_table_says() {
    let path = "tests/texts/alerts.txt";
    let cases = parse(&fs::read_to_string(path).unwrap());
    assert!(cases.len() > 20);
    let said = |case: &Case| Case {
        french: vec![render(&case.content, Language::French, Layout::Blocks, false).text],
        english: vec![render(&case.content, Language::English, Layout::Blocks, false).text],
        ..case.clone()
    };
    compare(path, &cases.iter().map(said).collect::<Vec<_>>());
}

#[test]
fn each_kind_of_message_has_an_example() {
    let cases = parse(&fs::read_to_string("tests/texts/alerts.txt").unwrap());
    let missing = without_example(cases.iter().map(|case| &case.content));
    assert!(
        missing.is_empty(),
        "not in tests/texts/alerts.txt: {missing:?}"
    );
}

#[test]
fn the_manual_names_each_event_for_the_webhook_and_its_facts() {
    let manual = include_str!("../packaging/man/sftp-monitor.service.8").replace("\\-", "-");
    let is_named = |word: &str| {
        let mut words = manual.split(|c: char| !c.is_alphanumeric() && !"._-".contains(c));
        words.any(|named| named.trim_end_matches('.') == word)
    };
    let voice = voice(Language::French);
    let mut missing = BTreeSet::new();
    let cases = parse(&fs::read_to_string("tests/texts/alerts.txt").unwrap());
    // The webhook is sent events by themselves.
    let gathered = ["sweep", "several", "summary", "mute-ended", "reply"];
    for case in cases
        .into_iter()
        .filter(|case| !gathered.iter().any(|kind| case.content["kind"] == *kind))
    {
        let content: Content = serde_json::from_value(with_times(case.content)).unwrap();
        let event = WebhookEvent {
            id: "1".to_owned(),
            at: Time::default(),
            told: Told::Content(Box::new(content)),
        };
        let Value::Object(event) = serde_json::from_slice(&webhook::body(&event, &voice)).unwrap()
        else {
            unreachable!("an object");
        };
        let kind = event["type"]
            .as_str()
            .unwrap()
            .strip_prefix("sftp-monitor.")
            .unwrap();
        let facts = event["data"].as_object().unwrap().keys();
        let named = facts.map(String::as_str).chain([kind]);
        missing.extend(
            named
                .filter(|name| !is_named(name))
                .map(|name| format!("{kind}: {name}")),
        );
    }
    assert!(
        missing.is_empty(),
        "not in sftp-monitor.service.8: {missing:?}"
    );
}

#[test]
fn every_message_looks_as_the_snapshot_shows() {
    let cases = parse(&fs::read_to_string("tests/texts/alerts.txt").unwrap());
    let mut looks = BTreeMap::new();
    for case in &cases {
        let blocks = render(&case.content, Language::French, Layout::Blocks, false).blocks;
        looks.insert(case.title.clone(), blocks.unwrap());
    }
    let first = &cases[2].content;
    let repeated = render(first, Language::French, Layout::Blocks, true).blocks;
    looks.insert("log-in, maybe a repeat".into(), repeated.unwrap());
    let repeated = render(first, Language::English, Layout::Preformatted, true).blocks;
    looks.insert(
        "log-in, preformatted, maybe a repeat".into(),
        repeated.unwrap(),
    );
    support::texts::compare_json("tests/texts/alerts.json", &json!(looks));
}

#[test]
fn a_repeat_is_never_mentioned_in_the_text_and_text_alone_has_no_blocks() {
    for case in parse(&fs::read_to_string("tests/texts/alerts.txt").unwrap()) {
        let once = render(&case.content, Language::French, Layout::Blocks, false);
        for form in [Layout::Blocks, Layout::Preformatted, Layout::Text] {
            let again = render(&case.content, Language::French, form, true);
            assert_eq!(again.text, once.text);
            assert_eq!(again.blocks.is_none(), form == Layout::Text);
            let says_so = again.plain().contains("Peut-être déjà publié");
            assert_eq!(says_so, form != Layout::Text, "{}", case.title);
        }
    }
}

#[test]
fn a_dry_run_prints_the_message_with_its_context() {
    let case = &parse(&fs::read_to_string("tests/texts/alerts.txt").unwrap())[11];
    assert_eq!(case.title, "file arrived");
    let message = render(&case.content, Language::English, Layout::Blocks, false);
    assert_eq!(
        message.plain(),
        "📄 Alice uploaded feed.xml\n/in/feed.xml · 12.4 MB · 192.0.2.7\nsftp1 · 30 March at 06:07"
    );
}
