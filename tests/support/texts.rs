//! Tables of texts: a title, a content as JSON, and the texts that are expected of it in French and in English.
//!
//! ```text
//! == title
//! {"kind":…,"at":"2026-03-30 06:07"}
//! fr: the text
//!     its second line
//! en: …
//! ```
//! A second `fr:` is a second message. With `UPDATE_TEXTS=1` the files are written anew.

use std::fs;

use chrono::{NaiveDateTime, TimeZone};
use serde_json::{Value, json};
use sftp_monitor::domain::alerts::Content;
use sftp_monitor::domain::base::time::Time;

/// One row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// What it is about.
    pub title: String,
    /// The content as it stands in the file.
    pub source: String,
    /// The content.
    pub content: Value,
    /// The texts of its messages in French.
    pub french: Vec<String>,
    /// The texts of its messages in English.
    pub english: Vec<String>,
}

/// The kinds of contents of which none of these is an example.
pub fn without_example<'a>(contents: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let nonsense = serde_json::from_value::<Content>(json!({"kind": "nonsense"}));
    let known = nonsense.unwrap_err().to_string();
    let known = known.split('`').skip(1).step_by(2).skip(1);
    let shown: Vec<&str> = contents
        .filter_map(|content| content["kind"].as_str())
        .collect();
    let missing: Vec<String> = known.map(str::to_owned).collect();
    assert!(missing.len() > 20, "{missing:?}");
    missing
        .into_iter()
        .filter(|kind| !shown.contains(&kind.as_str()))
        .collect()
}

/// The rows of a table.
pub fn parse(file: &str) -> Vec<Case> {
    file.split("\n== ").skip(1).map(case).collect()
}

fn case(section: &str) -> Case {
    let mut lines = section.lines().filter(|line| !line.is_empty());
    let title = lines.next().unwrap().to_string();
    let source = lines.next().unwrap().to_string();
    let content = serde_json::from_str(&source).unwrap_or_else(|error| panic!("{title}: {error}"));
    let mut case = Case {
        title,
        source,
        content,
        ..Case::default()
    };
    let mut french = true;
    for line in lines {
        let line = line.replace('␣', "\u{202F}");
        if let Some(text) = line.strip_prefix("fr: ") {
            french = true;
            case.french.push(text.into());
        } else if let Some(text) = line.strip_prefix("en: ") {
            french = false;
            case.english.push(text.into());
        } else {
            let texts = if french {
                &mut case.french
            } else {
                &mut case.english
            };
            let last = texts.last_mut().unwrap();
            last.push('\n');
            last.push_str(line.strip_prefix("    ").unwrap());
        }
    }
    case
}

fn written(case: &Case) -> String {
    let mut file = format!("\n== {}\n{}\n", case.title, case.source);
    for (language, texts) in [("fr", &case.french), ("en", &case.english)] {
        for text in texts {
            let text = text.replace('\n', "\n    ").replace('\u{202F}', "␣");
            file += &format!("{language}: {text}\n");
        }
    }
    file
}

/// Compares a table with what is said now.
pub fn compare(path: &str, said: &[Case]) {
    let file = fs::read_to_string(path).unwrap();
    if std::env::var_os("UPDATE_TEXTS").is_some() {
        let head = file.split("\n== ").next().unwrap().trim_end();
        let cases: String = said.iter().map(written).collect();
        fs::write(path, format!("{head}\n{cases}")).unwrap();
        return;
    }
    let expected = parse(&file);
    assert_eq!(said.len(), expected.len(), "{path}");
    for (expected, said) in expected.iter().zip(said) {
        assert_eq!(written(said), written(expected));
    }
}

/// Compares a file of blocks with what they are now.
pub fn compare_json(path: &str, now: &Value) {
    if std::env::var_os("UPDATE_TEXTS").is_some() {
        fs::write(path, serde_json::to_string_pretty(now).unwrap() + "\n").unwrap();
        return;
    }
    let expected: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for (title, now) in now.as_object().unwrap() {
        assert_eq!(now, &expected[title], "{title}");
    }
    let titles = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(titles(now), titles(&expected), "{path}");
}

/// Times as people write them (`2026-03-30 06:07`, in Paris) turned into times as the state has them.
pub fn with_times(value: Value) -> Value {
    match value {
        Value::String(text) => match NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M") {
            Ok(local) => {
                let time = chrono_tz::Europe::Paris
                    .from_local_datetime(&local)
                    .earliest();
                Time::from(time.unwrap()).0.into()
            }
            Err(_) => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(with_times).collect(),
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(key, value)| (key, with_times(value)));
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// Compares a file of plain text with what it is now.
pub fn compare_plain(path: &str, now: &str) {
    let now = now.replace('\u{202F}', "␣");
    if std::env::var_os("UPDATE_TEXTS").is_some() {
        fs::write(path, now).unwrap();
        return;
    }
    assert_eq!(now, fs::read_to_string(path).unwrap());
}
