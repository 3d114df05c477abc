//! The report as people and programs read it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;

use super::count::{Sheet, Sheets};
use crate::clean::for_terminal;
use crate::language::Language;
use crate::state::{Counters, add};

/// What stands in the partner's place for failures of anyone who is no partner.
const NOBODY: &str = "(no partner)";

/// The report in JSON.
#[derive(Serialize)]
struct Report<'a> {
    days: Vec<DayOfReport<'a>>,
}

#[derive(Serialize)]
struct DayOfReport<'a> {
    date: NaiveDate,
    partners: BTreeMap<&'a str, Four>,
    unknown_attempts: u64,
}

/// The four counters that a table shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Four {
    success: u64,
    failed: u64,
    upload: u64,
    download: u64,
}

impl From<&Counters> for Four {
    fn from(counters: &Counters) -> Four {
        Four {
            success: counters.success,
            failed: counters.failed,
            upload: counters.upload,
            download: counters.download,
        }
    }
}

impl Four {
    pub(crate) fn add(&mut self, other: Four) {
        add(&mut self.success, other.success);
        add(&mut self.failed, other.failed);
        add(&mut self.upload, other.upload);
        add(&mut self.download, other.download);
    }

    /// Its figures, as cells of a row.
    pub(crate) fn cells(self, grouped: bool) -> impl Iterator<Item = Cell> {
        [self.success, self.failed, self.upload, self.download]
            .into_iter()
            .map(move |figure| number(figure, grouped))
    }
}

/// A figure in a cell: `48,312` for people, `48312` for programs.
pub(crate) fn number(figure: u64, grouped: bool) -> Cell {
    let text = match grouped {
        true => Language::English.number(figure),
        false => figure.to_string(),
    };
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// A table of texts with these columns; without lines where it goes to a pipe.
pub(crate) fn of_texts(columns: &[&str], terminal: bool) -> Table {
    let mut table = empty(terminal);
    table.set_header(columns);
    table
}

fn empty(terminal: bool) -> Table {
    let mut table = Table::new();
    table.load_preset(match terminal {
        true => presets::UTF8_HORIZONTAL_ONLY,
        false => presets::NOTHING,
    });
    table
}

/// A table with these columns, the last four of them figures; without lines where it goes to a pipe.
pub(crate) fn with_columns(columns: &[&str], terminal: bool) -> Table {
    let mut table = empty(terminal);
    let figures = columns.len().saturating_sub(4);
    table.set_header(
        columns
            .iter()
            .enumerate()
            .map(|(at, &name)| match at < figures {
                true => Cell::new(name),
                false => Cell::new(name).set_alignment(CellAlignment::Right),
            }),
    );
    table
}

/// Writes a table; lines that go to a pipe end where their text ends.
pub(crate) fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    table
        .lines()
        .try_for_each(|line| writeln!(out, "{}", line.trim_end().trim_start_matches(' ')))
}

/// Writes the report in JSON, on one line.
pub(super) fn json(sheets: &Sheets, out: &mut dyn Write) -> io::Result<()> {
    let days = sheets.iter().map(|(&date, sheet)| DayOfReport {
        date,
        partners: partners(sheet).collect(),
        unknown_attempts: sheet.unknown_attempts,
    });
    let report = Report {
        days: days.collect(),
    };
    crate::output::json(out, &report)?;
    out.write_all(b"\n")
}

/// Writes the report as a table.
pub(super) fn table(sheets: &Sheets, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        "Date",
        "Partner",
        "Log-ins",
        "Failures",
        "Uploads",
        "Downloads",
    ];
    let mut table = with_columns(&columns, terminal);
    let mut total = Four::default();
    let mut strangers = 0;
    let mut row = |date: &str, name: &str, figures: Vec<Cell>| {
        let names = [Cell::new(date), Cell::new(for_terminal(name))];
        table.add_row(names.into_iter().chain(figures));
    };
    // They only ever fail.
    let nobody = |failed| vec![Cell::new(""), number(failed, terminal)];
    for (date, sheet) in sheets {
        let date = date.to_string();
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

fn partners(sheet: &Sheet) -> impl Iterator<Item = (&str, Four)> {
    let partners = sheet.partners.iter();
    partners.map(|(name, counters)| (name.as_str(), Four::from(counters)))
}
