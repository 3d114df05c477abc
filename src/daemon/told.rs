//! What the program's own log says of what partners do: an entry each, with fields to search by.

use crate::entry::Record;
use crate::log::{Priority, Topic, about, event};
use crate::monitor::Verdict;
use crate::openssh::Kind;
use crate::state::Daily;

/// An entry of the log to be, written once what it tells is committed.
pub(super) struct Told {
    message: String,
    fields: Vec<(&'static str, String)>,
    lost: bool,
}

/// The entry for a log-in, a failure or a transfer of a partner, or for one by which journald says that it dropped messages.
pub(super) fn told(record: &Record<'_>, verdict: &Verdict, daily: &Daily) -> Option<Told> {
    let count = record.event.repeated;
    if record.origin.past {
        return None;
    }
    if record.event.kind == Kind::Lost {
        return Some(Told {
            message: format!("journald dropped {count} messages: what they said is lost"),
            fields: Vec::new(),
            lost: true,
        });
    }
    let counts = matches!(
        verdict.event,
        "login"
            | "login_failed"
            | "login_refused"
            | "upload"
            | "upload_interrupted"
            | "upload_failed"
            | "download"
            | "download_interrupted"
    );
    if !counts || verdict.partner != Some(true) {
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
    let fields = [
        ("EVENT", Some(verdict.event.to_owned())),
        ("USER", user),
        ("ADDRESS", address),
        ("PATH", record.event.path.as_deref().map(text)),
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
        lost: false,
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
    let (address, path) = (address.unwrap_or_default(), path.unwrap_or_default());
    format!(
        "{}: {user}{address}{path} ({})",
        verdict.event, verdict.reason
    )
}

/// Writes the entries.
pub(super) fn write(entries: &[Told]) {
    for told in entries {
        match told.lost {
            true => about(Topic::Dropped, Priority::Warning, &told.message),
            false => event(&told.message, &told.fields),
        }
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
            event: "login",
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
                "USER=alice",
                "ADDRESS=192.0.2.7",
                "REASON=Accepted password"
            ]
        );
    }

    #[test]
    fn what_others_do_is_none() {
        assert!(login(Some(false)).is_none());
        assert!(login(None).is_none());
    }
}
