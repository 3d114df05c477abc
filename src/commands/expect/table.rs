//! Expected feeds as a table, as a line of text and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::files::{lacking, odd, odd_files, wanted};
use super::sentence::{days, elsewhere, further, sentence};
use crate::commands::output::table::write_texts;
use crate::commands::output::{Object, object};
use crate::domain::base::time::{Time, Zone};
use crate::domain::expect::{Expectation, FeedStanding, State};

/// One feed in `expect --json` and in `status --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    partner: String,
    files: String,
    by: String,
    days: String,
    except: Vec<String>,
    timezone: Option<&'static str>,
    #[serde(flatten)]
    schedule: Object,
    count: u32,
    #[serde(flatten)]
    wanted: Object,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    odd: Vec<Object>,
    min_size: u64,
    grace_seconds: u64,
    mention: Option<String>,
    state: State,
    arrived: u32,
    missing_since: Option<String>,
    sentence: String,
    next_deadline: Option<String>,
    next_deadlines: Vec<String>,
    starts: Option<String>,
    last_arrival: Option<Object>,
}

impl Row {
    /// `zone` is the configuration's own.
    pub(crate) fn of(standing: &FeedStanding<'_>, zone: Zone) -> Row {
        let expected = standing.expected;
        let at = |time: Time| expected.schedule.zone.rfc3339(time);
        Row {
            partner: expected.partner.clone(),
            files: expected.wanted.label(None),
            by: expected.clock(),
            days: expected.schedule.days.to_string(),
            except: expected
                .schedule
                .except
                .iter()
                .map(ToString::to_string)
                .collect(),
            timezone: match expected.schedule.zone {
                Zone::Machine => None,
                Zone::Named(zone) => Some(zone.name()),
            },
            schedule: further(&expected.schedule),
            count: expected.wanted.least(),
            wanted: wanted(standing),
            odd: standing.odd.iter().map(odd_files).collect(),
            min_size: expected.wanted.size.least,
            grace_seconds: expected.schedule.grace.as_secs(),
            mention: expected.mention.clone(),
            state: standing.state,
            arrived: standing.arrived,
            missing_since: standing.missing_since.map(at),
            sentence: sentence(expected, zone),
            next_deadline: standing.next_deadlines.first().copied().map(at),
            next_deadlines: standing.next_deadlines.iter().copied().map(at).collect(),
            starts: standing.starts.map(|date| date.to_string()),
            last_arrival: standing.last.as_ref().map(|last| {
                let path = last.file.path.as_str();
                object([("time", at(last.at).into()), ("path", path.into())])
            }),
        }
    }
}

/// Writes all feeds as a JSON list on one line.
pub(crate) fn json(
    standings: &[FeedStanding<'_>],
    zone: Zone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows: Vec<Row> = standings.iter().map(|one| Row::of(one, zone)).collect();
    crate::commands::output::json_line(out, &rows)
}

/// Writes all feeds as a table. Times are in the feed's zone, which is named if it is not `zone`.
pub(crate) fn table(
    standings: &[FeedStanding<'_>],
    zone: Zone,
    terminal: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = [
        "Partner",
        "Files",
        "By",
        "Days",
        "Next deadline",
        "Last arrival",
        "Today",
    ];
    let dash = || "-".to_owned();
    let rows = standings.iter().map(|standing| {
        let expected = standing.expected;
        let next = standing.next_deadlines.first();
        let next = next.map(|at| clock(expected, *at));
        let last = standing.last.as_ref().map(|last| {
            let name = last.file.path.rsplit('/').next().unwrap_or_default();
            format!("{} {name}", clock(expected, last.at))
        });
        let elsewhere = elsewhere(expected, zone);
        let elsewhere = elsewhere.map(|other| format!(" {other}"));
        [
            expected.partner.clone(),
            expected.wanted.label(None),
            expected.clock() + &elsewhere.unwrap_or_default(),
            days(&expected.schedule),
            next.unwrap_or_else(dash),
            last.unwrap_or_else(dash),
            in_words(standing),
        ]
    });
    write_texts(columns, rows, terminal, out)
}

/// One feed as a line for a terminal: `alice *.xml by 07:30: missing since 2026-03-30 07:30`.
pub(crate) fn line(standing: &FeedStanding<'_>) -> String {
    let expected = standing.expected;
    let (partner, files) = (&expected.partner, expected.wanted.label(None));
    let by = expected.clock();
    format!("{partner} {files} by {by}: {}", in_words(standing))
}

/// The state of a feed in words.
fn in_words(standing: &FeedStanding<'_>) -> String {
    let awaited = matches!(standing.state, State::Waiting | State::Missing);
    let some = match awaited {
        true => lacking(standing),
        false => String::new(),
    };
    let odd = odd(standing);
    let since = standing
        .missing_since
        .map(|at| clock(standing.expected, at));
    let said = match standing.state {
        State::Waiting => "waiting",
        State::OnTime => "on time",
        State::Late => "late",
        State::Changed => "changed or removed since",
        State::Recovered => "recovered",
        State::NotDue => "not due",
        State::Unknown => match standing.starts {
            Some(first) => &format!("not watched before {first}"),
            None => "not watched",
        },
        State::Missing => {
            return format!("missing since {}{some}{odd}", since.unwrap_or_default());
        }
    };
    let since = since.map(|since| format!("; missing since {since}"));
    format!("{said}{some}{}{odd}", since.unwrap_or_default())
}

/// A time in the feed's zone.
pub(crate) fn clock(expected: &Expectation, at: Time) -> String {
    expected.schedule.zone.minute(at)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::adapters::config::Config;
    use crate::domain::state::Daily;

    const CONFIG: &str = r#"
timezone = "Europe/Paris"
expect = [
    { partner = "alice", files = "on-time", by = "07:30" },
    { partner = "alice", files = "gone", by = "07:30" },
    { partner = "alice", files = "late", by = "07:30" },
    { partner = "alice", files = "missing", by = "07:30", count = 4 },
    { partner = "alice", files = "again", by = "09:00" },
    { partner = "alice", files = "yesterday", by = "09:00" },
    { partner = "alice", files = "friday", by = "07:30", days = "Fri" },
    { partner = "alice", files = "recovered", by = "07:30", days = "Fri" },
    { partner = "alice", files = "came", by = "07:30", days = "Fri" },
    { partner = "bob", files = "waiting", by = "18:00", count = 2 },
    { partner = "bob", files = "new", by = "07:30" },
    { partner = "bob", files = "active", by = "09:00" },
    { partner = "bob", files = "elsewhere", by = "07:30", timezone = "America/New_York" },
    { partner = "bob", files = "quarter", from = "3 days before", by = "07:30", days = "last", months = "Mar,Jun" },
    { partner = "bob", files = "fortnight", from = "20:00", by = "01:00", days = "Tue", weeks = "every second from 2026-03-31" },
]
"#;

    /// The state of each feed on Monday, 30 March 2026, at 08:00 in Paris.
    fn daily() -> Daily {
        let at = |text: &str| {
            let at = chrono::DateTime::parse_from_rfc3339(&format!("2026-03-{text}:00+02:00"));
            at.expect("a time").timestamp_micros()
        };
        let file = |name: &str, at: i64| serde_json::json!({"at": at, "file": {"path": format!("/in/{name}")}});
        let day = |date: &str, arrived: Option<i64>, names: &[&str], told: bool| serde_json::json!({"date": date, "arrived": arrived, "names": names, "told": told});
        let watched = serde_json::json!({
            "alice on-time 07:30 Mon..Sun Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-30", Some(at("30T06:10")), &["/in/a"], false), "last": file("a", at("30T06:10"))},
            "alice gone 07:30 Mon..Sun Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-30", Some(at("30T06:10")), &["/in/g"], false), "last": file("g", at("30T06:10")),
                 "changed": {"at": at("30T07:40"), "file": {"path": "/in/g"}, "how": "removed", "told": true}},
            "alice late 07:30 Mon..Sun Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-30", Some(at("30T07:40")), &["/in/b"], true), "last": file("b", at("30T07:40"))},
            "alice missing 07:30 Mon..Sun Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-30", None, &["/in/c1", "/in/c2"], true), "last": file("c2", at("30T07:00"))},
            "alice again 09:00 Mon..Sun Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-30", None, &[], false), "missed": {"first": "2026-03-28", "times": 2}},
            "alice yesterday 09:00 Mon..Sun Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-29", None, &[], true)},
            "alice friday 07:30 Fri Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-27", None, &[], true)},
            "alice recovered 07:30 Fri Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-27", Some(at("30T06:00")), &["/in/d"], true), "last": file("d", at("30T06:00"))},
            "alice came 07:30 Fri Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-27", Some(at("27T06:00")), &["/in/e"], false), "last": file("e", at("27T06:00"))},
            "bob waiting 18:00 Mon..Sun Europe/Paris":
                {"from": "2026-03-01", "day": day("2026-03-30", None, &["/in/f"], false), "last": file("\u{1b}[2Jf", at("30T06:00"))},
            "bob new 07:30 Mon..Sun Europe/Paris": {"from": "2026-03-31"},
            "bob active 09:00 Mon..Sun Europe/Paris": {"from": "2026-03-31"},
        });
        let feeds = serde_json::from_value(serde_json::json!({"watched": watched}));
        let mut daily = Daily::default();
        daily.resume.feeds = feeds.expect("feeds");
        daily
    }

    fn standings(config: &Config, daily: &Daily) -> (String, Vec<Row>) {
        let now = chrono::DateTime::parse_from_rfc3339("2026-03-30T08:00:00+02:00");
        let now = Time::from(now.expect("a time"));
        let standings: Vec<FeedStanding<'_>> = (config.expects.iter())
            .map(|expected| FeedStanding::of(expected, Some(daily), now))
            .collect();
        let mut out = Vec::new();
        table(&standings, config.zone, false, &mut out).expect("written");
        let text = String::from_utf8(out).expect("text");
        let rows = standings.iter().map(|one| Row::of(one, config.zone));
        (text, rows.collect())
    }

    #[test]
    fn every_state_is_told_in_the_table() {
        let config = Config::parse(Path::new("test"), CONFIG).expect("a configuration");
        let (text, _) = standings(&config, &daily());
        let expected = "\
Partner  Files      By                      Days                Next deadline     Last arrival            Today
alice    on-time    07:30                   Mon..Sun            2026-03-31 07:30  2026-03-30 06:10 a      on time
alice    gone       07:30                   Mon..Sun            2026-03-31 07:30  2026-03-30 06:10 g      changed or removed since
alice    late       07:30                   Mon..Sun            2026-03-31 07:30  2026-03-30 07:40 b      late
alice    missing    07:30                   Mon..Sun            2026-03-31 07:30  2026-03-30 07:00 c2     missing since 2026-03-30 07:30 (2 of 4 files)
alice    again      09:00                   Mon..Sun            2026-03-30 09:00  -                       waiting; missing since 2026-03-28 09:00
alice    yesterday  09:00                   Mon..Sun            2026-03-30 09:00  -                       waiting; missing since 2026-03-29 09:00
alice    friday     07:30                   Fri                 2026-04-03 07:30  -                       missing since 2026-03-27 07:30
alice    recovered  07:30                   Fri                 2026-04-03 07:30  2026-03-30 06:00 d      recovered
alice    came       07:30                   Fri                 2026-04-03 07:30  2026-03-27 05:00 e      not due
bob      waiting    18:00                   Mon..Sun            2026-03-30 18:00  2026-03-30 06:00 �[2Jf  waiting (1 of 2 files)
bob      new        07:30                   Mon..Sun            2026-03-31 07:30  -                       not watched before 2026-03-31
bob      active     09:00                   Mon..Sun            2026-03-31 09:00  -                       not watched before 2026-03-31
bob      elsewhere  07:30 America/New_York  Mon..Sun            2026-03-30 07:30  -                       waiting
bob      quarter    07:30                   last in Mar,Jun     2026-03-31 07:30  -                       waiting
bob      fortnight  01:00                   Tue, every 2 weeks  2026-03-31 01:00  -                       not due
";
        assert_eq!(text, expected, "{text}");
    }

    #[test]
    fn programs_get_each_state_and_all_that_is_expected() {
        let config = Config::parse(Path::new("test"), CONFIG).expect("a configuration");
        let (_, rows) = standings(&config, &daily());
        let states: Vec<String> = (rows.iter())
            .map(|row| serde_json::to_string(&row.state).expect("JSON"))
            .collect();
        let expected = r#""on-time" "changed" "late" "missing" "waiting" "waiting" "missing" "recovered" "not-due" "waiting" "unknown" "unknown" "waiting" "waiting" "not-due""#;
        assert_eq!(states.join(" "), expected);
        let further = |row: &Row| serde_json::to_value(&row.schedule).expect("JSON");
        assert_eq!(
            [further(&rows[13]), further(&rows[14])],
            [
                serde_json::json!({"from": "3 days before 00:00", "months": "Mar,Jun"}),
                serde_json::json!({"from": "1 day before 20:00", "every_weeks": 2, "weeks_from": "2026-03-31"}),
            ]
        );
        let missing = serde_json::to_value(&rows[3]).expect("JSON");
        assert_eq!(
            missing,
            serde_json::json!({
                "partner": "alice", "files": "missing", "by": "07:30", "days": "Mon..Sun", "except": [],
                "timezone": "Europe/Paris", "count": 4, "min_size": 1, "grace_seconds": 0, "mention": null,
                "state": "missing", "arrived": 2, "missing_since": "2026-03-30T07:30:00+02:00",
                "sentence": "alice: at least four files missing, every day, by 07:30",
                "next_deadline": "2026-03-31T07:30:00+02:00", "starts": null,
                "next_deadlines": ["2026-03-31T07:30:00+02:00", "2026-04-01T07:30:00+02:00", "2026-04-02T07:30:00+02:00"],
                "last_arrival": {"time": "2026-03-30T07:00:00+02:00", "path": "/in/c2"},
            })
        );
    }
}
