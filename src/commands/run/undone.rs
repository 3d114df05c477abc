//! Entries of the program's own log about feeds, and about partners that are quiet, hindered or blind, or whose account or
//! password expires.

use super::log_entry::{EntryFacts, LogEntry};
use crate::adapters::log::Topic;
use crate::domain::alerts::{Content, Expiring, FeedMissing, FeedOdd, Hindered, Obstacle, Odd};
use crate::domain::expiry::Expires;
use crate::domain::state::Resume;

/// The log entries for messages newer than this one about feeds, and about quiet, hindered or blind partners, or about
/// accounts and passwords that expire.
pub(super) fn since(message: u64, resume: &Resume) -> Vec<LogEntry<'static>> {
    // A mute concerns Slack alone.
    let kept = resume.alerts.muted.values().flat_map(|mute| &mute.kept);
    let new = resume.outbox.iter().chain(kept);
    let new = new.filter(|new| new.id > message);
    new.flat_map(|new| match &new.content {
        Content::Expiring(expiring) => expire(expiring),
        content => of_content(content).into_iter().collect(),
    })
    .collect()
}

/// An entry for each partner that the message names.
fn expire(expiring: &Expiring) -> Vec<LogEntry<'static>> {
    let what = match expiring.what {
        Expires::Account => "the account expires: no log-in",
        Expires::Password => "the password expires: no log-in",
        Expires::Certificate => "the certificate expires: it is refused",
    };
    let each = expiring.partners.iter().map(|partner| {
        let facts = EntryFacts {
            event: "expires".into(),
            user: Some(partner.clone().into()),
            reason: format!("{what} from {} on", expiring.day).into(),
            ..EntryFacts::default()
        };
        LogEntry::Partner(Topic::EXPIRES, facts)
    });
    each.collect()
}

fn of_content(content: &Content) -> Option<LogEntry<'static>> {
    let (topic, event, files, reason) = match content {
        Content::FeedMissing(feed) => (
            Topic::FEED_MISSING,
            "feed_missing",
            Some(&feed.files),
            missing(feed),
        ),
        Content::FeedArrived(feed) => (
            Topic::FEED_ARRIVED,
            "feed_arrived",
            Some(&feed.files),
            format!("due {}, complete {}", feed.due.utc(), feed.at.utc()),
        ),
        Content::FeedChanged(feed) => (
            Topic::FEED_CHANGED,
            "feed_changed",
            Some(&feed.files),
            format!(
                "due {}, complete {}, {} at {}",
                feed.due.utc(),
                feed.arrived.utc(),
                feed.change.how.in_english(),
                feed.change.at.utc()
            ),
        ),
        Content::FeedOdd(feed) => (Topic::FEED_ODD, "feed_odd", Some(&feed.files), odd(feed)),
        Content::Quiet(quiet) => (
            Topic::PARTNER_QUIET,
            "partner_quiet",
            None,
            format!("no log-in since {}", quiet.since.utc()),
        ),
        Content::Hindered(hindered) => (Topic::HINDERED, "cannot_work", None, obstacle(hindered)),
        Content::Blind(blind) => (
            Topic::BLIND,
            "blind",
            None,
            format!(
                "sessions today without a line of sftp-server: {}",
                blind.sessions
            ),
        ),
        Content::Started { .. }
        | Content::Logins(_)
        | Content::Failures(_)
        | Content::Sweep(_)
        | Content::Works(_)
        | Content::Expiring(_)
        | Content::MuteEnded { .. }
        | Content::Reply { .. }
        | Content::Files(_)
        | Content::Troubled(_)
        | Content::Several { .. }
        | Content::Summary(_)
        | Content::Unreadable { .. }
        | Content::LogLevel { .. }
        | Content::Unseen { .. } => return None,
    };
    let address = match content {
        Content::Hindered(hindered) => hindered.addresses.last().cloned(),
        _ => None,
    };
    let facts = EntryFacts {
        event: event.into(),
        user: content.partner().map(|partner| partner.to_owned().into()),
        address: address.map(Into::into),
        files: files.map(|files| files.clone().into()),
        reason: reason.into(),
        ..EntryFacts::default()
    };
    Some(LogEntry::Partner(topic, facts))
}

/// What is missing of a feed.
fn missing(feed: &FeedMissing) -> String {
    let (arrived, count, due) = (feed.arrived, feed.count, feed.due.utc());
    let without = match feed.lack.names.as_slice() {
        [] => String::new(),
        names => format!(", without {}", names.join(", ")),
    };
    let small = match feed.lack.bytes {
        Some((bytes, least)) => format!(", {bytes} of {least} bytes"),
        None => String::new(),
    };
    format!("{arrived} of {count} files{without}{small}, due {due}")
}

/// What is odd about files of a feed, and their paths.
fn odd(feed: &FeedOdd) -> String {
    let what = match &feed.odd {
        Odd::Forbidden { by } => format!("forbidden by {}", by.join(", ")),
        Odd::TooMany { most } => format!("more than {most} files"),
        Odd::TooLarge { most } => format!("more than {most} bytes in all"),
        Odd::Same => "the same name and size as the time before".to_owned(),
    };
    let paths: Vec<&str> = feed.found.iter().map(|file| file.path.as_str()).collect();
    format!("{what}: {}", paths.join(", "))
}

/// The obstacle that hinders a partner, with sshd's own words.
fn obstacle(hindered: &Hindered) -> String {
    let detail = &hindered.detail;
    match hindered.obstacle {
        Obstacle::NotSftp => "only sftp is allowed, and something else was asked for".to_owned(),
        Obstacle::Subsystem => format!("sshd does not start sftp: {detail}"),
        Obstacle::Chroot => format!("sshd refuses the chroot: {detail}"),
        Obstacle::WriteRefused => {
            let path = hindered.path.as_deref().unwrap_or_default();
            format!("sftp-server does not let it write {path}: {detail}")
        }
        Obstacle::TurnedAway => format!("sshd turns the address away: {detail}"),
        Obstacle::AttemptsTurnedAway => {
            format!("sshd turns an address away from which log-ins in this name failed: {detail}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alerts::Blind;
    use crate::domain::base::time::Time;

    #[test]
    fn why_a_partner_cannot_work_or_is_not_seen_is_an_entry_of_its_name() {
        let hindered = Content::Hindered(Hindered {
            partner: "bob".to_owned(),
            full_name: None,
            obstacle: Obstacle::Chroot,
            count: 1,
            addresses: vec!["192.0.2.7".to_owned(), "192.0.2.8".to_owned()],
            path: None,
            detail: "bad ownership or modes for chroot directory \"/srv/bob\"".to_owned(),
            earlier: Vec::new(),
            at: Time::default(),
        });
        let blind = Content::Blind(Blind {
            partner: "bob".to_owned(),
            full_name: None,
            sure: true,
            sessions: 2,
            at: Time::default(),
        });
        let told = [hindered, blind].map(|content| {
            let (message, fields) = of_content(&content).expect("an entry").shown();
            let partner = fields
                .into_iter()
                .find(|field| field.starts_with("PARTNER="));
            (message, partner)
        });
        let bob = Some("PARTNER=bob".to_owned());
        let chroot = "cannot_work: bob from 192.0.2.8 (sshd refuses the chroot: bad ownership or modes for chroot \
            directory \"/srv/bob\")";
        let blind = "blind: bob (sessions today without a line of sftp-server: 2)";
        assert_eq!(
            told,
            [(chroot.to_owned(), bob.clone()), (blind.to_owned(), bob)]
        );
    }
}
