//! Entries of the program's own log about what partners do or fail to do, with fields to search by.

use std::borrow::Cow;
use std::fmt::Write;

use crate::adapters::log::{LogWriter, Priority, Topic};
use crate::domain::openssh::{EventName, Kind};
use crate::domain::record::Record;
use crate::domain::rules::RuleOutcome;
use crate::domain::state::Daily;

/// An entry of the program's own log, written after the commit.
pub(super) enum LogEntry<'a> {
    /// A text alone.
    Plain(Option<Topic>, Priority, String),
    /// Something about a partner.
    Partner(Topic, EntryFacts<'a>),
}

/// Facts about a partner, from which the message and the fields of an entry are made. They are borrowed from the record where
/// it has them: a long backlog has many entries.
#[derive(Default)]
pub(super) struct EntryFacts<'a> {
    pub(super) event: Cow<'a, str>,
    pub(super) user: Option<Cow<'a, str>>,
    pub(super) address: Option<Cow<'a, str>>,
    pub(super) path: Option<Cow<'a, str>>,
    pub(super) target: Option<Cow<'a, str>>,
    /// The pattern of a feed.
    pub(super) files: Option<Cow<'a, str>>,
    pub(super) bytes: Option<u64>,
    pub(super) host: Option<Cow<'a, str>>,
    pub(super) reason: Cow<'a, str>,
    pub(super) count: Option<u32>,
}

impl EntryFacts<'_> {
    /// `upload: alice from 192.0.2.7, /upload/a.xml, 48312 bytes (a reason)`.
    fn message(&self) -> String {
        let mut message = String::with_capacity(256);
        let user = self.user.as_deref().unwrap_or("an unknown account");
        let parts = [
            (": ", Some(user)),
            (" from ", self.address.as_deref()),
            (", ", self.path.as_deref()),
            (" -> ", self.target.as_deref()),
            (", ", self.files.as_deref()),
        ];
        message += &self.event;
        for (before, part) in parts {
            if let Some(part) = part {
                message += before;
                message += part;
            }
        }
        // Writing to a String cannot fail.
        let _ = match self.bytes {
            Some(1) => message.write_str(", 1 byte"),
            Some(bytes) => write!(message, ", {bytes} bytes"),
            None => Ok(()),
        };
        for part in [" (", &self.reason, ")"] {
            message += part;
        }
        message
    }

    /// The fields to search by.
    fn fields(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        fn text<'t>(value: Option<&'t Cow<'_, str>>) -> Option<Cow<'t, str>> {
            value.map(|value| Cow::Borrowed(&**value))
        }
        let fields = [
            ("EVENT", text(Some(&self.event))),
            ("PARTNER", text(self.user.as_ref())),
            ("USER", text(self.user.as_ref())),
            ("ADDRESS", text(self.address.as_ref())),
            ("PATH", text(self.path.as_ref())),
            ("TARGET", text(self.target.as_ref())),
            ("FILES", text(self.files.as_ref())),
            ("BYTES", self.bytes.map(|bytes| bytes.to_string().into())),
            ("HOST", text(self.host.as_ref())),
            ("REASON", text(Some(&self.reason))),
            ("COUNT", self.count.map(|count| count.to_string().into())),
        ];
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
    }
}

impl LogEntry<'_> {
    /// Writes the entry.
    pub(super) fn write(&self, lines: &mut LogWriter) {
        match self {
            LogEntry::Plain(topic, priority, message) => {
                lines.add(*priority, *topic, message, std::iter::empty());
            }
            LogEntry::Partner(topic, facts) => {
                let (message, fields) = (facts.message(), facts.fields());
                lines.add(Priority::Info, Some(*topic), &message, fields);
            }
        }
    }
}

/// The entry for a partner's log-in, failure or transfer, or for messages that journald dropped.
pub(super) fn of_record<'a>(
    record: &'a Record<'_>,
    verdict: RuleOutcome,
    daily: &Daily,
) -> Option<LogEntry<'a>> {
    let count = record.event.repeated;
    if record.origin.past {
        return None;
    }
    if record.event.kind == Kind::Lost {
        let message = format!("journald dropped {count} messages: their content is lost");
        let topic = Some(Topic::DROPPED);
        return Some(LogEntry::Plain(topic, Priority::Warning, message));
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
    let text = |bytes: &'a [u8]| String::from_utf8_lossy(bytes);
    let user = record.event.user.as_deref().map(text);
    let user = user
        .or_else(|| session.map(|session| session.user.clone().into()))
        .or_else(|| connection.and_then(|connection| connection.user.clone().map(Cow::Owned)));
    let address = record.event.address.as_deref().map(Cow::Borrowed);
    let address =
        address.or_else(|| session.and_then(|session| session.address.clone().map(Cow::Owned)));
    let written = record.event.bytes_written.filter(|bytes| *bytes > 0);
    let bytes = written.or(record.event.bytes_read);
    let host = Some(text(&record.origin.host)).filter(|host| !host.is_empty());
    let facts = EntryFacts {
        event: verdict.event.to_string().into(),
        user,
        address,
        path: record.event.path.as_deref().map(text),
        target: record.event.target.as_deref().map(text),
        files: None,
        bytes,
        host,
        reason: verdict.reason,
        count: Some(count).filter(|count| *count > 1),
    };
    Some(LogEntry::Partner(topic, facts))
}

#[cfg(test)]
impl LogEntry<'_> {
    /// The message, and the fields with their values.
    pub(super) fn shown(&self) -> (String, Vec<String>) {
        match self {
            LogEntry::Plain(_, _, message) => (message.clone(), Vec::new()),
            LogEntry::Partner(_, facts) => {
                let fields = facts.fields();
                let fields = fields.map(|(name, value)| format!("{name}={value}"));
                (facts.message(), fields.collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::openssh::Event;
    use crate::domain::record::Origin;

    fn login(partner: Option<bool>, accompanies: bool) -> Option<(String, Vec<String>)> {
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
        of_record(&record, verdict, &Daily::default()).map(|entry| entry.shown())
    }

    #[test]
    fn what_a_partner_does_is_an_entry_with_fields_to_search_by() {
        let (message, fields) = login(Some(true), false).expect("an entry");
        assert_eq!(message, "login: alice from 192.0.2.7 (Accepted password)");
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
            event: EventName::Upload.to_string().into(),
            user: Some("alice".into()),
            path: Some("/in/a.xml".into()),
            bytes: Some(48_312),
            reason: "why".into(),
            ..EntryFacts::default()
        };
        assert_eq!(
            facts.message(),
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
