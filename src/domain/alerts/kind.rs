//! The kinds of messages, as the configuration names them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// Log-ins.
    Login,
    /// Failures, also in the names of many partners.
    Failure,
    /// Uploads.
    Upload,
    /// Downloads.
    Download,
    /// Transfers that did not end well.
    Interrupted,
    /// What needs attention soon: a partner cannot work, is not seen, is quiet, or an account expires.
    Warning,
    /// Everything about expected feeds.
    Missing,
    /// The table of a day.
    Digest,
    /// The monitor's own starts and trouble, and failed units.
    Own,
}

impl AlertKind {
    /// All kinds, in the order of the documents.
    pub const ALL: [AlertKind; 9] = [
        AlertKind::Login,
        AlertKind::Failure,
        AlertKind::Upload,
        AlertKind::Download,
        AlertKind::Interrupted,
        AlertKind::Warning,
        AlertKind::Missing,
        AlertKind::Digest,
        AlertKind::Own,
    ];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            AlertKind::Login => "login",
            AlertKind::Failure => "failure",
            AlertKind::Upload => "upload",
            AlertKind::Download => "download",
            AlertKind::Interrupted => "interrupted",
            AlertKind::Warning => "warning",
            AlertKind::Missing => "missing",
            AlertKind::Digest => "digest",
            AlertKind::Own => "own",
        }
    }
}

impl fmt::Display for AlertKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AlertKind {
    /// The names that there are.
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let kind = AlertKind::ALL.into_iter().find(|kind| kind.name() == name);
        kind.ok_or_else(|| {
            let names = AlertKind::ALL.map(|kind| format!("\"{kind}\""));
            format!("\"{name}\" is none of {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read_by_its_name_and_another_name_is_answered_with_all_names() {
        for kind in AlertKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        let said = "logins".parse::<AlertKind>().expect_err("no such kind");
        assert!(
            said.starts_with("\"logins\" is none of \"login\", \"failure\""),
            "{said}"
        );
    }
}
