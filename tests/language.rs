//! Numbers, sizes, times and lists against the table in `texts/language.txt`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use chrono::DateTime;
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::base::language::Noun;
use sftp_monitor::domain::base::time::{Time, Zone};

#[test]
fn french_reads_as_french_and_english_as_english() {
    let mut lines = 0;
    for line in include_str!("texts/language.txt").lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [input, french, english] = columns[..] else {
            panic!("three columns: {line}");
        };
        let french = french.replace('␣', "\u{202F}");
        assert_eq!(formatted(Language::French, input), french, "{input}");
        assert_eq!(formatted(Language::English, input), english, "{input}");
        lines += 1;
    }
    assert!(lines > 30);
}

fn formatted(language: Language, input: &str) -> String {
    let words: Vec<&str> = input.split(' ').collect();
    let zone = Zone::Named(chrono_tz::Europe::Paris);
    let number = || words[1].parse::<u64>().unwrap();
    let time = || Time::from(DateTime::parse_from_rfc3339(words[1]).unwrap());
    match words[0] {
        "number" => language.number(number()),
        "count" => language.count(number(), noun(words[2])),
        "size" => language.size(number()),
        "date" => language.date(words[1].parse().unwrap()),
        "clock" => language.clock(time(), zone),
        "moment" => language.moment(time(), zone),
        "lasting" => language.lasting(Duration::from_secs(number())),
        "list" => language.list(&words[1..]),
        "list_of" => language.list_of(&words[2..], number()),
        "of" => language.of(words[1]).trim_end().to_owned(),
        other => panic!("{other}"),
    }
}

fn noun(name: &str) -> Noun {
    let nouns = [
        Noun::Login,
        Noun::Failure,
        Noun::File,
        Noun::Upload,
        Noun::Download,
        Noun::Blocked,
        Noun::Partner,
        Noun::Feed,
        Noun::Time,
        Noun::Other,
    ];
    nouns
        .into_iter()
        .find(|noun| format!("{noun:?}") == name)
        .unwrap()
}
