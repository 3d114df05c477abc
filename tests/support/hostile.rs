//! Text as an attacker writes it into a log, and what no message may be whatever the log said.

use proptest::prelude::*;
use serde_json::Value;
use sftp_monitor::domain::base::clean::is_hidden;
use sftp_monitor::domain::render::Rendered;

/// Pieces with which something could be done, mixed with any characters.
pub fn hostile_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<!channel>",
        "<@U123>",
        "<https://evil.example|x>",
        "&lt;",
        "&",
        "*b*",
        "_i_",
        "~s~",
        "`c`",
        "```",
        ":smile:",
        "@here",
        "\u{1b}[2J",
        "\u{9b}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "\u{2028}",
        "\n",
        "\r",
        "\t",
        "\0",
        "/",
        "..",
        "https://evil.example/",
        "\\",
        "\"",
        "{",
        "|",
        "日",
        "🔥",
        "e\u{301}",
    ]);
    let piece = prop_oneof![
        pieces.prop_map(String::from),
        any::<char>().prop_map(String::from)
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Nothing in it pings, formats, links, or cannot be seen.
pub fn assert_harmless(rendered: &Rendered) {
    let text = &rendered.text;
    assert!(!text.is_empty());
    assert!(!text.contains(['<', '>']), "{text:?}");
    for after in text.split('&').skip(1) {
        let escaped = ["amp;", "lt;", "gt;"]
            .iter()
            .any(|name| after.starts_with(name));
        assert!(escaped, "{text:?}");
    }
    assert!(visible(text), "{text:?}");
    assert!(visible(&rendered.plain()));
    if let Some(blocks) = &rendered.blocks {
        assert_inert(blocks);
    }
}

fn visible(text: &str) -> bool {
    !text.chars().any(|c| is_hidden(c) && c != '\n')
}

/// Only elements that Slack takes literally, and only visible text in them.
fn assert_inert(value: &Value) {
    const LITERAL: [&str; 8] = [
        "rich_text",
        "rich_text_section",
        "rich_text_preformatted",
        "text",
        "raw_text",
        "table",
        "context",
        "plain_text",
    ];
    match value {
        Value::Object(fields) => {
            if let Some(kind) = fields.get("type") {
                assert!(LITERAL.contains(&kind.as_str().unwrap()), "{kind}");
                assert!(kind != "plain_text" || fields["emoji"] == false, "{value}");
            }
            fields.values().for_each(assert_inert);
        }
        Value::Array(items) => items.iter().for_each(assert_inert),
        // Lines are apart in elements of their own, or in preformatted text.
        Value::String(text) => assert!(visible(text), "{text:?}"),
        _ => {}
    }
}

/// It is no larger than what Slack takes for certain.
pub fn assert_small(rendered: &Rendered) {
    assert!(
        rendered.text.len() <= 3_500,
        "{} bytes of text",
        rendered.text.len()
    );
    let Some(blocks) = &rendered.blocks else {
        return;
    };
    let size = size(blocks);
    assert!(size <= 10_000, "{size} characters of blocks");
    assert!(blocks.as_array().unwrap().len() <= 40);
}

/// The characters of all texts, as Slack counts them: escaped.
pub fn size(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) if key == "text" => {
                    sftp_monitor::domain::base::clean::escape(text)
                        .chars()
                        .count()
                }
                other => size(other),
            })
            .sum(),
        Value::Array(items) => items.iter().map(size).sum(),
        _ => 0,
    }
}
