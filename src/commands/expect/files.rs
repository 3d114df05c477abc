//! The files of an expected feed, in words and as JSON: what is wanted, what is lacking, and what is odd.

use serde_json::json;

use crate::commands::output::{Object, object};
use crate::domain::alerts::{FeedOdd, Odd};
use crate::domain::base::language::Language;
use crate::domain::expect::FeedStanding;

/// What is wanted beside a pattern, a number and a least size, and what is lacking.
pub(super) fn wanted(standing: &FeedStanding<'_>) -> Object {
    let (wanted, lack) = (&standing.expected.wanted, &standing.lack);
    let regex = wanted.files.as_ref().filter(|files| files.is_regex());
    let names = wanted.names.iter().map(|name| name.text().to_owned());
    let forbid = wanted.forbid.iter().map(ToString::to_string);
    let total = wanted.total.map(|total| json!([total.least, total.most]));
    Object::default()
        .with("count_most", wanted.most())
        .with("matches", regex.map(ToString::to_string))
        .with_all("names", names.collect())
        .with_all("forbid", forbid.collect())
        .with("max_size", wanted.size.most)
        .with("total_size", total)
        .with("warn_if_same", wanted.warn_if_same.then_some(true))
        .with("direction", wanted.download.then_some("download"))
        .with_all("lacking", lack.names.clone())
        .with(
            "total_lacking",
            lack.bytes.map(|(bytes, least)| least - bytes),
        )
}

/// Odd files.
pub(super) fn odd_files(odd: &FeedOdd) -> Object {
    let what = match odd.odd {
        Odd::Forbidden { .. } => "forbidden",
        Odd::TooMany { .. } => "too-many",
        Odd::TooLarge { .. } => "too-large",
        Odd::Same => "same",
    };
    let paths: Vec<&str> = odd.found.iter().map(|file| file.path.as_str()).collect();
    object([
        ("what", what.into()),
        ("count", odd.count.into()),
        ("paths", paths.into()),
    ])
}

/// What is lacking of a feed that is waited for: ` (1 of 2..3 files, without prices.done)`.
pub(super) fn lacking(standing: &FeedStanding<'_>) -> String {
    let wanted = &standing.expected.wanted;
    let (least, arrived) = (wanted.least(), standing.arrived);
    let all = match wanted.most().filter(|most| *most > least) {
        Some(most) => format!("{least}..{most}"),
        None => least.to_string(),
    };
    let mut said = Vec::new();
    if all != "0" && all != "1" {
        said.push(format!("{arrived} of {all} files"));
    }
    if !standing.lack.names.is_empty() {
        said.push(format!("without {}", standing.lack.names.join(", ")));
    }
    if let Some((bytes, least)) = standing.lack.bytes {
        let [bytes, least] = [bytes, least].map(|bytes| Language::English.size(bytes));
        said.push(format!("{bytes} of {least}"));
    }
    match said.is_empty() {
        true => String::new(),
        false => format!(" ({})", said.join(", ")),
    }
}

/// What is odd about the files: `; forbidden: tool.exe; more than 3 files`.
pub(super) fn odd(standing: &FeedStanding<'_>) -> String {
    let in_words = |odd: &FeedOdd| {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let names: Vec<String> = odd.found.iter().map(|file| last(&file.path)).collect();
        let names = Language::English.list_of(&names, odd.count);
        match &odd.odd {
            Odd::Forbidden { .. } => format!("; forbidden: {names}"),
            Odd::TooMany { most } => format!("; more than {most} files"),
            Odd::TooLarge { most } => {
                format!("; more than {} in all", Language::English.size(*most))
            }
            Odd::Same => format!("; the same as the time before: {names}"),
        }
    };
    standing.odd.iter().map(in_words).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::super::table::{Row, line};
    use super::*;
    use crate::adapters::config::Config;
    use crate::domain::base::time::Time;
    use crate::domain::state::Daily;

    const CONFIG: &str = r#"
timezone = "UTC"
expect = [
    { partner = "alice", files = "prices-*.csv", names = ["prices-{%Y%m%d}.csv", "prices.done"], count = "1..3", by = "18:00" },
    { partner = "alice", matches = '^big\d$', total-size = "1 MB..", max-size = "2 MB", by = "18:00" },
    { partner = "bob", files = "*.xml", forbid = ["*.exe"], warn-if-same = true, count = "2..2", total-size = "..10 kB", by = "07:30" },
    { partner = "bob", files = "out.csv", direction = "download", by = "07:30" },
]
"#;

    /// Each feed on Monday, 30 March 2026, at 08:00.
    fn standings(then: impl Fn(&[FeedStanding<'_>])) {
        let config = Config::parse(Path::new("test"), CONFIG).expect("a configuration");
        let at = |text: &str| {
            let at = chrono::DateTime::parse_from_rfc3339(&format!("2026-03-30T{text}:00Z"));
            Time::from(at.expect("a time"))
        };
        let id = |place: usize| config.expects[place].id.clone();
        let watched = |day: Value| json!({"from": "2026-03-01", "day": day});
        let day = |names: &[&str]| json!({"date": "2026-03-30", "names": names});
        let odd = |odd: Value, path: &str, count: u64| json!({"id": id(2), "partner": "bob", "files": "*.xml", "odd": odd, "found": [{"path": path}], "count": count, "at": at("06:00")});
        let mut big = day(&["/in/big1"]);
        big["sizes"] = json!({"/in/big1": 400_000});
        let mut done = day(&["/in/a.xml", "/in/b.xml"]);
        done["arrived"] = json!(at("06:00"));
        let mut daily = Daily::default();
        let feeds = json!({"watched": {
            id(0): watched(day(&["/in/prices-20260330.csv"])),
            id(1): watched(big),
            id(2): watched(done),
            id(3): watched(json!({"date": "2026-03-30", "told": true})),
        }});
        daily.resume.feeds = serde_json::from_value(feeds).expect("feeds");
        let odd = [
            odd(json!({"forbidden": {"by": ["*.exe"]}}), "/in/tool.exe", 3),
            odd(json!({"too-many": {"most": 2}}), "/in/c.xml", 1),
            odd(json!({"too-large": {"most": 10_000}}), "/in/c.xml", 1),
            odd(json!("same"), "/in/\u{1b}[2Ja.xml", 1),
        ];
        daily.resume.day.odd = serde_json::from_value(json!(odd)).expect("odd files");
        let expects = config.expects.iter();
        let standings: Vec<FeedStanding<'_>> = expects
            .map(|expected| FeedStanding::of(expected, Some(&daily), at("08:00")))
            .collect();
        then(&standings);
    }

    #[test]
    fn what_is_lacking_and_what_is_odd_is_told() {
        standings(|standings| {
            let lines: Vec<String> = standings.iter().map(line).collect();
            let expected = [
                "alice prices-*.csv, prices-{%Y%m%d}.csv, prices.done by 18:00: waiting (1 of 1..3 files, without prices.done)",
                "alice ^big\\d$ by 18:00: waiting (400 kB of 1 MB)",
                "bob *.xml by 07:30: on time; forbidden: tool.exe and 2 others; more than 2 files; more than 10 kB in all; \
                 the same as the time before: \u{1b}[2Ja.xml",
                "bob out.csv by 07:30: missing since 2026-03-30 07:30",
            ];
            assert_eq!(lines, expected);
        });
    }

    #[test]
    fn programs_get_the_keys_that_are_set_and_what_is_odd() {
        standings(|standings| {
            let rows = standings.iter().map(|standing| {
                let row = serde_json::to_value(Row::of(standing, standing.expected.schedule.zone))
                    .expect("JSON");
                let keys = [
                    "count",
                    "count_most",
                    "matches",
                    "names",
                    "forbid",
                    "max_size",
                    "total_size",
                    "warn_if_same",
                    "direction",
                    "lacking",
                    "total_lacking",
                    "odd",
                ];
                let set = keys
                    .iter()
                    .filter_map(|key| Some(((*key).to_owned(), row.get(key)?.clone())));
                set.collect::<serde_json::Map<String, Value>>()
            });
            let expected = [
                json!({"count": 1, "count_most": 3, "names": ["prices-{%Y%m%d}.csv", "prices.done"], "lacking": ["prices.done"]}),
                json!({"count": 1, "matches": "^big\\d$", "max_size": 2_000_000, "total_size": [1_000_000, null], "total_lacking": 600_000}),
                json!({"count": 2, "count_most": 2, "forbid": ["*.exe"], "total_size": [0, 10_000], "warn_if_same": true, "odd": [
                    {"what": "forbidden", "count": 3, "paths": ["/in/tool.exe"]},
                    {"what": "too-many", "count": 1, "paths": ["/in/c.xml"]},
                    {"what": "too-large", "count": 1, "paths": ["/in/c.xml"]},
                    {"what": "same", "count": 1, "paths": ["/in/\u{1b}[2Ja.xml"]},
                ]}),
                json!({"count": 1, "direction": "download"}),
            ];
            assert_eq!(rows.map(Value::from).collect::<Vec<_>>(), expected);
        });
    }
}
