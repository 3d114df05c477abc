//! Whatever a log says, no message pings, formats, links or hides anything, and none grows beyond what Slack takes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use sftp_monitor::domain::alerts::{
    Cause, Change, Content, Expiring, Failures, FeedArrived, FeedChanged, FeedMissing, FeedOdd,
    File, Files, Lack, Layout, Logins, Loss, Message, Odd, Quiet, Seen, SeenFile, Summary,
    SummaryRow, Transfer, Works,
};
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::base::time::{Time, Zone};
use sftp_monitor::domain::expiry::Expires;
use sftp_monitor::domain::render::{Rendered, Voice};
use support::hostile::{assert_harmless, assert_small, hostile_text};
use support::texts::without_example;

const AT: Time = Time::from_seconds(1_774_843_675);

fn render(content: Content, form: Layout, language: Language) -> Rendered {
    let message = Message {
        id: 1,
        since: AT,
        content,
        maybe_repeated: true,
        form,
        matter: None,
        in_first: false,
        thread: None,
        refused: None,
    };
    let voice = Voice {
        language,
        zone: Zone::Named(chrono_tz::Europe::Paris),
        label: "sftp1".into(),
        names: BTreeMap::new(),
    };
    sftp_monitor::domain::render::render(&message, &voice)
}

fn check(content: &Content) {
    for form in [Layout::Blocks, Layout::Preformatted, Layout::Text] {
        for language in [Language::French, Language::English] {
            let rendered = render(content.clone(), form, language);
            assert_harmless(&rendered);
            assert_small(&rendered);
        }
    }
}

fn files(what: Transfer, count: u64, files: Vec<File>) -> Content {
    Content::Files(Files {
        partner: "alice".into(),
        full_name: None,
        what,
        count,
        files,
        bytes: u64::MAX,
        some_unknown: true,
        at: AT,
    })
}

/// Every content with this text wherever a log, or the machine, has a say.
#[expect(clippy::too_many_lines, reason = "a list of all contents")]
fn contents(text: &str) -> Vec<Content> {
    let (text, many) = (text.to_string(), vec![text.to_string(); 10]);
    let file = File {
        path: text.clone(),
        cut: true,
        bytes: Some(7),
        address: Some(text.clone()),
        ..File::default()
    };
    let row = SummaryRow {
        full_name: Some(text.clone()),
        uploads: 12,
        transfers: BTreeMap::from([(Transfer::UploadInterrupted, 3)]),
        names: many.clone(),
        ..SummaryRow::default()
    };
    let mut named = Files {
        partner: text.clone(),
        full_name: Some(text.clone()),
        what: Transfer::UploadFailed,
        count: 10,
        files: vec![file.clone(); 10],
        bytes: 7,
        some_unknown: false,
        at: AT,
    };
    let all = Content::Troubled(named.clone());
    (named.count, named.files) = (1, vec![file.clone()]);
    let seen = SeenFile {
        at: AT,
        what: Transfer::UploadInterrupted,
        file: file.clone(),
        removed: true,
    };
    let mut contents = vec![
        all,
        Content::FeedMissing(FeedMissing {
            id: text.clone(),
            partner: text.clone(),
            full_name: None,
            files: text.clone(),
            due: AT,
            arrived: 3,
            count: 4,
            lack: Lack {
                most: Some(7),
                names: many.clone(),
                bytes: Some((1, 2)),
            },
            download: false,
            since: Some(AT),
            unfit: None,
            seen: Seen {
                login: Some(AT),
                file: Some(seen),
                ..Seen::default()
            },
            mention: None,
        }),
        Content::FeedArrived(FeedArrived {
            id: text.clone(),
            partner: text.clone(),
            full_name: None,
            files: text.clone(),
            due: AT,
            at: AT,
            count: 1,
            download: true,
            file: file.clone(),
            on_time: false,
            since: Some(AT),
        }),
        Content::FeedChanged(FeedChanged {
            id: text.clone(),
            partner: text.clone(),
            full_name: None,
            files: text.clone(),
            due: AT,
            arrived: AT,
            change: Change {
                at: AT,
                file: file.clone(),
                how: Loss::Removed,
                told: true,
            },
        }),
        Content::FeedOdd(FeedOdd {
            id: text.clone(),
            partner: text.clone(),
            full_name: None,
            files: text.clone(),
            odd: Odd::Forbidden { by: many.clone() },
            found: vec![file.clone(); 10],
            count: 12,
            due: Some(AT),
            download: false,
            at: AT,
        }),
        Content::FeedOdd(FeedOdd {
            id: text.clone(),
            partner: text.clone(),
            full_name: Some(text.clone()),
            files: text.clone(),
            odd: Odd::Same,
            found: vec![file.clone()],
            count: 1,
            due: Some(AT),
            download: true,
            at: AT,
        }),
        Content::Works(Works {
            partner: text.clone(),
            full_name: None,
            at: AT,
        }),
        Content::Quiet(Quiet {
            partner: text.clone(),
            full_name: None,
            since: AT,
            never: false,
            at: AT,
        }),
        Content::Files(named),
        Content::Started {
            source: text.clone(),
            first: false,
            missing_group: Some(text.clone()),
        },
        Content::Logins(Logins {
            partner: text.clone(),
            count: 10,
            addresses: many.clone(),
            new_addresses: many.clone(),
            new_keys: 10,
            at: AT,
            method: text.clone(),
            ..Logins::default()
        }),
        Content::Expiring(Expiring {
            what: Expires::Password,
            day: chrono::NaiveDate::MAX,
            partners: many.clone(),
            count: 12,
            full_names: BTreeMap::new(),
            reminder: true,
        }),
        Content::Failures(Failures {
            partner: text.clone(),
            full_name: None,
            count: 10,
            cause: Cause::KeyOrAbandoned,
            addresses: many.clone(),
            at: AT,
            method: Some(text.clone()),
            today: 10,
            each: Vec::new(),
            own: false,
        }),
        Content::Summary(Summary {
            from: AT,
            to: AT,
            partners: BTreeMap::from([(text.clone(), row)]),
            maybe_repeated: true,
        }),
        Content::LogLevel {
            partners: many,
            count: 12,
            full_names: std::collections::BTreeMap::new(),
            found: text.clone(),
            line: text.clone(),
            file: text.clone(),
        },
        Content::Unseen {
            partners: vec![text.clone(); 12],
            count: 12,
            full_names: std::collections::BTreeMap::new(),
            known: true,
            why: text.clone(),
        },
    ];
    let at = AT.0;
    let others = [
        json!({"kind": "unreadable", "lines": 50, "example": text}),
        json!({"kind": "blind", "partner": text, "sure": true, "sessions": 2, "at": at}),
        json!({"kind": "sweep", "partners": {text.as_str(): {"full_name": text, "failures": 2}}, "addresses": [text, text], "at": at}),
        json!({
            "kind": "hindered", "partner": text, "obstacle": "write-refused", "count": 3, "addresses": [text], "path": text,
            "detail": text, "earlier": [{"path": text, "detail": text}], "at": at,
        }),
        json!({
            "kind": "mute-ended",
            "ended": {"partner": text, "terms": {"since": at, "until": at, "why": text, "by": text}},
        }),
        json!({
            "kind": "reply", "reply": {"taken": {"by": text, "why": text, "at": at}}, "of": contents[0],
        }),
    ];
    contents.extend(others.map(|content| serde_json::from_value(content).unwrap()));
    contents.push(Content::Several {
        partner: "alice".to_owned(),
        parts: contents.clone(),
    });
    contents
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_from_a_log_is_more_than_text(text in hostile_text()) {
        for content in contents(&text) {
            check(&content);
        }
    }
}

#[test]
fn each_kind_of_message_is_tried() {
    let tried = contents("a").into_iter().map(|content| json!(content));
    let missing = without_example(tried.collect::<Vec<_>>().iter());
    assert!(missing.is_empty(), "not in `contents`: {missing:?}");
}

#[test]
fn the_longest_names_fit_whatever_they_are_made_of() {
    for c in ["&", "é", "日", "🔥", "\u{202e}", "a/", "/"] {
        for content in contents(&c.repeat(5_000)) {
            check(&content);
        }
    }
}

#[test]
fn ten_thousand_partners_and_files_fit_into_one_message_that_counts_the_rest() {
    let row = SummaryRow {
        logins: 1,
        uploads: 10,
        names: (0..10).map(|n| format!("feed-{n}.xml")).collect(),
        ..SummaryRow::default()
    };
    let partners = (0..10_000)
        .map(|n| (format!("partner-{n:05}"), row.clone()))
        .collect();
    let summary = Content::Summary(Summary {
        from: AT,
        to: AT,
        partners,
        maybe_repeated: false,
    });
    check(&summary);
    let rendered = render(summary, Layout::Blocks, Language::French);
    for said in [&rendered.text, &rendered.plain()] {
        assert!(
            said.contains("10\u{202f}000 connexions, 100\u{202f}000 fichiers"),
            "{said}"
        );
        assert!(said.contains("\n… et 9\u{202f}"), "{said}");
        assert!(said.contains("partenaires de plus"), "{said}");
    }

    let many = vec![
        File {
            path: "/in/feed.xml".into(),
            ..File::default()
        };
        10_000
    ];
    let files = files(Transfer::Upload, 10_000, many);
    check(&files);
    let text = render(files, Layout::Text, Language::English).text;
    assert!(text.contains("feed.xml and 9,990 others"), "{text}");
}

#[test]
fn an_element_without_text_is_left_out_since_slack_refuses_it() {
    for content in contents("") {
        let rendered = render(content, Layout::Blocks, Language::French);
        assert!(
            !rendered
                .blocks
                .unwrap()
                .to_string()
                .contains(r#""text":"""#)
        );
    }
}

#[test]
fn the_check_itself_sees_what_it_must_see() {
    let harmful = |text: &str, blocks: Value| {
        let rendered = Rendered {
            text: text.into(),
            blocks: Some(blocks),
        };
        std::panic::catch_unwind(|| assert_harmless(&rendered)).is_err()
    };
    let element =
        |text: &str| json!([{"type": "rich_text", "elements": [{"type": "text", "text": text}]}]);
    assert!(!harmful("a &amp; b", element("<!channel>")));
    assert!(harmful("<!channel>", element("a")));
    assert!(harmful("a & b", element("a")));
    assert!(harmful("a\u{1b}", element("a")));
    assert!(harmful("a", element("\u{202e}")));
    assert!(harmful(
        "a",
        json!([{"type": "section", "text": {"type": "mrkdwn", "text": "*"}}])
    ));
}
