//! The body of an answer, as it came over the network.

use serde_json::Value;

use super::said;

/// The body of an answer, as far as it arrived, without the token.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A JSON object, as Slack sends it.
    Object(Value),
    /// The answer was cut off, or is longer than the program reads, but begins like the answer for an accepted message. Slack
    /// then echoes the whole message, and a long echo must not cause a second post.
    BeginsOk,
    /// Another body, which Slack does not send.
    Other,
}

impl Body {
    /// Parses the body. An answer may echo the request, so the token is removed before any part is shown.
    pub fn of(bytes: &[u8], token: &str) -> Body {
        match serde_json::from_str(&String::from_utf8_lossy(bytes)) {
            Ok(mut answer @ Value::Object(_)) => {
                said::without_token(&mut answer, token);
                Body::Object(answer)
            }
            _ if begins_ok(bytes) => Body::BeginsOk,
            _ => Body::Other,
        }
    }
}

fn begins_ok(body: &[u8]) -> bool {
    let start: Vec<u8> = body
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take(11)
        .collect();
    start == b"{\"ok\":true,"
}
