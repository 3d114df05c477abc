//! The configuration file as it is written, before it is checked.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

/// The whole file. What is not set is none; what is not known is refused.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) timezone: Option<Spanned<String>>,
    pub(super) slack: Slack,
    pub(super) partners: Partners,
    pub(super) source: Source,
    pub(super) alerts: AlertsWithPartners,
    pub(super) digest: Digest,
    pub(super) heartbeat: Heartbeat,
    pub(super) expect: Vec<Spanned<Expect>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Slack {
    pub(super) channel: Option<Spanned<String>>,
    pub(super) label: Option<Spanned<String>>,
    pub(super) api_url: Option<Spanned<String>>,
    pub(super) ca_file: Option<Spanned<PathBuf>>,
    pub(super) language: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Partners {
    pub(super) group: Option<Spanned<String>>,
    pub(super) users: Vec<Spanned<String>>,
    pub(super) names: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Source {
    pub(super) kind: Option<Spanned<String>>,
    pub(super) auth_log: Option<Spanned<PathBuf>>,
    pub(super) journal_directory: Option<Spanned<PathBuf>>,
}

/// `[alerts]`, with `[alerts.partners.NAME]` beside its own keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct AlertsWithPartners {
    pub(super) login: Option<bool>,
    pub(super) failure: Option<bool>,
    pub(super) hindered: Option<bool>,
    pub(super) upload: Option<bool>,
    pub(super) download: Option<bool>,
    pub(super) max_per_hour: Option<Spanned<i64>>,
    pub(super) again_after: Option<Spanned<String>>,
    pub(super) group_window: Option<Spanned<String>>,
    pub(super) quiet_after: Option<Spanned<String>>,
    pub(super) partners: BTreeMap<String, Alerts>,
}

/// The keys of `[alerts]` that a partner may have as well.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Alerts {
    pub(super) login: Option<bool>,
    pub(super) failure: Option<bool>,
    pub(super) hindered: Option<bool>,
    pub(super) upload: Option<bool>,
    pub(super) download: Option<bool>,
    pub(super) max_per_hour: Option<Spanned<i64>>,
    pub(super) again_after: Option<Spanned<String>>,
    pub(super) group_window: Option<Spanned<String>>,
    pub(super) quiet_after: Option<Spanned<String>>,
}

impl AlertsWithPartners {
    /// The keys of its own, and the partners'.
    pub(super) fn split(self) -> (Alerts, BTreeMap<String, Alerts>) {
        let own = Alerts {
            login: self.login,
            failure: self.failure,
            hindered: self.hindered,
            upload: self.upload,
            download: self.download,
            max_per_hour: self.max_per_hour,
            again_after: self.again_after,
            group_window: self.group_window,
            quiet_after: self.quiet_after,
        };
        (own, self.partners)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Digest {
    pub(super) closes_from: Option<Spanned<toml::Value>>,
    pub(super) idle: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Heartbeat {
    pub(super) url: Option<Spanned<String>>,
}

/// `[[expect]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Expect {
    pub(super) partner: Option<Spanned<String>>,
    pub(super) files: Option<Spanned<String>>,
    pub(super) by: Option<Spanned<toml::Value>>,
    pub(super) days: Option<Spanned<String>>,
    pub(super) except: Vec<Spanned<toml::Value>>,
    pub(super) timezone: Option<Spanned<String>>,
    pub(super) grace: Option<Spanned<String>>,
    pub(super) count: Option<Spanned<i64>>,
    pub(super) min_size: Option<Spanned<toml::Value>>,
    pub(super) mention: Option<Spanned<String>>,
}

/// What is wrong with the configuration: the file, the line, the key, and what would be right.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    pub(super) path: PathBuf,
    pub(super) line: Option<usize>,
    pub(super) what: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// The file's text, to find lines in.
pub(super) struct Text<'a> {
    pub(super) path: &'a std::path::Path,
    pub(super) text: &'a str,
}

impl Text<'_> {
    /// An error at a place in the file.
    pub(super) fn wrong(&self, at: Option<Range<usize>>, what: impl Into<String>) -> ConfigError {
        let line = at.map(|at| self.line(at.start));
        ConfigError {
            path: self.path.to_owned(),
            line,
            what: what.into(),
        }
    }

    /// The number of the line that a place is in.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.bytes().take(at);
        before.filter(|&b| b == b'\n').count() + 1
    }

    /// Reads the file; an unknown key is told with the nearest one that is known.
    pub(super) fn parse(&self) -> Result<File, ConfigError> {
        toml::from_str(self.text).map_err(|error: toml::de::Error| {
            // A parser's message may have several lines; an error here has one.
            let message = error
                .message()
                .lines()
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(", ");
            let at = error.span().map(|at| at.start);
            if at
                .and_then(|at| self.text.get(at..))
                .is_some_and(|text| text.starts_with("[expect]"))
            {
                let what =
                    "expect: each feed has a table of its own: write [[expect]], with two brackets";
                return self.wrong(error.span(), what);
            }
            let message = in_words(message);
            let what = unknown_key(&message).unwrap_or_else(|| {
                match error.span().and_then(|at| self.key(at.start)) {
                    Some(key) => format!("{key}: {message}"),
                    None => message,
                }
            });
            self.wrong(error.span(), what)
        })
    }

    /// The key whose value begins here.
    fn key(&self, at: usize) -> Option<&str> {
        let before = self.text.get(..at)?;
        let line = before.rsplit('\n').next()?;
        let (key, _) = line.split_once('=')?;
        Some(key.trim())
    }
}

/// A parser's message without the words of this program's own making.
fn in_words(message: String) -> String {
    match message.split_once(", expected ") {
        Some((wrong, "i64")) => format!("{wrong}, expected a whole number"),
        Some((wrong, "a map")) => format!("{wrong}, expected a table"),
        Some((wrong, "a sequence")) => format!("{wrong}, expected a list"),
        Some((wrong, expected)) if expected.starts_with("struct ") => {
            format!("{wrong}, expected a table")
        }
        _ => message,
    }
}

/// How many letters may be wrong in a key or a zone for it to be taken as meant.
const LETTERS_WRONG: usize = 3;

/// The nearest word, if one is near.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance =
        |other: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &other.to_lowercase());
    let near = known
        .map(|other| (distance(other), other))
        .min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, other)| *distance <= LETTERS_WRONG.min(other.len() / 2))
        .map(|(_, other)| other)
}

/// serde's `unknown field X, expected one of A, B` in fewer words, with the key that X is most like.
fn unknown_key(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    let (unknown, rest) = rest.split_once('`')?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    // The scripts' habit, and other programs', is the underscore.
    let hint = nearest(&unknown.replace('_', "-"), known.iter().copied());
    let hint = hint
        .map(|key| format!("; did you mean \"{key}\"?"))
        .unwrap_or_default();
    Some(format!(
        "unknown key \"{unknown}\"{hint} (known here: {})",
        known.join(", ")
    ))
}
