//! A line of `journalctl -o json`: an entry with all its fields.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::entry::{Entry, Origin};
use crate::time::Time;

/// `SD_MESSAGE_JOURNAL_DROPPED` (sd-messages.h).
const DROPPED: &str = "a596d6fe7bfa4994828e72309e95d61e";

/// The fields of the line that was read last.
#[derive(Default)]
pub(super) struct Owned {
    time: Time,
    boot: Vec<u8>,
    host: Vec<u8>,
    identifier: Vec<u8>,
    pid: u32,
    uid: Option<u32>,
    session: Option<String>,
    message: Vec<u8>,
    dropped: Option<u64>,
}

/// A field's bytes: text, or a list of numbers where it is no text; of a repeated field the first.
fn bytes(fields: &Map<String, Value>, name: &str) -> Vec<u8> {
    match fields.get(name) {
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(Value::Array(values)) => match values.first() {
            Some(Value::String(first)) => first.clone().into_bytes(),
            _ => values.iter().filter_map(|v| u8::try_from(v.as_u64()?).ok()).collect(),
        },
        _ => Vec::new(),
    }
}

fn number<N: std::str::FromStr>(fields: &Map<String, Value>, name: &str) -> Option<N> {
    match fields.get(name)? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

impl Owned {
    /// Reads a line; false where it is no journal entry.
    pub(super) fn read(&mut self, line: &[u8]) -> bool {
        let Ok(Value::Object(fields)) = serde_json::from_slice(line) else { return false };
        if !fields.contains_key("__REALTIME_TIMESTAMP") && !fields.contains_key("MESSAGE") {
            return false;
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        self.time = Time(number(&fields, "__REALTIME_TIMESTAMP").unwrap_or(0));
        self.boot = bytes(&fields, "_BOOT_ID");
        self.host = bytes(&fields, "_HOSTNAME");
        self.identifier = bytes(&fields, "SYSLOG_IDENTIFIER");
        self.pid = number(&fields, "_PID").unwrap_or(0);
        // In the journal nobody vouches for a sender without this field.
        self.uid = Some(number(&fields, "_UID").unwrap_or(u32::MAX));
        self.session = text("_SYSTEMD_SESSION").or_else(|| text("_AUDIT_SESSION")).map(str::to_owned);
        self.message = bytes(&fields, "MESSAGE");
        let driver = self.uid == Some(0) && text("_TRANSPORT") == Some("driver");
        let dropped = driver && text("MESSAGE_ID") == Some(DROPPED);
        self.dropped = dropped.then(|| number(&fields, "N_DROPPED").unwrap_or(1));
        if self.identifier.is_empty() {
            // Not a bare message: an entry without identifier is nobody's of ours.
            self.identifier.push(b'-');
        }
        true
    }

    /// The entry that was read.
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry {
            origin: Origin {
                time: self.time,
                boot: crate::source::boot(&self.boot),
                host: Cow::Borrowed(&self.host),
                identifier: Cow::Borrowed(&self.identifier),
                pid: self.pid,
                uid: self.uid,
                session: self.session.as_deref().map(Cow::Borrowed),
                past: false,
            },
            message: &self.message,
            dropped: self.dropped,
        }
    }
}
