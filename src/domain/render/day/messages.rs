//! A closed day as messages.

use chrono::NaiveDate;

use super::{footer, table};
use crate::domain::alerts::Form;
use crate::domain::base::clean::{escape, escape_within};
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::blocks::{self, Line, TEXT_MOST, bold, plain};
use crate::domain::render::phrase::repeat;
use crate::domain::render::{Rendered, Voice};
use crate::domain::state::ClosedDay;

/// The messages of a day, posted on this date, in the form that Slack has asked for; parted alike each time and in every
/// form, so that sending can go on after the ones that Slack has taken.
pub fn day_messages(day: &ClosedDay, voice: &Voice, posted_on: NaiveDate) -> Vec<Rendered> {
    let rows = table::rows(day, voice);
    if rows.is_empty() {
        let repeated = day.maybe_repeated && day.messages_posted == 0;
        return vec![without_table(day, posted_on, voice).render(day.form, repeated, voice)];
    }
    let total = table::totals(&rows);
    let parts = table::parts(&rows, voice.language);
    let count = parts.len();
    let message = |(index, part): (usize, &&[table::Row])| {
        let is_last = index + 1 == count;
        let title = title(day, (index + 1, count), voice);
        let said = match is_last {
            true => totals_said(&title, &total, day.unknown_attempts, voice.language),
            false => range_said(&title, part, voice.language),
        };
        let page = Page {
            title: vec![bold(title)],
            said,
            table: Some((part, is_last.then_some(&total))),
            footer: if is_last {
                last_lines(day, voice)
            } else {
                Vec::new()
            },
        };
        let repeated = day.maybe_repeated && day.messages_posted == index;
        page.render(day.form, repeated, voice)
    };
    parts.iter().enumerate().map(message).collect()
}

/// One message of a day, before it takes a form.
struct Page<'a> {
    title: Line,
    /// The substance, for `text`.
    said: String,
    table: Option<(&'a [table::Row], Option<&'a table::Row>)>,
    footer: Vec<Line>,
}

impl Page<'_> {
    fn render(self, form: Form, repeated: bool, voice: &Voice) -> Rendered {
        let language = voice.language;
        let repeated = repeated.then(|| repeat(language));
        let title = blocks::joined(std::slice::from_ref(&self.title));
        let footer = blocks::joined(&self.footer);
        match form {
            Form::Blocks => {
                let mut all = vec![blocks::rich_text(&[self.title])];
                all.extend(
                    self.table
                        .map(|(part, total)| table::block(part, total, language)),
                );
                if !footer.is_empty() {
                    all.push(blocks::rich_text(&self.footer));
                }
                all.push(blocks::context(&voice.label()));
                all.extend(repeated.map(blocks::context));
                Rendered {
                    text: escape_within(&self.said, TEXT_MOST),
                    blocks: Some(all.into()),
                }
            }
            Form::Preformatted => {
                let table = self
                    .table
                    .map(|(part, total)| table::padded(part, total, language));
                let mut text = paragraphs([Some(title), table, Some(footer)], "\n\n");
                text += &format!("\n\n{}", voice.label());
                if let Some(repeated) = repeated {
                    text += &format!("\n{repeated}");
                }
                Rendered {
                    text: escape_within(&self.said, TEXT_MOST),
                    blocks: Some(vec![blocks::preformatted(&text)].into()),
                }
            }
            Form::Text => {
                let table = self
                    .table
                    .map(|(part, total)| table::text(part, total, language));
                let begin = if table.is_some() { title } else { self.said };
                let text = paragraphs([Some(begin), table, Some(footer)], "\n");
                Rendered {
                    text: escape(&text),
                    blocks: None,
                }
            }
        }
    }
}

fn paragraphs(parts: [Option<String>; 3], between: &str) -> String {
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(between)
}

/// `📊 Activité SFTP de sftp1 — 30/03 (depuis 15h00) — 2/3`
fn title(day: &ClosedDay, (part, of): (usize, usize), voice: &Voice) -> String {
    let (label, date) = (voice.label(), voice.language.date(day.date));
    let mut title = match voice.language {
        Language::French => format!("📊 Activité SFTP de {label} — {date}"),
        Language::English => format!("📊 SFTP activity on {label} — {date}"),
    };
    title += &since(day, voice);
    if of > 1 {
        title += &format!(" — {part}/{of}");
    }
    title
}

/// ` (depuis 15h00)` of a further part of a date.
fn since(day: &ClosedDay, voice: &Voice) -> String {
    match day.day.since {
        Some(since) if day.day.part > 1 => {
            let clock = voice.language.clock(since, voice.zone);
            format!(" ({} {clock})", voice.language.pick("depuis", "since"))
        }
        _ => String::new(),
    }
}

fn totals_said(title: &str, total: &table::Row, unknown: u64, language: Language) -> String {
    let colon = language.pick(" : ", ": ");
    let (total, blocked) = (
        table::in_words(total, language),
        language.count(unknown, Noun::Blocked),
    );
    format!("{title}{colon}{total} — {blocked}")
}

fn range_said(title: &str, part: &[table::Row], language: Language) -> String {
    let (Some(first), Some(last)) = (part.first(), part.last()) else {
        return title.into();
    };
    match language {
        Language::French => format!("{title} : de {} à {}", first.name, last.name),
        Language::English => format!("{title}: {} to {}", first.name, last.name),
    }
}

/// What stands under the last table: attempts of others first.
fn last_lines(day: &ClosedDay, voice: &Voice) -> Vec<Line> {
    let blocked = voice.language.count(day.unknown_attempts, Noun::Blocked);
    let mut lines = vec![plain(format!("🛡️ {blocked}"))];
    lines.extend(footer::idle(day, voice).map(plain));
    lines.extend(footer::lines(day, voice));
    lines
}

/// A day on which no partner did anything.
fn without_table(day: &ClosedDay, posted_on: NaiveDate, voice: &Voice) -> Page<'static> {
    let language = voice.language;
    let date = language.date(day.date);
    let mut when = match language {
        _ if day.date == posted_on => language.pick("aujourd'hui", "today").to_string(),
        Language::French => format!("le {date}"),
        Language::English => format!("on {date}"),
    };
    when += &since(day, voice);
    let blocked = language.count(day.unknown_attempts, Noun::Blocked);
    let said = match (day.unknown_attempts, language) {
        (0, Language::French) => format!("Aucune activité {when}."),
        (0, Language::English) => format!("No activity {when}."),
        (_, Language::French) => format!("🛡️ {blocked} {when}, aucune autre activité."),
        (_, Language::English) => format!("🛡️ {blocked} {when}, no other activity."),
    };
    Page {
        title: plain(said.clone()),
        said,
        table: None,
        footer: footer::lines(day, voice),
    }
}
