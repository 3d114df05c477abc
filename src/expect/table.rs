//! Expected feeds as people and programs read them.

use std::io::{self, Write};

use serde::Serialize;

use super::{Expectation, FeedStanding, State};
use crate::clean::for_terminal;
use crate::explain::rfc3339;
use crate::report::table::{with_columns, write_table};
use crate::time::{Time, Zone};

/// One feed, of `expect --json` and of `status --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    partner: String,
    files: String,
    by: String,
    days: String,
    except: Vec<String>,
    timezone: Option<&'static str>,
    count: u32,
    min_size: u64,
    grace_seconds: u64,
    mention: Option<String>,
    state: State,
    arrived: usize,
    missing_since: Option<String>,
    next_deadline: Option<String>,
    last_arrival: Option<Last>,
}

#[derive(Debug, Serialize)]
struct Last {
    time: String,
    path: String,
}

impl Row {
    pub(crate) fn of(standing: &FeedStanding<'_>) -> Row {
        let expected = standing.expected;
        let at = |time: Time| rfc3339(expected.zone, time);
        Row {
            partner: expected.partner.clone(),
            files: expected.files.to_string(),
            by: expected.clock(),
            days: expected.days.to_string(),
            except: expected.except.iter().map(ToString::to_string).collect(),
            timezone: match expected.zone {
                Zone::Machine => None,
                Zone::Named(zone) => Some(zone.name()),
            },
            count: expected.count,
            min_size: expected.min_size,
            grace_seconds: expected.grace.as_secs(),
            mention: expected.mention.clone(),
            state: standing.state,
            arrived: standing.arrived,
            missing_since: standing.missing_since.map(at),
            next_deadline: standing.next_deadline.map(at),
            last_arrival: standing.last.as_ref().map(|last| Last {
                time: at(last.at),
                path: last.file.path.clone(),
            }),
        }
    }
}

/// Writes all feeds as a JSON list, on one line.
pub(super) fn json(standings: &[FeedStanding<'_>], out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Row> = standings.iter().map(Row::of).collect();
    serde_json::to_writer(&mut *out, &rows)?;
    out.write_all(b"\n")
}

/// Writes all feeds as a table; times are those of the feed's zone.
pub(super) fn table(
    standings: &[FeedStanding<'_>],
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
    let mut table = with_columns(&columns, terminal);
    for column in table.column_iter_mut() {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    for standing in standings {
        let expected = standing.expected;
        let next = standing.next_deadline.map(|at| clock(expected, at));
        let last = standing.last.as_ref().map(|last| {
            let name = last.file.path.rsplit('/').next().unwrap_or_default();
            format!("{} {name}", clock(expected, last.at))
        });
        let dash = || "-".to_owned();
        let cells = [
            expected.partner.clone(),
            expected.files.to_string(),
            expected.clock(),
            expected.days.to_string(),
            next.unwrap_or_else(dash),
            last.unwrap_or_else(dash),
            in_words(standing),
        ];
        table.add_row(cells.map(|cell| for_terminal(&cell).into_owned()));
    }
    write_table(&table, out)
}

/// `alice *.xml by 07:30: missing since 2026-03-30 07:30`, for a terminal.
pub(crate) fn line(standing: &FeedStanding<'_>) -> String {
    let expected = standing.expected;
    let (partner, files, by) = (&expected.partner, &expected.files, expected.clock());
    format!("{partner} {files} by {by}: {}", in_words(standing))
}

/// How a feed stands, in words.
fn in_words(standing: &FeedStanding<'_>) -> String {
    let count = standing.expected.count as usize;
    let some = match standing.arrived {
        arrived if count > 1 && arrived < count => format!(" ({arrived} of {count} files)"),
        _ => String::new(),
    };
    let since = standing
        .missing_since
        .map(|at| clock(standing.expected, at));
    let said = match standing.state {
        State::Waiting => "waiting",
        State::OnTime => "on time",
        State::Late => "late",
        State::Recovered => "recovered",
        State::NotDue => "not due",
        State::Unknown => "not watched",
        State::Missing => {
            return format!("missing since {}{some}", since.unwrap_or_default());
        }
    };
    let since = since.map(|since| format!("; missing since {since}"));
    format!("{said}{some}{}", since.unwrap_or_default())
}

/// A time in the feed's zone.
pub(super) fn clock(expected: &Expectation, at: Time) -> String {
    expected.zone.local(at).format("%Y-%m-%d %H:%M").to_string()
}
