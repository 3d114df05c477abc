//! Reads whom a table is about, and whom a message mentions: partners by name or pattern, users of Slack by id.

use toml::Value;

use super::values::{not_empty, one_or_more};
use crate::domain::expect::Pattern;
use crate::domain::routes::Whose;

/// Reads one name or pattern, or a list of them.
pub(super) fn partners(value: Value) -> Result<Vec<Whose>, String> {
    let example = "\"alice\", \"shop-*\" or [\"alice\", \"bob\"]";
    let one = |value: &Value| {
        let text = value.as_str();
        let text = text.ok_or_else(|| format!("{value} is not a name; for example {example}"))?;
        let text = not_empty("alice")(text.to_owned())?;
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Whose::Named(text));
        }
        pattern(&text, "matches no partner: a name has no /", example).map(Whose::Like)
    };
    one_or_more(
        &value,
        &format!("an empty list; for example {example}"),
        one,
    )
}

/// Reads a pattern of names. `slash` is the error for one that has a /.
pub(super) fn pattern(text: &str, slash: &str, example: &str) -> Result<Pattern, String> {
    match Pattern::new(text) {
        Ok(pattern) if !text.contains('/') => Ok(pattern),
        Ok(_) => Err(format!("\"{text}\" {slash}; for example {example}")),
        Err(what) => Err(format!(
            "\"{text}\" is not a pattern: {what}; for example {example}"
        )),
    }
}

/// Reads the id of a user or of a user group: the program never looks up names in Slack.
pub(super) fn mention(id: String) -> Result<String, String> {
    let rest = id.strip_prefix(['U', 'W', 'S']).unwrap_or_default();
    let letter = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    match rest.len() >= 2 && rest.bytes().all(letter) {
        true => Ok(id),
        false => Err(format!(
            "\"{id}\" is not an id of a user or of a user group; for example \"U012AB3CD\" or \"S012AB3CD\""
        )),
    }
}
