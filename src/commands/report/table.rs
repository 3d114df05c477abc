//! The report as a table and as JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use comfy_table::Cell;
use serde::Serialize;

use super::count::{Sheet, Sheets};
use crate::commands::output::table::{Four, number, with_columns, write_table};
use crate::domain::base::clean::for_terminal;
use crate::domain::base::numbers::add;

/// The text in place of the partner, for failures of users who are no partners.
const NOBODY: &str = "(no partner)";

/// The text in place of the date, for lines without a stamp.
const UNDATED: &str = "undated";

#[derive(Serialize)]
struct DayOfReport<'a> {
    date: String,
    partners: BTreeMap<&'a str, Four>,
    unknown_attempts: u64,
}

/// Writes the report in JSON, on one line.
pub(crate) fn json(sheets: &Sheets, out: &mut dyn Write) -> io::Result<()> {
    let days = sheets.iter().map(|(date, sheet)| DayOfReport {
        date: day(*date),
        partners: partners(sheet).collect(),
        unknown_attempts: sheet.unknown_attempts,
    });
    let days: Vec<_> = days.collect();
    crate::commands::output::json_line(out, &BTreeMap::from([("days", days)]))
}

/// Writes the report as a table.
pub(crate) fn table(sheets: &Sheets, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        "Date",
        "Partner",
        "Log-ins",
        "Failures",
        "Uploads",
        "Downloads",
    ];
    let mut table = with_columns(&columns, 4, terminal);
    let mut total = Four::default();
    let mut strangers = 0;
    let mut row = |date: &str, name: &str, figures: Vec<Cell>| {
        let names = [Cell::new(date), Cell::new(for_terminal(name))];
        table.add_row(names.into_iter().chain(figures));
    };
    // Users who are no partners have failures only.
    let nobody = |failed| vec![Cell::new(""), number(failed, terminal)];
    for (date, sheet) in sheets {
        let date = day(*date);
        for (name, four) in partners(sheet) {
            row(&date, name, four.cells(terminal).collect());
            total.add(four);
        }
        if sheet.unknown_attempts > 0 {
            row(&date, NOBODY, nobody(sheet.unknown_attempts));
            add(&mut strangers, sheet.unknown_attempts);
        }
    }
    row("Total", "", total.cells(terminal).collect());
    if strangers > 0 {
        row("", NOBODY, nobody(strangers));
    }
    write_table(&table, out)
}

fn day(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| UNDATED.to_owned(), |date| date.to_string())
}

fn partners(sheet: &Sheet) -> impl Iterator<Item = (&str, Four)> {
    let partners = sheet.partners.sorted().into_iter();
    partners.map(|(name, counters)| (name.as_str(), Four::from(counters)))
}
