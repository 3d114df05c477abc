//! A message in words, ready for Slack or a terminal.

use serde_json::Value;

use crate::clean;

/// A message in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The substance, for notifications, searching and screen readers; escaped for Slack.
    pub text: String,
    /// The looks; without them Slack shows `text`.
    pub blocks: Option<Value>,
}

impl Rendered {
    /// The message as a terminal or a pipe gets it: what its blocks say, else its text.
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

/// A table's cells, separated by tabs.
fn rows(rows: &Value, plain: &mut String) {
    for row in rows.as_array().into_iter().flatten() {
        for (column, cell) in row.as_array().into_iter().flatten().enumerate() {
            if column > 0 {
                plain.push('\t');
            }
            texts(cell, plain);
        }
        plain.push('\n');
    }
}

/// All that a block says, in order.
fn texts(block: &Value, plain: &mut String) {
    match (&block["text"], &block["elements"]) {
        (Value::String(text), _) => plain.push_str(text),
        (_, Value::Array(elements)) => elements.iter().for_each(|inner| texts(inner, plain)),
        _ => {}
    }
}
