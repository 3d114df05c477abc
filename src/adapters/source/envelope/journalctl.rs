//! The entries of `journalctl -o json` (systemd's JOURNAL_EXPORT_FORMATS.md, "Journal JSON Format"), and their fields.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use crate::adapters::source::journal::{DROPPED, may_hold_ssh, sender};
use crate::domain::base::process::boot;
use crate::domain::base::time::Time;
use crate::domain::record::Origin;

/// What journalctl writes in place of an identifier where an entry has none. It is no program's of ours.
const UNKNOWN: &[u8] = b"unknown";

/// The fields that are looked at.
#[derive(Default, Deserialize)]
pub(crate) struct Fields<'a> {
    #[serde(rename = "MESSAGE", borrow, default)]
    message: Field<'a>,
    #[serde(rename = "__REALTIME_TIMESTAMP", borrow)]
    time: Field<'a>,
    #[serde(rename = "_BOOT_ID", borrow, default)]
    boot: Field<'a>,
    #[serde(rename = "_HOSTNAME", borrow, default)]
    host: Field<'a>,
    #[serde(rename = "SYSLOG_IDENTIFIER", borrow, default)]
    identifier: Field<'a>,
    #[serde(rename = "_PID", borrow, default)]
    pid: Field<'a>,
    #[serde(rename = "_UID", borrow, default)]
    uid: Field<'a>,
    #[serde(rename = "_SYSTEMD_SESSION", borrow, default)]
    systemd_session: Field<'a>,
    #[serde(rename = "_AUDIT_SESSION", borrow, default)]
    audit_session: Field<'a>,
    #[serde(rename = "_TRANSPORT", borrow, default)]
    transport: Field<'a>,
    #[serde(rename = "MESSAGE_ID", borrow, default)]
    message_id: Field<'a>,
    #[serde(rename = "N_DROPPED", borrow, default)]
    dropped: Field<'a>,
    #[serde(rename = "OBJECT_SYSTEMD_UNIT", borrow, default)]
    object_unit: Field<'a>,
}

/// A field's value: a string; an array of bytes where it is no UTF-8; null where it is too large to be shown. Of a field
/// that an entry has several times, an array of those; they are joined by line ends, as where the journal itself is read.
#[derive(Default)]
struct Field<'a>(Option<Cow<'a, [u8]>>);

impl<'a> Fields<'a> {
    /// Keeps a field of `journalctl -o export`; of one that an entry has several times all of them, on lines of their own.
    pub(crate) fn add(&mut self, name: &[u8], value: &[u8]) {
        let field = match name {
            b"MESSAGE" => &mut self.message,
            b"__REALTIME_TIMESTAMP" => &mut self.time,
            b"_BOOT_ID" => &mut self.boot,
            b"_HOSTNAME" => &mut self.host,
            b"SYSLOG_IDENTIFIER" => &mut self.identifier,
            b"_PID" => &mut self.pid,
            b"_UID" => &mut self.uid,
            b"_SYSTEMD_SESSION" => &mut self.systemd_session,
            b"_AUDIT_SESSION" => &mut self.audit_session,
            b"_TRANSPORT" => &mut self.transport,
            b"MESSAGE_ID" => &mut self.message_id,
            b"N_DROPPED" => &mut self.dropped,
            b"OBJECT_SYSTEMD_UNIT" => &mut self.object_unit,
            _ => return,
        };
        let all = match field.0.take() {
            None => value.to_vec(),
            Some(first) => [&*first, b"\n", value].concat(),
        };
        field.0 = Some(Cow::Owned(all));
    }

    /// Whether the entry tells who sent it.
    pub(crate) const fn tells_sender(&self) -> bool {
        self.uid.0.is_some()
    }

    /// The entry that has these fields, as [`json`] tells it.
    pub(crate) fn told(self, message: &mut Vec<u8>) -> Option<(Origin<'a>, Option<u64>)> {
        let fields = self;
        let origin = Origin {
            time: Time(fields.time.number()?),
            boot: boot(fields.boot.0.as_deref().unwrap_or_default()),
            pid: fields.pid.number().unwrap_or(0),
            // An export without the field proves nothing, and claims nothing.
            uid: (fields.uid.0.is_some()).then(|| {
                let transport = fields.transport.0.as_deref().unwrap_or_default();
                sender(fields.uid.number(), transport)
            }),
            session: fields
                .systemd_session
                .0
                .or(fields.audit_session.0)
                .and_then(text),
            host: fields.host.0.unwrap_or_default(),
            // An empty identifier stands for a message without envelope, which anything could be.
            identifier: (fields.identifier.0.filter(|name| !name.is_empty()))
                .unwrap_or(Cow::Borrowed(UNKNOWN)),
            past: false,
            no_envelope: false,
        };
        // No other sender can set _TRANSPORT. What other units lost is nothing of sshd's.
        let of_journald =
            fields.transport.is(b"driver") && fields.message_id.is(DROPPED.as_bytes());
        let matters =
            of_journald && may_hold_ssh(fields.object_unit.0.as_deref().unwrap_or_default());
        let dropped = matters.then(|| fields.dropped.number()).flatten();
        message.clear();
        message.extend_from_slice(fields.message.0.as_deref().unwrap_or_default());
        Some((origin, dropped))
    }
}

impl Field<'_> {
    fn number<N: std::str::FromStr>(&self) -> Option<N> {
        std::str::from_utf8(self.0.as_deref()?).ok()?.parse().ok()
    }

    fn is(&self, value: &[u8]) -> bool {
        self.0.as_deref() == Some(value)
    }
}

impl<'a, 'de: 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string, an array or null")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Field(Some(Cow::Borrowed(text.as_bytes()))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Field(Some(Cow::Owned(text.as_bytes().to_vec()))))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Field(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let first = match array.next_element::<Element<'de>>()? {
            None => return Ok(Field(None)),
            Some(Element::Byte(byte)) => {
                let mut bytes = vec![byte];
                while let Some(byte) = array.next_element()? {
                    bytes.push(byte);
                }
                return Ok(Field(Some(Cow::Owned(bytes))));
            }
            Some(Element::Value(first)) => first,
        };
        let mut all = first.0.unwrap_or_default().into_owned();
        while let Some(further) = array.next_element::<Field<'de>>()? {
            all.push(b'\n');
            all.extend_from_slice(&further.0.unwrap_or_default());
        }
        Ok(Field(Some(Cow::Owned(all))))
    }
}

/// What an array begins with.
enum Element<'a> {
    /// A byte: the array is one value.
    Byte(u8),
    /// A whole value: the array is of several.
    Value(Field<'a>),
}

impl<'a, 'de: 'a> Deserialize<'de> for Element<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        FieldVisitor.expecting(formatter)
    }

    fn visit_u64<E: Error>(self, byte: u64) -> Result<Self::Value, E> {
        u8::try_from(byte).map(Element::Byte).map_err(E::custom)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        FieldVisitor.visit_borrowed_str(text).map(Element::Value)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        FieldVisitor.visit_str(text).map(Element::Value)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Element::Value(Field(None)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Self::Value, A::Error> {
        FieldVisitor.visit_seq(array).map(Element::Value)
    }
}

/// Reads a line: its message goes to `message`, its origin and what journald says that it dropped are returned; none
/// where the line is no JSON of journalctl's.
pub(crate) fn json<'a>(line: &'a [u8], message: &mut Vec<u8>) -> Option<(Origin<'a>, Option<u64>)> {
    serde_json::from_slice::<Fields<'a>>(line)
        .ok()?
        .told(message)
}

fn text(bytes: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}
