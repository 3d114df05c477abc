//! Decides what Slack's answer to a post means.
//!
//! Slack answers nearly everything with 200, and says in the body whether it accepted the message. Only the status 429 has a
//! meaning of its own.

use std::fmt;
use std::time::Duration;

use chrono::DateTime;
use serde_json::Value;

use super::body::Body;
use super::codes::{Class, class};
use super::refusal::Refusal;
use super::said;
use crate::domain::alerts::SlackRef;
use crate::domain::base::clean::clean;
use crate::domain::base::time::Time;

/// The pause if Slack asks for one without a duration; the SDKs wait about as long.
pub const PAUSE_UNSAID: Duration = Duration::from_secs(30);
/// The longest pause that is obeyed: a proxy that asks for days must not silence the monitor.
pub const PAUSE_MOST: Duration = Duration::from_secs(15 * 60);
/// The pause after answers that concern the whole workspace and last longer than seconds: a migration, a full quota.
pub const PAUSE_WORKSPACE: Duration = Duration::from_secs(5 * 60);
/// The most characters that are kept of the details of an answer.
const DETAIL: usize = 300;
/// The replacement for a code that does not have the form of Slack's codes.
const NO_CODE: &str = "an error that is not in the form of Slack's";

/// The result of a post, according to the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostResult {
    /// Slack accepted the message.
    Accepted {
        /// The message in Slack; `None` if the answer was cut off before it.
        at: Option<SlackRef>,
    },
    /// Slack did not accept the message, and asks for a pause.
    Wait {
        /// The duration, at most [`PAUSE_MOST`].
        pause: Duration,
        /// The answer in words.
        why: String,
    },
    /// The post failed this time.
    Retry {
        /// Slack may have accepted the message anyway: the next try may repeat it.
        ambiguous: bool,
        /// The failure in words.
        why: String,
    },
    /// Slack accepts no post until a person fixes the token, the channel or the app.
    Configuration(Refusal),
    /// Slack refuses this message in this form, or for good.
    Content(Refusal),
    /// The message that was to be edited or answered is gone, or cannot be edited any more.
    Gone(Refusal),
    /// The code is unknown.
    Unknown(Refusal),
}

impl fmt::Display for PostResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.refusal() {
            Ok(refusal) => refusal.fmt(f),
            Err(said) => f.write_str(said),
        }
    }
}

impl PostResult {
    /// Slack's refusal; if it is none, the result in words.
    fn refusal(&self) -> Result<&Refusal, &str> {
        match self {
            PostResult::Accepted { .. } => Err("ok"),
            PostResult::Wait { why, .. } | PostResult::Retry { why, .. } => Err(why),
            PostResult::Configuration(refusal)
            | PostResult::Content(refusal)
            | PostResult::Gone(refusal)
            | PostResult::Unknown(refusal) => Ok(refusal),
        }
    }

    /// Slack's code, if it refused something.
    pub fn code(&self) -> Option<&str> {
        self.refusal().ok().map(|refusal| refusal.code.as_str())
    }

    /// Slack's code, if this channel refuses messages until a person fixes it: another channel may take the message.
    pub fn refusal_of_channel(&self) -> Option<&str> {
        match self {
            PostResult::Configuration(refusal) if refusal.is_of_channel() => Some(&refusal.code),
            _ => None,
        }
    }
}

/// The result for an answer with this status, `Retry-After` header and body.
pub fn classify(status: u16, retry_after: Option<&str>, body: &Body, now: Time) -> PostResult {
    let answer = match body {
        Body::Object(answer) => Some(answer),
        Body::BeginsOk | Body::Other => None,
    };
    let code = answer.and_then(|answer| answer["error"].as_str());
    if status == 429 || matches!(code, Some("ratelimited" | "rate_limited")) {
        return PostResult::Wait {
            pause: pause(retry_after, now),
            why: format!("HTTP {status}, {}", code.map_or("rate limited", shown)),
        };
    }
    let taken = match answer {
        Some(answer) => answer["ok"] == Value::Bool(true),
        None => *body == Body::BeginsOk,
    };
    match (status, answer, code) {
        (200..=299, _, _) if taken => PostResult::Accepted {
            at: answer.and_then(said::message_in_slack),
        },
        (_, Some(answer), Some(code)) => by_code(code, answer),
        _ => no_answer(status),
    }
}

/// The code, or its replacement if it must not be shown.
fn shown(code: &str) -> &str {
    said::code(code).unwrap_or(NO_CODE)
}

/// The result for an answer without a code: a load balancer, a proxy, a portal, an outage.
fn no_answer(status: u16) -> PostResult {
    let why = match status {
        300..=399 => {
            format!("HTTP {status}: redirects are not followed, the token stays with one host")
        }
        200..=299 => format!("HTTP {status}, but the answer is not Slack's"),
        _ => format!("HTTP {status}"),
    };
    // 408 says that the request did not arrive whole; other 4xx and 3xx say that no server processed it. A 5xx may come from a
    // gateway although Slack accepted the message, an odd 2xx from a reply that was cut.
    let ambiguous = matches!(status, 200..=299 | 500..=599);
    PostResult::Retry { ambiguous, why }
}

fn by_code(code: &str, answer: &Value) -> PostResult {
    let refusal = Refusal {
        code: shown(code).to_owned(),
        detail: detail(answer),
    };
    let why = refusal.to_string();
    match class(code) {
        Class::Passing { ambiguous } => PostResult::Retry { ambiguous, why },
        Class::Workspace(_) => PostResult::Wait {
            pause: PAUSE_WORKSPACE,
            why,
        },
        Class::Configuration(_) => PostResult::Configuration(refusal),
        Class::Content => PostResult::Content(refusal),
        Class::Gone => PostResult::Gone(refusal),
        Class::Unknown => PostResult::Unknown(refusal),
    }
}

/// Slack's details for a code: the missing scope, the wrong field.
fn detail(answer: &Value) -> String {
    let mut parts = Vec::new();
    for key in ["needed", "provided"] {
        let scopes: Vec<&str> = said::scopes(answer[key].as_str().unwrap_or_default()).collect();
        if !scopes.is_empty() {
            parts.push(format!("{key}: {}", scopes.join(",")));
        }
    }
    let messages = answer["response_metadata"]["messages"].as_array();
    let messages = messages.into_iter().flatten().filter_map(Value::as_str);
    parts.extend(messages.map(said::message));
    clean(&parts.join("; "), DETAIL)
}

/// The pause that a `Retry-After` header asks for: seconds, or a date.
/// <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>
pub(crate) fn pause(header: Option<&str>, now: Time) -> Duration {
    let header = header.map(str::trim).unwrap_or_default();
    let asked = if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(header.parse().unwrap_or(u64::MAX))
    } else if let Ok(date) = DateTime::parse_from_rfc2822(header) {
        Time::from(date).since(now)
    } else {
        PAUSE_UNSAID
    };
    asked.min(PAUSE_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classify(status: u16, retry_after: Option<&str>, body: &[u8], now: Time) -> PostResult {
        super::classify(status, retry_after, &Body::of(body, "xoxb-1234567890"), now)
    }

    const NOW: Time = Time::from_seconds(1_774_843_675); // 2026-03-30 04:07:55 UTC

    fn asked(header: Option<&str>) -> u64 {
        match classify(429, header, b"", NOW) {
            PostResult::Wait { pause, .. } => pause.as_secs(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_pause_is_obeyed_in_every_form_and_never_longer_than_a_quarter_of_an_hour() {
        assert_eq!(asked(Some("0")), 0);
        assert_eq!(asked(Some("1")), 1);
        assert_eq!(asked(Some(" 30 ")), 30);
        assert_eq!(asked(Some("99999")), 900);
        assert_eq!(asked(Some("99999999999999999999999")), 900);
        assert_eq!(asked(Some("Mon, 30 Mar 2026 04:09:55 GMT")), 120);
        assert_eq!(asked(Some("Sun, 29 Mar 2026 04:09:55 GMT")), 0);
        assert_eq!(asked(Some("Thu, 30 Mar 2028 04:09:55 GMT")), 900);
        for garbage in [None, Some(""), Some("-5"), Some("soon"), Some("1.5")] {
            assert_eq!(asked(garbage), 30, "{garbage:?}");
        }
    }

    #[test]
    fn slowing_down_may_also_be_asked_for_with_a_200() {
        let body = br#"{"ok":false,"error":"ratelimited"}"#;
        let verdict = classify(200, Some("7"), body, NOW);
        assert!(matches!(verdict, PostResult::Wait { pause, .. } if pause.as_secs() == 7));
    }

    #[test]
    fn only_ok_true_is_taken_for_delivered() {
        assert_eq!(
            classify(200, None, br#"{"ok":true,"ts":"1.2"}"#, NOW),
            PostResult::Accepted { at: None }
        );
        for body in [
            "",
            "ok",
            "{}",
            "[]",
            "null",
            r#"{"ok":"true"}"#,
            r#"{"ok":1}"#,
            "<html>",
        ] {
            let verdict = classify(200, None, body.as_bytes(), NOW);
            assert!(
                matches!(
                    verdict,
                    PostResult::Retry {
                        ambiguous: true,
                        ..
                    }
                ),
                "{body}: {verdict:?}"
            );
        }
    }

    #[test]
    fn the_channel_and_the_ts_of_the_answer_name_the_message() {
        let named = |body: &[u8]| match classify(200, None, body, NOW) {
            PostResult::Accepted { at } => at.map(|at| format!("{} {}", at.channel, at.ts)),
            other => panic!("{other}"),
        };
        let body = br#"{"ok":true,"channel":"C0APAF806F8","ts":"1503435956.000247"}"#;
        let name = "C0APAF806F8 1503435956.000247";
        assert_eq!(named(body).as_deref(), Some(name));
        for body in [
            &br#"{"ok":true,"ts":"1503435956.000247"}"#[..],
            br#"{"ok":true,"channel":"C0APAF806F8"}"#,
            br#"{"ok":true,"channel":"","ts":"1503435956.000247"}"#,
            br#"{"ok":true,"channel":"C0 ]8;;","ts":"1503435956.000247"}"#,
            br#"{"ok":true,"channel":"C0APAF806F8","ts":"now"}"#,
        ] {
            assert_eq!(named(body), None);
        }
    }

    #[test]
    fn an_answer_cut_after_ok_is_still_an_ok() {
        assert_eq!(
            classify(200, None, br#"{"ok":true,"message":{"te"#, NOW),
            PostResult::Accepted { at: None }
        );
        assert_eq!(
            classify(200, None, br#" { "ok" : true , "me"#, NOW),
            PostResult::Accepted { at: None }
        );
        let cut = classify(200, None, br#"{"ok":tru"#, NOW);
        assert!(matches!(
            cut,
            PostResult::Retry {
                ambiguous: true,
                ..
            }
        ));
        let gateway = classify(502, None, br#"{"ok":true,"ts":"1.2"}"#, NOW);
        assert!(matches!(
            gateway,
            PostResult::Retry {
                ambiguous: true,
                ..
            }
        ));
    }

    #[test]
    fn statuses_without_a_code_are_tried_again() {
        for (status, repeats) in [
            (500, true),
            (502, true),
            (503, true),
            (504, true),
            (408, false),
            (403, false),
            (404, false),
            (302, false),
        ] {
            let verdict = classify(status, None, b"<html>", NOW);
            assert!(
                matches!(verdict, PostResult::Retry { ambiguous, .. } if ambiguous == repeats),
                "{status}: {verdict:?}"
            );
        }
    }

    #[test]
    fn a_code_counts_whatever_the_status() {
        let body = br#"{"ok":false,"error":"invalid_auth"}"#;
        for status in [200, 401, 500] {
            let verdict = classify(status, None, body, NOW);
            assert!(matches!(verdict, PostResult::Configuration(_)), "{status}");
        }
    }

    #[test]
    fn a_refusal_names_the_scope_and_the_field_and_nothing_else() {
        let body = br#"{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"users:read",
            "response_metadata":{"messages":["[ERROR] \u001b[2J failed to match [json-pointer:/blocks/0]"]}}"#;
        assert_eq!(
            classify(200, None, body, NOW).to_string(),
            "missing_scope (needed: chat:write; provided: users:read; [ERROR] … failed to match [json-pointer:/blocks/0])"
        );
        let flood = format!(r#"{{"ok":false,"error":"{}"}}"#, "x".repeat(50_000));
        assert!(classify(200, None, flood.as_bytes(), NOW).to_string().len() < 1000);
    }
}
