//! Tables as people read them, and as they go through a pipe.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;

use crate::domain::base::language::Language;
use crate::domain::base::numbers::add;
use crate::domain::state::Counters;

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
