//! The parts of an answer that may be shown: only text in the form of Slack's own codes, scopes and names.
//!
//! A proxy, a portal or Slack itself may echo the request, also the token, escaped in any way. So it is not enough that a text
//! contains nothing bad: it is shown only if it consists of words in the form of Slack's own.

use serde_json::Value;

use crate::domain::alerts::SlackRef;
use crate::domain::base::clean::{NAME, clean};

/// The replacement for text that is not shown.
const UNSHOWN: &str = "…";
/// The most characters of a code or a scope.
const TERM: usize = 64;
/// The most letters of a word; Slack's longest word has fourteen.
const WORD: usize = 24;
/// The most digits of a number: limits and positions.
const NUMBER: usize = 6;
/// This many letters and digits of the token in a row are a part of it, whatever characters separate them.
const PART: usize = 8;

/// Replaces every string of an answer that contains the token or a part of it.
pub(crate) fn without_token(answer: &mut Value, token: &str) {
    let token = squeezed(token);
    let parts: Vec<&[u8]> = token.windows(PART.clamp(1, token.len().max(1))).collect();
    hide(answer, &parts);
}

fn hide(value: &mut Value, parts: &[&[u8]]) {
    match value {
        Value::String(text) => {
            let said = squeezed(text);
            if parts
                .iter()
                .any(|part| memchr::memmem::find(&said, part).is_some())
            {
                UNSHOWN.clone_into(text);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| hide(value, parts)),
        Value::Object(fields) => fields.values_mut().for_each(|value| hide(value, parts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The letters and digits of a text, in lower case.
fn squeezed(text: &str) -> Vec<u8> {
    let bytes = text.bytes().filter(u8::is_ascii_alphanumeric);
    bytes.map(|byte| byte.to_ascii_lowercase()).collect()
}

/// An error code: `missing_scope`.
pub(crate) fn code(text: &str) -> Option<&str> {
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (text.bytes().all(small) && is_term(text)).then_some(text)
}

/// Scopes: `chat:write,channels:read`. Leaves out text that does not have the form of a scope.
pub(crate) fn scopes(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|scope| is_term(scope))
}

/// A message about a field: `[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text]`.
pub(crate) fn message(text: &str) -> String {
    let mut said: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| "[](){}\"'`.,:;!?".contains(c));
        let shown = match bare.strip_prefix("json-pointer:") {
            Some(path) => path.split('/').all(|part| part.is_empty() || is_term(part)),
            None => bare.is_empty() || is_term(bare),
        };
        match shown {
            true => said.push(word),
            false if said.last() == Some(&UNSHOWN) => {}
            false => said.push(UNSHOWN),
        }
    }
    said.join(" ")
}

/// The message that Slack has accepted: `channel` and `ts`, which identify it. `ts` is no time, but a name in the form of one.
pub(crate) fn message_in_slack(answer: &Value) -> Option<SlackRef> {
    let (channel, ts) = (answer["channel"].as_str()?, answer["ts"].as_str()?);
    let is_id = (1..=TERM).contains(&channel.len())
        && channel.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()) && part.len() < 16;
    let is_ts = ts
        .split_once('.')
        .is_some_and(|(s, u)| digits(s) && digits(u));
    (is_id && is_ts).then(|| SlackRef {
        channel: channel.to_owned(),
        ts: ts.to_owned(),
    })
}

/// The name of a workspace, a user or a channel. People choose it, in any script, but without escapes and endless words.
pub(crate) fn name(text: &str) -> String {
    let usual =
        |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || " -_.,'()&+!/@:".contains(c);
    let name = clean(text, NAME);
    let short = |word: &str| word.chars().count() <= 2 * WORD;
    match name.chars().all(usual) && name.split([' ', '-', '_']).all(short) && !name.is_empty() {
        true => name,
        false => UNSHOWN.to_owned(),
    }
}

/// Whether a text consists of words and small numbers, joined as Slack joins them.
fn is_term(text: &str) -> bool {
    !text.is_empty() && text.len() <= TERM && text.split(['_', '.', ':', '-']).all(is_word)
}

/// Whether a text is a word such as `invalid`, `Content`, `JSON`, `oauth2`, `3001`.
fn is_word(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - letters.len();
    let rest = letters.get(1..).unwrap_or_default();
    let begins = letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    let one_case = rest.bytes().all(|byte| byte.is_ascii_lowercase())
        || letters.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits_fit = digits <= if letters.is_empty() { NUMBER } else { 2 };
    !text.is_empty() && begins && one_case && letters.len() <= WORD && digits_fit
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_slack_says_is_shown_as_it_is() {
        for known in [
            "missing_scope",
            "slack_connect_file_upload_sharing_blocked",
            "ratelimited",
            "invalid_oauth2_code",
        ] {
            assert_eq!(code(known), Some(known));
        }
        let scopes: Vec<&str> =
            scopes("chat:write, chat:write.public,incoming-webhook,identity.basic").collect();
        assert_eq!(
            scopes,
            [
                "chat:write",
                "chat:write.public",
                "incoming-webhook",
                "identity.basic"
            ]
        );
        for known in [
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
            "[ERROR] failed to match all allowed schemas [json-pointer:/blocks/12/elements]",
            "[WARN] A Content-Type HTTP header was presented but did not declare a charset, such as a 'utf-8'",
        ] {
            assert_eq!(message(known), known);
        }
        for known in [
            "Example, Inc. (prod)",
            "sftp_monitor",
            "équipe-exploitation",
            "R&D",
            "株式会社例",
            "a",
        ] {
            assert_eq!(name(known), known);
        }
    }

    #[test]
    fn what_is_not_in_its_form_is_not_shown() {
        for odd in [
            "",
            "xoxb-1",
            "invalid auth",
            "Invalid_auth",
            "786f78622d30",
            "a_1234567",
            "x\u{200b}",
            "é",
            "__",
        ] {
            assert_eq!(code(odd), None, "{odd}");
        }
        assert_eq!(
            scopes("chat:write,xoxb-1234567890,eG94Yi0xMjM0,,%2D").collect::<Vec<_>>(),
            ["chat:write"]
        );
        assert_eq!(
            message("[ERROR] Bearer eG94Yi0x MjM0 for x%2D [json-pointer:/blocks/eG94Yi0x]"),
            "[ERROR] Bearer … for …"
        );
        for odd in ["", "a\\u002db", "a%2Db", "a&#45;b", "a=b", &"x".repeat(49)] {
            assert_eq!(name(odd), "…", "{odd}");
        }
    }

    #[test]
    fn a_string_with_a_part_of_the_token_is_replaced_whole() {
        let token = "xoxb-8675309424-Zq7Kx9Vw3Rt5";
        let hidden = |text: &str| {
            let mut answer = json!({"messages": [{"any": text}]});
            without_token(&mut answer, token);
            answer["messages"][0]["any"] == "…"
        };
        for part in [
            token,
            "Bearer XOXB 8675309424",
            "5309-424z",
            "q7\u{200b}Kx\n9V w3.",
            "xoxb\\u002d8675309424",
        ] {
            assert!(hidden(part), "{part}");
        }
        for other in ["", "xoxb", "xoxb-867", "invalid_auth", "Example"] {
            assert!(!hidden(other), "{other}");
        }
        let mut answer = json!({"error": "a short one: k6iU", "ok": "k6"});
        without_token(&mut answer, "k6iU");
        assert_eq!(answer, json!({"error": "…", "ok": "k6"}));
        without_token(&mut answer, "-");
        assert_eq!(answer, json!({"error": "…", "ok": "k6"}));
    }
}
