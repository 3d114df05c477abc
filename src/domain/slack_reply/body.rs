//! The body of an answer, as it came over the network.

use serde_json::Value;

use super::said;

/// The body of an answer, as far as it came, without the token.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// What Slack answers.
    Object(Value),
    /// The answer was cut off, or is longer than we read, but begins as Slack begins when it took a message: it echoes the
    /// whole message after that, and a message must not be posted again because its echo is long.
    BeginsOk,
    /// What Slack does not answer.
    Other,
}

impl Body {
    /// The body that these bytes are. An answer may echo the request; what is shown of it must not hold the token.
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
