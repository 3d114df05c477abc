//! What the program's own log says of what partners do, and do not do: an entry each, with fields to search by.

use std::time::Duration;

use super::commit::View;
use crate::alerts::{Content, Message};
use crate::entry::Record;
use crate::log::{Priority, Topic, about, event, line};
use crate::monitor::Verdict;
use crate::openssh::{EventName, Kind};
use crate::state::{Daily, NoticeKind};
use crate::time::Time;

/// An entry of the log to be, written once what it tells is committed.
pub(super) struct Told {
    message: String,
    fields: Vec<(&'static str, String)>,
    topic: Option<Topic>,
    priority: Priority,
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
pub(super) fn told(record: &Record<'_>, verdict: &Verdict, daily: &Daily) -> Option<Told> {
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
    if verdict.partner != Some(true) {
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

/// The entries for what was told since this message of feeds that must arrive, and of partners that stay away.
pub(super) fn told_since(message: u64, outbox: &[Message]) -> Vec<Told> {
    let new = outbox.iter().filter(|new| new.id > message);
    new.filter_map(|new| of_feed(&new.content)).collect()
}

fn of_feed(content: &Content) -> Option<Told> {
    let (topic, event, user, files, reason) = match content {
        Content::FeedMissing(feed) => (
            Topic::FeedMissing,
            "feed_missing",
            &feed.partner,
            Some(&feed.files),
            format!(
                "{} of {} files, due {}",
                feed.arrived,
                feed.count,
                feed.due.utc()
            ),
        ),
        Content::FeedArrived(feed) => (
            Topic::FeedArrived,
            "feed_arrived",
            &feed.partner,
            Some(&feed.files),
            format!("due {}, complete {}", feed.due.utc(), feed.at.utc()),
        ),
        Content::FeedChanged(feed) => (
            Topic::FeedChanged,
            "feed_changed",
            &feed.partner,
            Some(&feed.files),
            format!(
                "due {}, complete {}, {} at {}",
                feed.due.utc(),
                feed.arrived.utc(),
                feed.change.how.in_english(),
                feed.change.at.utc()
            ),
        ),
        Content::Quiet(quiet) => (
            Topic::PartnerQuiet,
            "partner_quiet",
            &quiet.partner,
            None,
            format!("no log-in since {}", quiet.since.utc()),
        ),
        _ => return None,
    };
    let pattern = files.map(|files| format!(", {files}"));
    let message = format!("{event}: {user}{} ({reason})", pattern.unwrap_or_default());
    let fields = [
        ("EVENT", Some(event.to_owned())),
        ("PARTNER", Some(user.clone())),
        ("USER", Some(user.clone())),
        ("FILES", files.cloned()),
        ("REASON", Some(reason)),
    ];
    let fields = fields.into_iter();
    Some(Told {
        message,
        fields: fields
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        topic: Some(topic),
        priority: Priority::Info,
    })
}

/// `upload: alice from 192.0.2.7, /upload/a.xml (a reason)`.
fn in_words(verdict: &Verdict, fields: &[(&'static str, String)]) -> String {
    let field = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let user = field("USER").unwrap_or("an unknown account");
    let address = field("ADDRESS").map(|address| format!(" from {address}"));
    let path = field("PATH").map(|path| format!(", {path}"));
    let target = field("TARGET").map(|target| format!(" -> {target}"));
    let path = path.map(|path| path + &target.unwrap_or_default());
    let (address, path) = (address.unwrap_or_default(), path.unwrap_or_default());
    format!(
        "{}: {user}{address}{path} ({})",
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

/// How long nothing more is said of lines that anybody can write as often as they like.
const SAID_AGAIN: Duration = Duration::from_secs(3_600);

/// Lines that someone forged, and lines that nobody understands or can read: said once an hour at most.
#[derive(Default)]
pub(super) struct Doubtful {
    forged: Hourly,
    unparsed: Hourly,
    no_envelope: Hourly,
}

/// How many of them there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    /// So far.
    forged: u64,
    /// Of the day, as what follows.
    unparsed: u64,
    no_envelope: u64,
}

/// What was said last: when, and how many there were.
#[derive(Default)]
struct Hourly(Option<(Time, u64)>);

impl Doubtful {
    /// What there was before the first batch is not new.
    pub(super) fn begin(&mut self, daily: &Daily) {
        let counted = counted(daily);
        self.forged.begin(counted.forged);
        self.unparsed.begin(counted.unparsed);
        self.no_envelope.begin(counted.no_envelope);
    }

    /// Says what is new.
    pub(super) fn say(&mut self, view: &View, now: Time) {
        if let Some(count) = self.forged.news(view.doubtful.forged, now) {
            let told = format!("{count} lines in sshd's name that other users wrote were ignored");
            about(Topic::Forged, Priority::Warning, &told);
        }
        if let Some(count) = self.unparsed.news(view.doubtful.unparsed, now) {
            let told = format!(
                "{count} lines begin like ones that count, and nobody understands them: is this sshd newer than sftp-monitor?"
            );
            line(Priority::Warning, &told);
        }
        if let Some(count) = self.no_envelope.news(view.doubtful.no_envelope, now) {
            let told = format!(
                "{count} lines of sshd or sftp-server are in no known envelope and count nothing: `sftp-monitor check` says what \
                 mends it, `sftp-monitor status` shows one of them"
            );
            line(Priority::Warning, &told);
        }
    }
}

/// Counts them.
pub(super) fn counted(daily: &Daily) -> Counted {
    let of = |kind| {
        let notices = daily.resume.day.notices.iter();
        let notices = notices.filter(|notice| notice.kind == kind);
        notices
            .map(|notice| notice.count)
            .fold(0, u64::saturating_add)
    };
    Counted {
        forged: daily.resume.forged,
        unparsed: of(NoticeKind::Unparsed),
        no_envelope: of(NoticeKind::NoEnvelope),
    }
}

impl Hourly {
    /// So many there were at the start.
    fn begin(&mut self, count: u64) {
        self.0.get_or_insert((Time::default(), count));
    }

    /// How many are new, if that is to be said now.
    fn news(&mut self, count: u64, now: Time) -> Option<u64> {
        let (at, before) = self.0?;
        // A day's end begins a count anew.
        let new = count.checked_sub(before).unwrap_or(count);
        // A time ahead of now is one of before the clock was set back.
        if new == 0 || (at <= now && now.since(at) < SAID_AGAIN) {
            return None;
        }
        self.0 = Some((now, count));
        Some(new)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::entry::Origin;
    use crate::openssh::Event;

    fn login(partner: Option<bool>) -> Option<Told> {
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
        let verdict = Verdict {
            event: EventName::Login,
            partner,
            reason: "Accepted password".into(),
        };
        told(&record, &verdict, &Daily::default())
    }

    #[test]
    fn what_a_partner_does_is_an_entry_with_fields_to_search_by() {
        let told = login(Some(true)).expect("an entry");
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
    fn what_may_be_written_without_end_is_said_once_an_hour() {
        let at = |minutes: u64| Time::default().plus(Duration::from_secs(minutes * 60));
        let mut said = Hourly::default();
        said.begin(5);
        said.begin(6);
        assert_eq!(said.news(5, at(100)), None);
        // Also what was written while nobody read, and is read first.
        assert_eq!(said.news(7, at(101)), Some(2));
        assert_eq!(said.news(9, at(130)), None);
        assert_eq!(said.news(10, at(161)), Some(3));
        assert_eq!(said.news(10, at(300)), None);
    }

    #[test]
    fn what_others_do_is_none() {
        assert!(login(Some(false)).is_none());
        assert!(login(None).is_none());
    }
}
