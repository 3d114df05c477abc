//! Decides whether a warning that waited for Slack is still true: about sshd's configuration, or about accounts that expire.

use super::groups::groups;
use super::lookout::own_look;
use super::{Sight, left};
use crate::adapters::config::Config;
use crate::domain::alerts::{Content, Expiring};
use crate::domain::expiry::Expires;

/// Can a change of the machine make this message untrue while it waits?
pub(crate) fn may_be_fixed(content: &Content) -> bool {
    matches!(content, Content::LogLevel { .. } | Content::Expiring(_))
}

/// The present warning, to post instead of one that waited: `None` if everything is fixed, the same one if this user cannot
/// find out.
pub(crate) fn still(content: Content, config: &Config) -> Option<Content> {
    let by_root = left::read();
    let content = match content {
        Content::Expiring(waited) if waited.what == Expires::Certificate => {
            return Some(Content::Expiring(waited));
        }
        Content::Expiring(waited) => {
            return match by_root.filter(|sight| matches!(sight.expiries(), Ok(Some(_)))) {
                Some(sight) => expiring_still(waited, &sight).map(Content::Expiring),
                None => Some(Content::Expiring(waited)),
            };
        }
        other => other,
    };
    let by_root = by_root.filter(left::is_fresh);
    let certain = by_root.is_some();
    let sight = by_root.unwrap_or_else(|| own_look(&config.partners));
    let known = |seen: &super::PartnerSight| seen.unknown.is_none();
    let certain = certain || sight.unreadable.is_none() && sight.partners.values().all(known);
    let found = groups(&sight, true).into_iter().map(|group| group.content);
    let level = |content: &Content| matches!(content, Content::LogLevel { .. });
    of_now(content, found.filter(level).collect(), certain)
}

/// Removes the partners whose account or password has another date now.
fn expiring_still(mut waited: Expiring, sight: &Sight) -> Option<Expiring> {
    let before = waited.partners.len();
    waited.partners.retain(|name| {
        let dates = sight.partners.get(name).and_then(|seen| seen.expires);
        dates.is_none_or(|dates| dates.of(waited.what) == Some(waited.day))
    });
    waited.count -= before - waited.partners.len();
    (waited.count > 0).then_some(waited)
}

fn of_now(content: Content, found: Vec<Content>, certain: bool) -> Option<Content> {
    let place = |content: &Content| match content {
        Content::LogLevel { file, .. } => file.clone(),
        _ => String::new(),
    };
    if found.is_empty() {
        return (!certain).then_some(content);
    }
    let same = found.iter().position(|now| place(now) == place(&content));
    found.into_iter().nth(same.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::PartnerSight;
    use super::*;
    use crate::domain::expiry::ExpiryDates;

    fn level(file: &str) -> Content {
        Content::LogLevel {
            partners: vec!["alice".to_owned()],
            count: 1,
            full_names: BTreeMap::new(),
            found: "ForceCommand internal-sftp".to_owned(),
            line: "ForceCommand internal-sftp -l INFO".to_owned(),
            file: file.to_owned(),
        }
    }

    #[test]
    fn of_accounts_that_expire_only_those_whose_date_holds_are_told() {
        let day = |text: &str| text.parse().expect("a date");
        let account = |text: Option<&str>| PartnerSight {
            expires: Some(ExpiryDates {
                account: text.map(day),
                ..ExpiryDates::default()
            }),
            ..PartnerSight::default()
        };
        let seen = [
            ("alice", account(Some("2026-04-10"))),
            ("bob", account(Some("2026-12-31"))),
            ("carol", account(None)),
            ("dave", PartnerSight::default()),
        ];
        let sight = Sight {
            partners: seen.map(|(name, seen)| (name.to_owned(), seen)).into(),
            ..Sight::default()
        };
        let still = |partners: &[&str], count| {
            let waited = Expiring {
                what: Expires::Account,
                day: day("2026-04-10"),
                partners: partners.iter().map(ToString::to_string).collect(),
                count,
                full_names: BTreeMap::new(),
                reminder: false,
            };
            let told = expiring_still(waited, &sight)?;
            Some((told.partners.join(" "), told.count))
        };
        let all = ["alice", "bob", "carol", "dave", "erin"];
        let told = |partners: &str, count| Some((partners.to_owned(), count));
        assert_eq!(still(&all, 7), told("alice dave erin", 5));
        assert_eq!(still(&["bob"], 1), None);
    }

    #[test]
    fn of_a_warning_that_waited_only_what_still_holds_is_told() {
        let waited = || level("/etc/ssh/sshd_config:12");
        let still = |found, certain| of_now(waited(), found, certain);
        assert_eq!(still(vec![], true), None);
        assert_eq!(still(vec![], false), Some(waited()));
        assert_eq!(still(vec![level("b:1"), waited()], true), Some(waited()));
        assert_eq!(still(vec![level("b:1")], true), Some(level("b:1")));
    }
}
