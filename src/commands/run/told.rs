//! What the program's own log says of what partners do, and do not do: an entry each, with fields to search by.

use crate::adapters::log::{Priority, Topic, about, event, line};
use crate::domain::openssh::{EventName, Kind};
use crate::domain::record::Record;
use crate::domain::rules::RuleOutcome;
use crate::domain::state::Daily;

/// An entry of the log to be, written once what it tells is committed.
pub(super) struct Told {
    pub(super) message: String,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) topic: Option<Topic>,
    pub(super) priority: Priority,
}

impl Told {
    /// An entry without fields.
    pub(super) fn plain(topic: Option<Topic>, priority: Priority, message: String) -> Self {
        Told {
            message,
            fields: Vec::new(),
            topic,
            priority,
        }
    }
}

/// The entry for a log-in, a failure or a transfer of a partner, or for one by which journald says that it dropped messages.
pub(super) fn told(record: &Record<'_>, verdict: &RuleOutcome, daily: &Daily) -> Option<Told> {
    let count = record.event.repeated;
    if record.origin.past {
        return None;
    }
    if record.event.kind == Kind::Lost {
        let message = format!("journald dropped {count} messages: what they said is lost");
        let topic = Some(Topic::Dropped);
        return Some(Told::plain(topic, Priority::Warning, message));
    }
    let topic = match verdict.event {
        EventName::Login => Topic::Login,
        EventName::LoginFailed | EventName::LoginRefused => Topic::LoginFailed,
        EventName::Upload => Topic::Upload,
        EventName::UploadInterrupted | EventName::DownloadInterrupted => Topic::Interrupted,
        EventName::UploadFailed => Topic::UploadFailed,
        EventName::Download => Topic::Download,
        EventName::Rename => Topic::Rename,
        EventName::InvalidUser
        | EventName::SessionOpened
        | EventName::SessionClosed
        | EventName::Open
        | EventName::Remove
        | EventName::Mkdir
        | EventName::Rmdir
        | EventName::Lost
        | EventName::Ignored => return None,
    };
    if verdict.partner != Some(true) || verdict.accompanies {
        return None;
    }
    let process = (record.origin.boot, record.origin.pid);
    let sessions = &daily.resume.sessions;
    let session = sessions.sftp.0.get(&process);
    let connection = sessions.connections.0.get(&process);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let user = record.event.user.as_deref().map(text);
    let user = user
        .or_else(|| session.map(|session| session.user.clone()))
        .or_else(|| connection.and_then(|connection| connection.user.clone()));
    let address = record.event.address.as_deref().map(str::to_owned);
    let address = address.or_else(|| session.and_then(|session| session.address.clone()));
    let written = record.event.bytes_written.filter(|bytes| *bytes > 0);
    let bytes = written.or(record.event.bytes_read);
    let fields = [
        ("EVENT", Some(verdict.event.to_string())),
        ("PARTNER", user.clone()),
        ("USER", user),
        ("ADDRESS", address),
        ("PATH", record.event.path.as_deref().map(text)),
        ("TARGET", record.event.target.as_deref().map(text)),
        ("BYTES", bytes.map(|bytes| bytes.to_string())),
        (
            "HOST",
            Some(text(&record.origin.host)).filter(|host| !host.is_empty()),
        ),
        ("REASON", Some(verdict.reason.clone().into_owned())),
        ("COUNT", (count > 1).then(|| count.to_string())),
    ];
    let fields: Vec<_> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    Some(Told {
        message: in_words(verdict, &fields),
        fields,
        topic: Some(topic),
        priority: Priority::Info,
    })
}

/// `upload: alice from 192.0.2.7, /upload/a.xml, 48312 bytes (a reason)`.
fn in_words(verdict: &RuleOutcome, fields: &[(&'static str, String)]) -> String {
    let field = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let user = field("USER").unwrap_or("an unknown account");
    let address = field("ADDRESS").map(|address| format!(" from {address}"));
    let path = field("PATH").map(|path| format!(", {path}"));
    let target = field("TARGET").map(|target| format!(" -> {target}"));
    let path = path.map(|path| path + &target.unwrap_or_default());
    let bytes = field("BYTES").map(|bytes| match bytes {
        "1" => ", 1 byte".to_owned(),
        bytes => format!(", {bytes} bytes"),
    });
    let (address, path) = (address.unwrap_or_default(), path.unwrap_or_default());
    let bytes = bytes.unwrap_or_default();
    format!(
        "{}: {user}{address}{path}{bytes} ({})",
        verdict.event, verdict.reason
    )
}

/// Writes the entries.
pub(super) fn write(entries: &[Told]) {
    for told in entries {
        match told.topic {
            None => line(told.priority, &told.message),
            Some(topic) if told.fields.is_empty() => about(topic, told.priority, &told.message),
            Some(topic) => event(topic, &told.message, &told.fields),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::domain::openssh::Event;
    use crate::domain::record::Origin;

    fn login(partner: Option<bool>, accompanies: bool) -> Option<Told> {
        let mut event = Event::of(Kind::Accepted);
        event.user = Some(Cow::Borrowed(b"alice"));
        event.address = Some("192.0.2.7".into());
        let record = Record {
            origin: Origin::default(),
            event,
            answer: None,
            account: None,
            forced: false,
        };
        let verdict = RuleOutcome {
            event: EventName::Login,
            partner,
            reason: "Accepted password".into(),
            accompanies,
        };
        told(&record, &verdict, &Daily::default())
    }

    #[test]
    fn what_a_partner_does_is_an_entry_with_fields_to_search_by() {
        let told = login(Some(true), false).expect("an entry");
        assert_eq!(
            told.message,
            "login: alice from 192.0.2.7 (Accepted password)"
        );
        let fields: Vec<String> = told
            .fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            fields,
            [
                "EVENT=login",
                "PARTNER=alice",
                "USER=alice",
                "ADDRESS=192.0.2.7",
                "REASON=Accepted password"
            ]
        );
    }

    #[test]
    fn an_entry_of_a_file_says_how_large_it_is() {
        let verdict = |event| RuleOutcome {
            event,
            partner: Some(true),
            reason: "why".into(),
            accompanies: false,
        };
        let fields = [
            ("USER", "alice".to_owned()),
            ("PATH", "/in/a.xml".to_owned()),
            ("BYTES", "48312".to_owned()),
        ];
        assert_eq!(
            in_words(&verdict(EventName::Upload), &fields),
            "upload: alice, /in/a.xml, 48312 bytes (why)"
        );
    }

    #[test]
    fn what_others_do_is_none() {
        assert!(login(Some(false), false).is_none());
        assert!(login(None, false).is_none());
        // A second line of the same attempt is no second entry.
        assert!(login(Some(true), true).is_none());
    }
}
