//! Tables for people and for pipes.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;

use crate::domain::base::clean::for_terminal;
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

    /// Its counters as cells of a row.
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

/// Creates a table with these columns, the last `figures` of them for numbers; without rules if it goes to a pipe.
pub(crate) fn with_columns(columns: &[&str], figures: usize, terminal: bool) -> Table {
    let mut table = Table::new();
    table.load_preset(match terminal {
        true => presets::UTF8_HORIZONTAL_ONLY,
        false => presets::NOTHING,
    });
    let (texts, figures) = columns.split_at(columns.len().saturating_sub(figures));
    let right = |name: &&str| Cell::new(name).set_alignment(CellAlignment::Right);
    table.set_header(texts.iter().map(Cell::new).chain(figures.iter().map(right)));
    table
}

/// Writes a table of texts from untrusted sources.
pub(crate) fn write_texts<const N: usize>(
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    terminal: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = with_columns(&columns, 0, terminal);
    table.add_rows(rows.map(|row| row.map(|cell| for_terminal(&cell).into_owned())));
    write_table(&table, out)
}

/// Writes a table without spaces at the ends of its lines.
pub(crate) fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    table
        .lines()
        .try_for_each(|line| writeln!(out, "{}", line.trim_end().trim_start_matches(' ')))
}
