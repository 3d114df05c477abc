//! The settings that the rules and the texts take from the configuration.

use super::Config;
use crate::domain::render::Voice;
use crate::domain::rules::Rules;

impl Config {
    /// The settings of the rules.
    pub fn rules(&self) -> Rules {
        Rules {
            zone: self.zone,
            alerts: self.alerts,
            alerts_of: self.alerts_of.clone(),
            expects: self.expects.clone().into(),
            by_pattern: self.by_pattern.clone(),
            silent: false,
            foreign: self.source.journal_directory.is_some(),
            limit: None,
            webhook: Vec::new(),
        }
    }

    /// The settings of the texts.
    pub fn voice(&self) -> Voice {
        Voice {
            language: self.slack.language,
            zone: self.zone,
            label: self.slack.label.clone(),
            names: self.partners.names.clone(),
        }
    }
}
