//! An event in the form of CloudEvents 1.0, structured mode.
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>

use serde_json::{Map, Value, json};

use super::facts::{Facts, facts, rfc3339};
use crate::domain::alerts::{Told, WebhookEvent};
use crate::domain::base::time::Time;
use crate::domain::render::{Voice, sentence};

/// The type of the body.
pub const CONTENT_TYPE: &str = "application/cloudevents+json; charset=utf-8";

/// The source of all events of this server: with the id of an event, it names the event worldwide.
fn source(voice: &Voice) -> String {
    let mut source = "/sftp-monitor/".to_owned();
    for byte in voice.label.bytes() {
        match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => source.push(char::from(byte)),
            false => source.push_str(&format!("%{byte:02X}")),
        }
    }
    source
}

/// The body of the request that tells an event.
pub fn body(event: &WebhookEvent, voice: &Voice) -> Vec<u8> {
    let Facts {
        kind,
        partner,
        mut data,
    } = facts(&event.told, voice);
    if let Told::Content(content) = &event.told {
        data.insert("text".to_owned(), sentence(content, voice).into());
    }
    envelope((&event.id, kind, event.at), partner, data, voice)
}

/// The body of a request that tests the receiver.
pub fn test(id: &str, at: Time, voice: &Voice) -> Vec<u8> {
    envelope((id, "test", at), None, Map::new(), voice)
}

fn envelope(
    (id, kind, at): (&str, &str, Time),
    partner: Option<&str>,
    data: Map<String, Value>,
    voice: &Voice,
) -> Vec<u8> {
    let mut event = json!({
        "specversion": "1.0",
        "id": id,
        "source": source(voice),
        "type": format!("sftp-monitor.{kind}"),
        "time": rfc3339(at),
        "datacontenttype": "application/json",
        "data": data,
    });
    // An attribute must not be empty.
    if let Some(partner) = partner.filter(|partner| !partner.is_empty()) {
        event["subject"] = partner.into();
    }
    event.to_string().into_bytes()
}
