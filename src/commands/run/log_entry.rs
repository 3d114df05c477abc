//! Entries of the program's own log about what partners do or fail to do, with fields to search by.

use crate::adapters::log::{Priority, Topic, about, event, line};
use crate::domain::openssh::{EventName, Kind};
use crate::domain::record::Record;
use crate::domain::rules::RuleOutcome;
use crate::domain::state::Daily;

/// An entry of the program's own log, written after the commit.
pub(super) struct LogEntry {
    pub(super) message: String,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) topic: Option<Topic>,
    pub(super) priority: Priority,
}

/// Facts about a partner, from which the message and the fields of an entry are made.
#[derive(Default)]
pub(super) struct EntryFacts {
    pub(super) event: String,
    pub(super) user: Option<String>,
    pub(super) address: Option<String>,
    pub(super) path: Option<String>,
    pub(super) target: Option<String>,
    /// The pattern of a feed.
    pub(super) files: Option<String>,
    pub(super) bytes: Option<u64>,
    pub(super) host: Option<String>,
    pub(super) reason: String,
    pub(super) count: Option<u32>,
}

impl LogEntry {
    /// An entry without fields.
    pub(super) fn plain(topic: Option<Topic>, priority: Priority, message: String) -> Self {
        LogEntry {
            message,
            fields: Vec::new(),
            topic,
            priority,
        }
    }

    /// An entry about a partner: `upload: alice from 192.0.2.7, /upload/a.xml, 48312 bytes (a reason)`.
    pub(super) fn of(topic: Topic, facts: EntryFacts) -> Self {
        let user = facts.user.as_deref().unwrap_or("an unknown account");
        let mut message = format!("{}: {user}", facts.event);
        let parts = [
            (" from ", &facts.address),
            (", ", &facts.path),
            (" -> ", &facts.target),
            (", ", &facts.files),
        ];
        for (before, part) in parts {
            if let Some(part) = part {
                message += before;
                message += part;
            }
        }
        match facts.bytes {
            Some(1) => message += ", 1 byte",
            Some(bytes) => message += &format!(", {bytes} bytes"),
            None => {}
        }
        message += &format!(" ({})", facts.reason);
        let fields = [
            ("EVENT", Some(facts.event)),
            ("PARTNER", facts.user.clone()),
            ("USER", facts.user),
            ("ADDRESS", facts.address),
            ("PATH", facts.path),
            ("TARGET", facts.target),
            ("FILES", facts.files),
            ("BYTES", facts.bytes.map(|bytes| bytes.to_string())),
            ("HOST", facts.host),
            ("REASON", Some(facts.reason)),
            ("COUNT", facts.count.map(|count| count.to_string())),
        ];
        let fields = fields.into_iter();
        LogEntry {
            message,
            fields: fields
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
            topic: Some(topic),
            priority: Priority::Info,
        }
    }

    /// Writes the entry.
    pub(super) fn write(&self) {
        match self.topic {
            None => line(self.priority, &self.message),
            Some(topic) if self.fields.is_empty() => about(topic, self.priority, &self.message),
            Some(topic) => event(topic, &self.message, &self.fields),
        }
    }
}

/// The entry for a partner's log-in, failure or transfer, or for messages that journald dropped.
pub(super) fn of_record(
    record: &Record<'_>,
    verdict: &RuleOutcome,
    daily: &Daily,
) -> Option<LogEntry> {
    let count = record.event.repeated;
    if record.origin.past {
        return None;
    }
    if record.event.kind == Kind::Lost {
        let message = format!("journald dropped {count} messages: what they said is lost");
        let topic = Some(Topic::DROPPED);
        return Some(LogEntry::plain(topic, Priority::Warning, message));
    }
    let topic = match verdict.event {
        EventName::Login => Topic::LOGIN,
        EventName::LoginFailed | EventName::LoginRefused => Topic::LOGIN_FAILED,
        EventName::Upload => Topic::UPLOAD,
        EventName::UploadInterrupted | EventName::DownloadInterrupted => Topic::INTERRUPTED,
        EventName::UploadFailed => Topic::UPLOAD_FAILED,
        EventName::Download => Topic::DOWNLOAD,
        EventName::Rename => Topic::RENAME,
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
    let session = sessions.sftp.get(&process);
    let connection = sessions.connections.get(&process);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let user = record.event.user.as_deref().map(text);
    let user = user
        .or_else(|| session.map(|session| session.user.clone()))
        .or_else(|| connection.and_then(|connection| connection.user.clone()));
    let address = record.event.address.as_deref().map(str::to_owned);
    let address = address.or_else(|| session.and_then(|session| session.address.clone()));
    let written = record.event.bytes_written.filter(|bytes| *bytes > 0);
    let bytes = written.or(record.event.bytes_read);
    let host = Some(text(&record.origin.host)).filter(|host| !host.is_empty());
    let facts = EntryFacts {
        event: verdict.event.to_string(),
        user,
        address,
        path: record.event.path.as_deref().map(text),
        target: record.event.target.as_deref().map(text),
        files: None,
        bytes,
        host,
        reason: verdict.reason.clone().into_owned(),
        count: Some(count).filter(|count| *count > 1),
    };
    Some(LogEntry::of(topic, facts))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::domain::openssh::Event;
    use crate::domain::record::Origin;

    fn login(partner: Option<bool>, accompanies: bool) -> Option<LogEntry> {
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
        of_record(&record, &verdict, &Daily::default())
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
        let facts = EntryFacts {
            event: EventName::Upload.to_string(),
            user: Some("alice".to_owned()),
            path: Some("/in/a.xml".to_owned()),
            bytes: Some(48_312),
            reason: "why".to_owned(),
            ..EntryFacts::default()
        };
        assert_eq!(
            LogEntry::of(Topic::UPLOAD, facts).message,
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
