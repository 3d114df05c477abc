//! Rows of counters, split into tables that Slack accepts, in three forms.
//!
//! The parts are the same in every form: if Slack accepts part 1 as a table and then asks for plain text, the day goes on with
//! part 2 as plain text, and every partner appears exactly once.

use serde_json::{Value, json};

use crate::domain::base::clean::escape;
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::Voice;
use crate::domain::render::blocks::{BETWEEN, aligned, bold, element};
use crate::domain::state::{ClosedDay, Counters};

/// The most partners of one table: Slack accepts 100 rows; two of them are the head and the totals.
pub(super) const PARTNERS_MOST: usize = 98;

/// The most characters of one table, escaped or padded: the limit of all blocks, less title and footer.
const TABLE_MOST: usize = 7_000;

/// The most bytes of a table's rows as text: well below the 40,000 characters at which Slack cuts, above the 4,000 that it
/// recommends. Rows are sent as text only after Slack has refused both kinds of blocks.
const TEXT_ROWS_MOST: usize = 9_000;

/// A row: a name and four numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PartnerRow {
    pub(super) name: String,
    numbers: [u64; 4],
}

/// Whether there is anything to report about a partner.
pub(super) fn is_active(counters: &Counters) -> bool {
    let troubled = [
        counters.upload_interrupted,
        counters.upload_failed,
        counters.download_interrupted,
        counters.write_refused,
    ];
    let all = numbers(counters).into_iter().chain(troubled);
    all.max() > Some(0)
}

fn numbers(counters: &Counters) -> [u64; 4] {
    [
        counters.success,
        counters.failed,
        counters.upload,
        counters.download,
    ]
}

/// The rows of all active partners, by account.
pub(super) fn rows(day: &ClosedDay, voice: &Voice) -> Vec<PartnerRow> {
    let partners = day.partners.iter();
    let active = partners.filter(|(_, counters)| is_active(counters));
    let row = |(account, counters): (&String, &Counters)| {
        let name = voice.partner(account, None);
        // Slack refuses a cell without text.
        let is_blank = name.trim().is_empty();
        PartnerRow {
            name: if is_blank { "?".into() } else { name },
            numbers: numbers(counters),
        }
    };
    active.map(row).collect()
}

/// The sum of all rows.
pub(super) fn totals(rows: &[PartnerRow]) -> PartnerRow {
    let mut numbers = [0u64; 4];
    for row in rows {
        for (total, number) in numbers.iter_mut().zip(row.numbers) {
            *total = total.saturating_add(number);
        }
    }
    let name = "Total".into();
    PartnerRow { name, numbers }
}

/// A row's numbers in words: `12 connexions, 3 échecs, 8 uploads, 0 download`.
pub(super) fn in_words(row: &PartnerRow, language: Language) -> String {
    let nouns = [Noun::Login, Noun::Failure, Noun::Upload, Noun::Download];
    let counts = row.numbers.into_iter().zip(nouns);
    let said: Vec<String> = counts
        .map(|(number, noun)| language.count(number, noun))
        .collect();
    said.join(", ")
}

/// The rows in parts; each part is small enough in every form.
pub(super) fn parts(rows: &[PartnerRow], language: Language) -> Vec<&[PartnerRow]> {
    // The totals row has the widest numbers. Every part keeps room for it, so that the last part has room.
    let total = totals(rows);
    let mut parts = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let fitting = fitting(rest, &total, language);
        let (part, behind) = rest.split_at(fitting);
        parts.push(part);
        rest = behind;
    }
    parts
}

/// The number of first rows that make a table, at least one.
fn fitting(rows: &[PartnerRow], total: &PartnerRow, language: Language) -> usize {
    let mut widths = [&head(language), &cells(total, language)].map(widths);
    let mut used: usize = widths.iter().flatten().sum();
    let mut as_text = text_line(&head(language), language).len()
        + text_line(&cells(total, language), language).len();
    let mut count = 0;
    for row in rows.iter().take(PARTNERS_MOST) {
        let cells = cells(row, language);
        used += cells.iter().map(|cell| escape(cell).len()).sum::<usize>();
        as_text += escape(&text_line(&cells, language)).len() + 1;
        widths[0] = widest(widths[0], self::widths(&cells));
        let width = widest(widths[0], widths[1]).iter().sum::<usize>() + 4 * BETWEEN.len() + 1;
        // A name with five-byte escapes may be longer than its padding.
        let extra = cells.iter().map(|cell| escape(cell).len() - cell.len());
        let extra: usize = extra.sum();
        let padded = (count + 3) * width + extra;
        if count > 0 && (used > TABLE_MOST || padded > TABLE_MOST || as_text > TEXT_ROWS_MOST) {
            break;
        }
        count += 1;
    }
    count
}

fn head(language: Language) -> [String; 5] {
    match language {
        Language::French => ["Partenaire", "Connexions", "Échecs", "Uploads", "Downloads"],
        Language::English => ["Partner", "Log-ins", "Failures", "Uploads", "Downloads"],
    }
    .map(String::from)
}

fn cells(row: &PartnerRow, language: Language) -> [String; 5] {
    let [logins, failures, uploads, downloads] = row.numbers.map(|number| language.number(number));
    [row.name.clone(), logins, failures, uploads, downloads]
}

fn widths(cells: &[String; 5]) -> [usize; 5] {
    std::array::from_fn(|column| cells[column].chars().count())
}

fn widest(a: [usize; 5], b: [usize; 5]) -> [usize; 5] {
    std::array::from_fn(|column| a[column].max(b[column]))
}

/// Rows that are one table, and the totals below the last ones.
#[derive(Clone, Copy)]
pub(super) struct TablePart<'a> {
    pub(super) rows: &'a [PartnerRow],
    pub(super) total: Option<&'a PartnerRow>,
}

impl TablePart<'_> {
    /// The cells, head first, totals last.
    fn cells(self, language: Language) -> Vec<[String; 5]> {
        let rows = self.rows.iter().chain(self.total);
        let rows = rows.map(|row| cells(row, language));
        std::iter::once(head(language)).chain(rows).collect()
    }

    /// A `table` block. <https://docs.slack.dev/reference/block-kit/blocks/table-block>
    pub(super) fn block(self, language: Language) -> Value {
        let last = self.rows.len() + 1;
        let cell = |row: usize, text: String| match row == last {
            true => {
                let section =
                    json!({"type": "rich_text_section", "elements": [element(&bold(text))]});
                json!({"type": "rich_text", "elements": [section]})
            }
            false => json!({"type": "raw_text", "text": text}),
        };
        let rows = self.cells(language).into_iter().enumerate();
        let rows = rows.map(|(number, cells)| cells.map(|text| cell(number, text)));
        let right = json!({"align": "right"});
        json!({
            "type": "table",
            "column_settings": [{"is_wrapped": true}, right, right, right, right],
            "rows": rows.collect::<Vec<_>>(),
        })
    }

    /// The table in a fixed-width font.
    pub(super) fn padded(self, language: Language) -> String {
        aligned(&self.cells(language))
    }

    /// The table as lines of text.
    pub(super) fn text(self, language: Language) -> String {
        let rows = self.cells(language);
        let lines = rows.iter().map(|cells| text_line(cells, language));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn text_line(cells: &[String; 5], language: Language) -> String {
    let [name, numbers @ ..] = cells;
    let colon = language.pick(" : ", ": ");
    format!("{name}{colon}{}", numbers.join(" · "))
}
