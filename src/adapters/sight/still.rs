//! Decides whether a warning about sshd's configuration that waited for Slack is still true.

use super::groups::groups;
use super::left;
use super::lookout::own_look;
use crate::adapters::config::Config;
use crate::domain::alerts::Content;

/// The present warning about sshd's configuration, to post instead of one that waited: `None` if everything is fixed, the same
/// one if this user cannot find out.
pub(crate) fn still(content: Content, config: &Config) -> Option<Content> {
    let by_root = left::read().filter(left::is_fresh);
    let certain = by_root.is_some();
    let sight = by_root.unwrap_or_else(|| own_look(&config.partners));
    let known = |seen: &super::PartnerSight| seen.unknown.is_none();
    let certain = certain || sight.unreadable.is_none() && sight.partners.values().all(known);
    let found = groups(&sight, true).into_iter().map(|group| group.content);
    let level = |content: &Content| matches!(content, Content::LogLevel { .. });
    of_now(content, found.filter(level).collect(), certain)
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
    use super::*;

    fn level(file: &str) -> Content {
        Content::LogLevel {
            partners: vec!["alice".to_owned()],
            count: 1,
            full_names: std::collections::BTreeMap::new(),
            found: "ForceCommand internal-sftp".to_owned(),
            line: "ForceCommand internal-sftp -l INFO".to_owned(),
            file: file.to_owned(),
        }
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
