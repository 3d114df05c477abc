//! Messages and notices in a few English words, for a terminal. Log text in them is cleaned where it is written.

use std::time::Duration;

use crate::domain::alerts::Content;
use crate::domain::state::{Notice, NoticeKind};

/// The subject of a message.
pub(super) fn message(content: &Content) -> String {
    let of = |what: &str, partner: &str| format!("{what} of {partner}");
    let of_group = |what| of(what, content.group().map_or("", |(_, partner)| partner));
    let feed = |files: &str, partner: &str, what| format!("{files} of {partner} {what}");
    match content {
        Content::Started { .. } => "the first start".to_owned(),
        Content::Several { partner, parts } => {
            of(&many(parts.len() as u64, "kind of event"), partner)
        }
        Content::Summary(_) => "a summary of an absence".to_owned(),
        Content::Unreadable { .. } => "a log that cannot be read".to_owned(),
        Content::LogLevel { .. } => "sftp-server's log level".to_owned(),
        Content::Unseen { .. } => "files that cannot be seen".to_owned(),
        Content::FeedMissing(missing) => feed(&missing.files, &missing.partner, "missing"),
        Content::FeedArrived(arrived) => feed(&arrived.files, &arrived.partner, "arrived"),
        Content::FeedChanged(changed) => feed(&changed.files, &changed.partner, "changed"),
        Content::Quiet(quiet) => of("no log-in", &quiet.partner),
        Content::Blind(blind) => of("blind sessions", &blind.partner),
        Content::Sweep(sweep) => {
            let partners = many(sweep.partners.len() as u64, "partner");
            format!("a sweep over {partners}")
        }
        Content::Logins(_) => of_group("log-in"),
        Content::Failures(_) => of_group("failed log-in"),
        Content::Files(_) => of_group("file"),
        Content::Hindered(_) => of_group("log-in that could not work"),
        Content::Troubled(_) => of_group("transfer that broke off or failed"),
    }
}

/// A notice as a sentence. The thing that it counts stands in braces.
pub(crate) fn notice(notice: &Notice) -> String {
    let said = match notice.kind {
        NoticeKind::Gap => "log entries are gone unread",
        NoticeKind::Dropped => "journald dropped {message}",
        NoticeKind::Unreadable => "{entry} could not be read",
        NoticeKind::Unattributed => {
            "{transfer} by processes whose log-in nobody saw: credited to nobody"
        }
        NoticeKind::UnknownDirection => "{transfer} whose direction nobody can tell: not counted",
        NoticeKind::WritingUnclosed => "{file} opened for writing and never closed in the log",
        NoticeKind::ReadingUnclosed => "{file} opened for reading and never closed in the log",
        NoticeKind::Descriptors => {
            "{session} held so many files open that transfers may be missing from the log"
        }
        NoticeKind::EndUnseen => {
            "{session} whose end is not in the log: the last transfers may be missing"
        }
        NoticeKind::Flood => {
            "{session} near journald's limit: transfers may be missing from the log"
        }
        NoticeKind::Undecided => {
            "{event} too many waited for the user database: counted for nobody"
        }
        NoticeKind::StateDeleted => {
            "another program deleted daily.json; what was counted before is gone"
        }
        NoticeKind::StateDamaged => "daily.json was damaged; an older one took its place",
        NoticeKind::SourceChanged => "reading changed to another source",
        NoticeKind::Forged => "{line} forged in sshd's name, ignored",
        NoticeKind::Unparsed => "{line} of sshd or sftp-server not understood: not counted",
        NoticeKind::NoEnvelope => "{line} of sshd or sftp-server in no known envelope: not counted",
        NoticeKind::Down => "the monitor did not run; what happened was counted later",
        NoticeKind::Unseen => "files of partners could not be seen",
        NoticeKind::SessionsForgotten => "{connection} too many were open to be kept",
    };
    let (before, counted) = said.split_once('{').unwrap_or((said, ""));
    let counted = counted.split_once('}').map(|(thing, after)| {
        let many = many(notice.count, thing);
        format!("{many}{after}")
    });
    let detail = notice.detail.as_ref().map(|detail| format!(" ({detail})"));
    let (counted, detail) = (counted.unwrap_or_default(), detail.unwrap_or_default());
    format!("{before}{counted}{detail}")
}

/// A number of things; of an unknown number, some.
pub(crate) fn many(count: u64, thing: &str) -> String {
    let figure = match count {
        0 => "some".to_owned(),
        count => count.to_string(),
    };
    match (count, thing.strip_suffix('y')) {
        (1, _) => format!("1 {thing}"),
        (_, Some(stem)) if thing != "day" => format!("{figure} {stem}ies"),
        _ => format!("{figure} {thing}s"),
    }
}

/// How long ago something was, in the one unit that matters.
pub(crate) fn ago(age: Duration) -> String {
    let seconds = age.as_secs();
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    match count {
        0 => "just now".to_owned(),
        count => format!("{} ago", many(count, unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_the_one_unit_that_matters() {
        let told = |seconds| ago(Duration::from_secs(seconds));
        assert_eq!(told(0), "just now");
        assert_eq!(told(1), "1 second ago");
        assert_eq!(told(119), "1 minute ago");
        assert_eq!(told(7_300), "2 hours ago");
        assert_eq!(told(200_000), "2 days ago");
    }

    #[test]
    fn plurals_are_english() {
        assert_eq!(many(2, "entry"), "2 entries");
        assert_eq!(many(0, "entry"), "some entries");
        assert_eq!(many(1, "day"), "1 day");
    }
}
