//! Warns of names in the configuration that belong to no partner: their settings have no effect.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use crate::adapters::config::Config;
use crate::domain::base::names::names;
use crate::domain::directory::{Answer, Directory};
use crate::domain::routes::Whose;

/// A suspicious setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    /// The warning.
    pub(crate) said: String,
    /// The command that fixes it.
    pub(crate) remedy: Option<String>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)?;
        match &self.remedy {
            Some(remedy) => write!(f, ": `{remedy}`, or name it in partners.users"),
            None => Ok(()),
        }
    }
}

/// Warnings about all names in the configuration.
pub(crate) fn warnings(config: &Config, directory: &mut dyn Directory) -> Vec<Warning> {
    let mut warnings = of_expects(config, directory);
    warnings.extend(of_settings(config, directory));
    warnings
}

/// Warnings about `[[expect]]`: duplicates, and accounts that are no partners.
pub(crate) fn of_expects(config: &Config, directory: &mut dyn Directory) -> Vec<Warning> {
    let twice = config.warnings.iter().map(|said| Warning {
        said: said.clone(),
        remedy: None,
    });
    let mut warnings: Vec<Warning> = twice.collect();
    for many in &config.by_pattern.all {
        let mut matching = config.expects.iter().filter(|e| many.matches(&e.partner));
        if config.by_pattern.listed && matching.next().is_none() {
            warnings.push(Warning {
                said: format!("[[expect]]: no partner matches {}", many.partners),
                remedy: None,
            });
        }
    }
    let mut known = HashSet::new();
    let partners = config.expects.iter().map(|e| e.partner.as_str());
    let partners = partners.filter(|partner| known.insert(*partner));
    let strangers = strangers(partners, directory);
    let expected = strangers.into_iter().map(|(name, is_account)| {
        let group = &config.partners.group;
        Warning {
            said: format!("[[expect]]: {name} is not a partner, and no file of it can arrive"),
            // A missing account cannot join the group: its name is wrong.
            remedy: Some(match is_account {
                true => format!("sudo usermod --append --groups {group} {name}"),
                false => format!("sudoedit {}", config.path.display()),
            }),
        }
    });
    warnings.extend(expected);
    warnings
}

/// Warnings about `[alerts.partners]`, `[partners.names]` and `[[route]]`.
pub(crate) fn of_settings(config: &Config, directory: &mut dyn Directory) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let alerts: Vec<&str> = config.alerts_of.keys().map(String::as_str).collect();
    let display: Vec<&str> = config.partners.names.keys().map(String::as_str).collect();
    let of_routes = config.routes.list.iter().flat_map(|route| &route.partners);
    let routed: BTreeSet<&str> = of_routes
        .filter_map(|whose| match whose {
            Whose::Named(name) => Some(name.as_str()),
            Whose::Like(_) => None,
        })
        .collect();
    for (table, named) in [
        ("alerts.partners", alerts),
        ("partners.names", display),
        ("[route]", routed.into_iter().collect()),
    ] {
        let strangers = strangers(named.into_iter(), directory);
        let strangers: Vec<&str> = strangers.iter().map(|(name, _)| *name).collect();
        if !strangers.is_empty() {
            let said = format!(
                "[{table}] is of no effect for {}: no partner has this name",
                names(&strangers)
            );
            let remedy = Some(format!("sudoedit {}", config.path.display()));
            warnings.push(Warning { said, remedy });
        }
    }
    warnings
}

/// The names that are no partners, and whether they have an account.
fn strangers<'a>(
    named: impl Iterator<Item = &'a str>,
    directory: &mut dyn Directory,
) -> Vec<(&'a str, bool)> {
    let mut strangers = Vec::new();
    for name in named {
        match directory.account(name.as_bytes()) {
            Answer::Partner { .. } => {}
            // Each further question would take as long as this one.
            Answer::Unknown => break,
            Answer::Other { uid } => strangers.push((name, uid.is_some())),
        }
    }
    strangers
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use std::path::Path;

    use super::*;
    use crate::domain::directory::Fixed;

    #[test]
    fn what_is_set_for_somebody_who_is_no_partner_is_a_warning() {
        let text = "[partners.names]\nalice = \"Alice\"\nalcie = \"Alice\"\n[alerts.partners.bob]\nlogin = false\n\
            [alerts.partners.alice]\nlogin = false\n[[route]]\npartners = [\"alice\", \"eve\", \"a*\"]\nchannel = \"C1\"\n[[expect]]\npartner = \"bob\"\nfiles = \"*\"\nby = \"07:30\"\n";
        let config = Config::parse(Path::new("/etc/c.toml"), text).unwrap();
        let warnings = warnings(&config, &mut Fixed(vec!["alice".to_owned()]));
        let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "[[expect]]: bob is not a partner, and no file of it can arrive: `sudoedit /etc/c.toml`, or name it in partners.users",
                "[alerts.partners] is of no effect for bob: no partner has this name: `sudoedit /etc/c.toml`, or name it in partners.users",
                "[partners.names] is of no effect for alcie: no partner has this name: `sudoedit /etc/c.toml`, or name it in partners.users",
                "[[route]] is of no effect for eve: no partner has this name: `sudoedit /etc/c.toml`, or name it in partners.users",
            ]
        );
    }
}
