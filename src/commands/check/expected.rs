//! The feeds that must arrive: whether each is expected of a partner, and of which.

use super::finding::Finding;
use crate::adapters::config::Config;
use crate::adapters::machine;
use crate::adapters::userdb::{Warning, of_expects};
use crate::domain::base::names::names;

/// The name of the matter.
const NAME: &str = "expect";

/// What is expected, and what is hardly meant of it.
pub(super) fn gather(config: &Config) -> (Vec<String>, Vec<Warning>) {
    if config.expects.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let expected = config.expects.iter();
    let feeds = expected.map(|e| format!("{} of {} by {}", e.files, e.partner, e.clock()));
    let mut directory = machine::of(&mut config.clone(), None);
    (feeds.collect(), of_expects(config, directory.as_mut()))
}

pub(super) fn judge((feeds, warnings): &(Vec<String>, Vec<Warning>)) -> Vec<Finding> {
    if feeds.is_empty() {
        return Vec::new();
    }
    if warnings.is_empty() {
        let said = format!("{} expected: {}", feeds.len(), names(feeds));
        return vec![Finding::ok(NAME, said)];
    }
    let found = warnings.iter().map(|warning| {
        let found = Finding::warning(NAME, warning.said.as_str());
        match &warning.remedy {
            Some(remedy) => found.mended_by(remedy.as_str()),
            None => found,
        }
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_feeds_are_listed_and_a_partner_that_is_none_is_a_warning() {
        assert_eq!(judge(&(Vec::new(), Vec::new())), []);
        let feeds = vec!["*.xml of alice by 07:30".to_owned()];
        let said = judge(&(feeds.clone(), Vec::new()));
        let expected = Finding::ok("expect", "1 expected: *.xml of alice by 07:30");
        assert_eq!(said, [expected]);
        let warning = Warning {
            said: "[[expect]]: alice is no partner".to_owned(),
            remedy: Some("sudo usermod".to_owned()),
        };
        let said = judge(&(feeds, vec![warning]));
        let expected = Finding::warning("expect", "[[expect]]: alice is no partner");
        assert_eq!(said, [expected.mended_by("sudo usermod")]);
    }
}
