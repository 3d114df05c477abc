//! Entries of the program's own log about feeds, and about partners that are quiet, hindered or blind, or whose account or
//! password expires.

use super::log_entry::{EntryFacts, LogEntry};
use crate::adapters::log::Topic;
use crate::domain::alerts::{Content, Expiring, Hindered, Message, Obstacle};
use crate::domain::expiry::Expires;

/// The log entries for messages newer than this one about feeds, and about quiet, hindered or blind partners, or about
/// accounts and passwords that expire.
pub(super) fn since(message: u64, outbox: &[Message]) -> Vec<LogEntry> {
    let new = outbox.iter().filter(|new| new.id > message);
    new.flat_map(|new| match &new.content {
        Content::Expiring(expiring) => expire(expiring),
        content => of_content(content).into_iter().collect(),
    })
    .collect()
}

/// An entry for each partner that the message names.
fn expire(expiring: &Expiring) -> Vec<LogEntry> {
    let what = match expiring.what {
        Expires::Account => "the account expires: no log-in",
        Expires::Password => "the password expires: no log-in",
        Expires::Certificate => "the certificate expires: it is refused",
    };
    let each = expiring.partners.iter().map(|partner| {
        let facts = EntryFacts {
            event: "expires".to_owned(),
            user: Some(partner.clone()),
            reason: format!("{what} from {} on", expiring.day),
            ..EntryFacts::default()
        };
        LogEntry::of(Topic::EXPIRES, facts)
    });
    each.collect()
}

fn of_content(content: &Content) -> Option<LogEntry> {
    let (topic, event, partner, files, reason) = match content {
        Content::FeedMissing(feed) => (
            Topic::FEED_MISSING,
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
            Topic::FEED_ARRIVED,
            "feed_arrived",
            &feed.partner,
            Some(&feed.files),
            format!("due {}, complete {}", feed.due.utc(), feed.at.utc()),
        ),
        Content::FeedChanged(feed) => (
            Topic::FEED_CHANGED,
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
            Topic::PARTNER_QUIET,
            "partner_quiet",
            &quiet.partner,
            None,
            format!("no log-in since {}", quiet.since.utc()),
        ),
        Content::Hindered(hindered) => (
            Topic::HINDERED,
            "cannot_work",
            &hindered.partner,
            None,
            obstacle(hindered),
        ),
        Content::Blind(blind) => (
            Topic::BLIND,
            "blind",
            &blind.partner,
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
        | Content::Expiring(_)
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
        event: event.to_owned(),
        user: Some(partner.clone()),
        address,
        files: files.cloned(),
        reason,
        ..EntryFacts::default()
    };
    Some(LogEntry::of(topic, facts))
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
            let told = of_content(&content).expect("an entry");
            let partner = told.fields.iter().find(|(name, _)| *name == "PARTNER");
            (told.message, partner.map(|(_, value)| value.clone()))
        });
        let bob = Some("bob".to_owned());
        let chroot = "cannot_work: bob from 192.0.2.8 (sshd refuses the chroot: bad ownership or modes for chroot \
            directory \"/srv/bob\")";
        let blind = "blind: bob (sessions today without a line of sftp-server: 2)";
        assert_eq!(
            told,
            [(chroot.to_owned(), bob.clone()), (blind.to_owned(), bob)]
        );
    }
}
