//! Messages in a few English words, for a terminal. Log text in them is cleaned where it is written.

use std::time::Duration;

use crate::domain::alerts::{Content, Matter, Mute};
use crate::domain::base::time::Zone;
use crate::domain::expiry::Expires;

/// What a message is about.
pub(crate) fn message(content: &Content) -> String {
    match content {
        Content::Started { .. } => "the first start".to_owned(),
        Content::Logins(logins) => format!("log-in of {}", logins.partner),
        Content::Failures(failures) => format!("failed log-in of {}", failures.partner),
        Content::Sweep(sweep) => {
            let partners = many(sweep.partners.len() as u64, "partner");
            format!("a sweep over {partners}")
        }
        Content::Files(files) => format!("file of {}", files.partner),
        Content::Troubled(files) => {
            format!("transfer that broke off or failed of {}", files.partner)
        }
        Content::Hindered(hindered) => {
            format!("log-in that could not work of {}", hindered.partner)
        }
        Content::Blind(blind) => format!("blind sessions of {}", blind.partner),
        Content::Unreadable { .. } => "a log that cannot be read".to_owned(),
        Content::Several { partner, parts } => {
            format!("{} of {partner}", many(parts.len() as u64, "kind of event"))
        }
        Content::Summary(_) => "a summary of an absence".to_owned(),
        Content::FeedMissing(feed) => format!("{} of {} missing", feed.files, feed.partner),
        Content::FeedArrived(feed) => format!("{} of {} arrived", feed.files, feed.partner),
        Content::FeedChanged(feed) => format!("{} of {} changed", feed.files, feed.partner),
        Content::FeedOdd(feed) => format!("odd files of {} of {}", feed.files, feed.partner),
        Content::Reply { of, .. } => format!("a reply about {}", message(of)),
        Content::MuteEnded { ended, .. } => format!("the end of the mute of {}", ended.partner),
        Content::Quiet(quiet) => format!("no log-in of {}", quiet.partner),
        Content::Works(works) => format!("working session of {}", works.partner),
        Content::Expiring(expiring) => {
            let partners = many(expiring.count as u64, "partner");
            match expiring.what {
                Expires::Account => format!("accounts of {partners} that expire"),
                Expires::Password => format!("passwords of {partners} that expire"),
                Expires::Certificate => format!("certificates of {partners} that expire"),
            }
        }
        Content::LogLevel { .. } => "sftp-server's log level".to_owned(),
        Content::Unseen { .. } => "files that cannot be seen".to_owned(),
    }
}

/// A mute in one line: `alice until 2026-03-30 18:00, since 2026-03-30 10:00, by bob: maintenance; 3 events held back`.
pub(crate) fn muted(name: &str, mute: &Mute, zone: Zone) -> String {
    let terms = &mute.terms;
    let by = terms.by.as_ref().map(|by| format!(", by {by}"));
    let why = terms.why.as_ref().map(|why| format!(": {why}"));
    let [since, until] = [terms.since, terms.until].map(|at| zone.minute(at));
    let held = match mute.held() {
        0 => "nothing".to_owned(),
        held => many(held, "event"),
    };
    let (by, why) = (by.unwrap_or_default(), why.unwrap_or_default());
    format!("{name} until {until}, since {since}{by}{why}; {held} held back")
}

/// An open matter in one line: `prices.csv of alice missing, since 2026-03-30 06:00, taken care of`.
pub(crate) fn open(matter: &Matter, zone: Zone) -> String {
    let (what, since) = (message(matter.about()), zone.minute(matter.began));
    let taken = if matter.taken { ", taken care of" } else { "" };
    format!("{what}, since {since}{taken}")
}

/// A number with a noun; "some" for the number 0, which means unknown.
pub(crate) fn many(count: u64, thing: &str) -> String {
    match (count, thing.strip_suffix('y')) {
        (1, _) => format!("1 {thing}"),
        (_, Some(stem)) if thing != "day" => format!("{} {stem}ies", figure(count)),
        _ => format!("{} {thing}s", figure(count)),
    }
}

fn figure(count: u64) -> String {
    match count {
        0 => "some".to_owned(),
        count => count.to_string(),
    }
}

/// How long ago something was, in a single unit.
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
