//! Checks the feeds that must arrive: whether the account of each is a partner.

use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use crate::adapters::machine;
use crate::adapters::userdb::{Warning, of_expects};
use crate::domain::base::names::names;

/// The name of the matter.
const NAME: &str = "expect";

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let mut config = machine.config.clone();
    let mut directory = machine::of(&mut config, None);
    let expected = config.expects.iter();
    let feeds =
        expected.map(|e| format!("{} of {} by {}", e.wanted.label(None), e.partner, e.clock()));
    let feeds: Vec<String> = feeds.collect();
    if !feeds.is_empty() || !config.by_pattern.all.is_empty() {
        let warnings = of_expects(&config, directory.as_mut());
        if feeds.is_empty() && warnings.is_empty() {
            // The user database does not say yet who is meant.
            return;
        }
        report.findings.extend(judge(&feeds, warnings));
    }
}

fn judge(feeds: &[String], warnings: Vec<Warning>) -> Vec<Finding> {
    if warnings.is_empty() {
        let said = format!("{} expected: {}", feeds.len(), names(feeds));
        return vec![Finding::ok(NAME, said)];
    }
    of_warnings(NAME, warnings).collect()
}

/// Turns warnings of the user database into findings of a matter.
pub(super) fn of_warnings(
    name: &'static str,
    warnings: Vec<Warning>,
) -> impl Iterator<Item = Finding> {
    warnings.into_iter().map(move |warning| Finding {
        remedy: warning.remedy,
        ..Finding::warning(name, warning.said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_feeds_are_listed_and_a_partner_that_is_none_is_a_warning() {
        let feeds = ["*.xml of alice by 07:30".to_owned()];
        let expected = Finding::ok("expect", "1 expected: *.xml of alice by 07:30");
        assert_eq!(judge(&feeds, Vec::new()), [expected]);
        let warning = Warning {
            said: "[[expect]]: alice is not a partner".to_owned(),
            remedy: Some("sudo usermod".to_owned()),
        };
        let said = judge(&feeds, vec![warning]);
        let expected = Finding::warning("expect", "[[expect]]: alice is not a partner");
        assert_eq!(said, [expected.fixed_by("sudo usermod")]);
    }
}
