//! A message in words, ready for Slack or a terminal.

use serde_json::Value;

use super::blocks::aligned;
use crate::domain::base::clean;

/// A message in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The content for notifications, search and screen readers; escaped for Slack.
    pub text: String,
    /// The layout; without blocks Slack shows `text`.
    pub blocks: Option<Value>,
}

impl Rendered {
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
