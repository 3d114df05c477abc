//! A message in words, ready for Slack or a terminal.

use serde_json::Value;

use super::blocks::{self, aligned};
use super::say::{Phrase, slots};
use crate::domain::base::clean;
use crate::domain::base::language::Language;

/// A message in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The content for notifications, search and screen readers; escaped for Slack.
    pub text: String,
    /// The layout; without blocks Slack shows `text`.
    pub blocks: Option<Value>,
}

impl Rendered {
    /// The same with a mention of this user or user group at the end of its first line, unless it mentions somebody already.
    /// Only blocks of Slack's own layout can mention.
    pub fn calling(mut self, id: &str) -> Rendered {
        let first = self.blocks.as_mut().and_then(|blocks| blocks.get_mut(0));
        let section = |block: &Value| block["elements"][0]["type"] == "rich_text_section";
        if let Some(block) = first.filter(|block| section(block)) {
            let elements = block["elements"][0]["elements"].as_array();
            let calls =
                |element: &Value| element["type"] == "user" || element["type"] == "usergroup";
            if !elements.into_iter().flatten().any(calls) {
                *block = blocks::calling(block.take(), id);
            }
        }
        self
    }

    /// The same with a line at its end that says for which channel it was meant, and with which code that one refused it.
    pub fn instead_of(mut self, channel: &str, code: &str, language: Language) -> Rendered {
        let (channel, code) = (
            clean::clean(channel, clean::NAME),
            clean::clean(code, clean::NAME),
        );
        let text = Phrase::of("instead-of-channel");
        let line = language.say(text, slots![channel, code]);
        match self.blocks.as_mut().and_then(Value::as_array_mut) {
            None => self.text += &format!("\n{}", clean::escape(&line)),
            Some(all) if all.iter().any(|block| block["type"] == "context") => {
                all.push(blocks::context(&line));
            }
            Some(all) => {
                if let Some(block) = all.last_mut() {
                    let text = &mut block["elements"][0]["elements"][0]["text"];
                    let said = text.as_str().unwrap_or_default();
                    *text = format!("{said}\n{line}").into();
                }
            }
        }
        self
    }

    /// The message for a terminal or a pipe: the text of its blocks, or `text` if it has no blocks.
    pub fn plain(&self) -> String {
        let Some(Value::Array(blocks)) = &self.blocks else {
            return clean::unescape(&self.text);
        };
        let mut plain = String::new();
        for block in blocks {
            if !plain.is_empty() && !plain.ends_with('\n') {
                plain.push('\n');
            }
            match block["type"].as_str() {
                Some("table") => rows(&block["rows"], &mut plain),
                _ => texts(block, &mut plain),
            }
        }
        plain
    }
}

/// A table with aligned columns.
fn rows(rows: &Value, plain: &mut String) {
    let cells = |row: &Value| -> Vec<String> {
        let cell = |cell: &Value| {
            let mut text = String::new();
            texts(cell, &mut text);
            text
        };
        row.as_array().into_iter().flatten().map(cell).collect()
    };
    let rows: Vec<_> = rows.as_array().into_iter().flatten().map(cells).collect();
    plain.push_str(&aligned(&rows));
}

/// All the texts of a block, in order.
fn texts(block: &Value, plain: &mut String) {
    let called = block["usergroup_id"].as_str().or(block["user_id"].as_str());
    if let Some(id) = called {
        plain.push('@');
        plain.push_str(id);
    }
    match (&block["text"], &block["elements"]) {
        (Value::String(text), _) => plain.push_str(text),
        (_, Value::Array(elements)) => elements.iter().for_each(|inner| texts(inner, plain)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Voice, render_content};
    use super::*;
    use crate::domain::alerts::{Content, Layout, Logins};
    use crate::domain::base::time::Zone;

    fn rendered(form: Layout) -> Rendered {
        let content = Content::Logins(Logins {
            partner: "alice".to_owned(),
            count: 1,
            addresses: vec!["192.0.2.7".to_owned()],
            ..Logins::default()
        });
        let voice = Voice {
            language: Language::French,
            zone: Zone::Named(chrono_tz::Europe::Paris),
            label: "sftp1".to_owned(),
            names: std::collections::BTreeMap::new(),
        };
        render_content(&content, form, &voice)
    }

    #[test]
    fn a_mention_stands_once_in_the_first_line_and_only_in_blocks() {
        let said = |form| rendered(form).calling("S012").calling("U345").plain();
        assert_eq!(
            said(Layout::Blocks),
            "✅ Alice s'est connecté depuis 192.0.2.7 — 01/01 à 01h00 @S012\nsftp1"
        );
        assert_eq!(
            said(Layout::Preformatted),
            rendered(Layout::Preformatted).plain()
        );
        assert_eq!(said(Layout::Text), rendered(Layout::Text).plain());
    }

    #[test]
    fn a_message_in_place_of_another_channels_says_so_in_every_form() {
        for form in [Layout::Blocks, Layout::Preformatted, Layout::Text] {
            let message = rendered(form).instead_of("C2", "not_in_channel", Language::French);
            let said = message.plain();
            assert!(
                said.ends_with("\ndestiné au canal C2, qui l'a refusé : not_in_channel"),
                "{said}"
            );
        }
    }
}
