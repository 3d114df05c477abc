//! A closed day as messages.

use chrono::NaiveDate;

use super::footer;
use super::table::{self, TablePart};
use crate::domain::alerts::Layout;
use crate::domain::base::clean::{escape, escape_within};
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::blocks::{self, TEXT_MOST, TextLine, bold, plain};
use crate::domain::render::phrase::closing;
use crate::domain::render::say::{Phrase, slots};
use crate::domain::render::{Rendered, Voice};
use crate::domain::state::ClosedDay;

/// The messages of a day, posted on this date, in the form that Slack has asked for. They are split in the same way each time and
/// in every form, so that sending can continue after the messages that Slack has already accepted.
pub fn day_messages(day: &ClosedDay, voice: &Voice, posted_on: NaiveDate) -> Vec<Rendered> {
    let rows = table::rows(day, voice);
    if rows.is_empty() {
        let repeated = day.maybe_repeated && day.messages_posted == 0;
        return vec![without_table(day, posted_on, voice).render(day.form, repeated, voice)];
    }
    let total = table::totals(&rows);
    let parts = table::parts(&rows, voice.language);
    let count = parts.len();
    let message = |(index, part): (usize, &&[table::PartnerRow])| {
        let is_last = index + 1 == count;
        let title = title(day, (index + 1, count), voice);
        let said = match is_last {
            true => totals_said(&title, &total, day, voice.language),
            false => range_said(&title, part, voice.language),
        };
        let page = Page {
            title: vec![bold(title)],
            said,
            table: Some(TablePart {
                rows: part,
                total: is_last.then_some(&total),
            }),
            footer: match is_last {
                true => last_lines(day, voice),
                false => Vec::new(),
            },
        };
        let repeated = day.maybe_repeated && day.messages_posted == index;
        page.render(day.form, repeated, voice)
    };
    parts.iter().enumerate().map(message).collect()
}

/// One message of a day, before it gets a form.
struct Page<'a> {
    title: TextLine,
    /// The content for `text`.
    said: String,
    table: Option<TablePart<'a>>,
    footer: Vec<TextLine>,
}

impl Page<'_> {
    fn render(self, form: Layout, repeated: bool, voice: &Voice) -> Rendered {
        let language = voice.language;
        let title = blocks::joined(std::slice::from_ref(&self.title));
        let footer = blocks::joined(&self.footer);
        let ending = closing(voice.label(), repeated, voice);
        let blocks = match form {
            Layout::Blocks => {
                let mut all = vec![blocks::rich_text(&[self.title])];
                all.extend(self.table.map(|table| table.block(language)));
                all.extend((!footer.is_empty()).then(|| blocks::rich_text(&self.footer)));
                all.extend(ending.iter().map(|line| blocks::context(line)));
                all
            }
            Layout::Preformatted => {
                let table = self.table.map(|table| table.padded(language));
                let text = paragraphs([Some(title), table, Some(footer)], "\n\n");
                let text = format!("{text}\n\n{}", ending.join("\n"));
                vec![blocks::preformatted(&text)]
            }
            Layout::Text => {
                let table = self.table.map(|table| table.text(language));
                let begin = match table {
                    Some(_) => title,
                    None => self.said,
                };
                let text = paragraphs([Some(begin), table, Some(footer)], "\n");
                return Rendered {
                    text: escape(&text),
                    blocks: None,
                };
            }
        };
        Rendered {
            text: escape_within(&self.said, TEXT_MOST),
            blocks: Some(blocks.into()),
        }
    }
}

fn paragraphs(parts: [Option<String>; 3], between: &str) -> String {
    let parts = parts.into_iter().flatten();
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

/// `📊 Activité SFTP de sftp1 — 30/03 (depuis 15h00) — 2/3`
fn title(day: &ClosedDay, (part, of): (usize, usize), voice: &Voice) -> String {
    let (label, date) = (voice.label(), voice.language.date(day.date));
    let since = since(day, voice);
    let part = match of {
        0 | 1 => String::new(),
        of => format!("{part}/{of}"),
    };
    let text = Phrase::of("title");
    voice.say(text, slots![label, date, since, part])
}

/// The time at which a further part of a date began; empty for the first part.
fn since(day: &ClosedDay, voice: &Voice) -> String {
    let since = day.day.since.filter(|_| day.day.part > 1);
    since.map_or(String::new(), |since| {
        voice.language.clock(since, voice.zone)
    })
}

fn totals_said(
    title: &str,
    total: &table::PartnerRow,
    day: &ClosedDay,
    language: Language,
) -> String {
    let total = table::in_words(total, language);
    let blocked = blocked(day, language).unwrap_or_default();
    let text = Phrase::of("totals");
    language.say(text, slots![title, total, blocked])
}

fn range_said(title: &str, part: &[table::PartnerRow], language: Language) -> String {
    let [first, last] = [part.first(), part.last()].map(|row| row.map_or("", |row| &row.name));
    let text = Phrase::of("partners-from-to");
    language.say(text, slots![title, first, last])
}

/// The attempts of others. They concern no route's partners.
fn blocked(day: &ClosedDay, language: Language) -> Option<String> {
    let of_all = day.of_route.is_none();
    of_all.then(|| language.count(day.unknown_attempts, Noun::Blocked))
}

/// The lines under the last table; the attempts of others come first.
fn last_lines(day: &ClosedDay, voice: &Voice) -> Vec<TextLine> {
    let blocked = blocked(day, voice.language).into_iter();
    let mut lines: Vec<TextLine> = blocked.map(|said| plain(format!("🛡️ {said}"))).collect();
    lines.extend(footer::idle(day, voice).map(plain));
    lines.extend(footer::lines(day, voice));
    lines
}

/// A day without any activity of partners.
fn without_table(day: &ClosedDay, posted_on: NaiveDate, voice: &Voice) -> Page<'static> {
    let language = voice.language;
    let (date, since) = (language.date(day.date), since(day, voice));
    let when = match day.date == posted_on {
        true => Phrase::of("today"),
        false => Phrase::of("on-date"),
    };
    let when = voice.say(when, slots![date, since]);
    let blocked = language.count(day.unknown_attempts, Noun::Blocked);
    let text = match day.unknown_attempts {
        0 => Phrase::of("no-activity"),
        _ => Phrase::of("blocked-alone"),
    };
    let said = voice.say(text, slots![when, blocked]);
    Page {
        title: plain(said.clone()),
        said,
        table: None,
        footer: footer::lines(day, voice),
    }
}
