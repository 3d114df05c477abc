//! Reads whom a table is about, and whom a message mentions: partners by name or pattern, users of Slack by id.

use toml::Value;

use super::values::not_empty;
use crate::domain::expect::Pattern;
use crate::domain::routes::Whose;

/// Reads one name or pattern, or a list of them.
pub(super) fn partners(value: Value) -> Result<Vec<Whose>, String> {
    let example = "\"alice\", \"shop-*\" or [\"alice\", \"bob\"]";
    let one = |value: &Value| {
        let text = value.as_str();
        let text = text.ok_or_else(|| format!("{value} is no name; for example {example}"))?;
        let text = not_empty("alice")(text.to_owned())?;
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Whose::Named(text));
        }
        match Pattern::new(&text) {
            Ok(pattern) if !text.contains('/') => Ok(Whose::Like(pattern)),
            Ok(_) => Err(format!(
                "\"{text}\" matches no partner: a name has no /; for example {example}"
            )),
            Err(what) => Err(format!(
                "\"{text}\" is no pattern: {what}; for example {example}"
            )),
        }
    };
    match &value {
        Value::Array(list) if list.is_empty() => {
            Err(format!("an empty list; for example {example}"))
        }
        Value::Array(list) => list.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

/// Reads the id of a user or of a user group: the program never looks up names in Slack.
pub(super) fn mention(id: String) -> Result<String, String> {
    let rest = id.strip_prefix(['U', 'W', 'S']).unwrap_or_default();
    let letter = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    match rest.len() >= 2 && rest.bytes().all(letter) {
        true => Ok(id),
        false => Err(format!(
            "\"{id}\" is no id of a user or of a user group; for example \"U012AB3CD\" or \"S012AB3CD\""
        )),
    }
}
