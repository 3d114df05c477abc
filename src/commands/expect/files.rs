//! The files of an expected feed, in words and as JSON: what is wanted, what is lacking, and what is odd.

use serde::Serialize;

use crate::domain::alerts::{FeedOdd, Odd};
use crate::domain::base::language::Language;
use crate::domain::expect::{FeedStanding, Pattern};

/// What is wanted beside a pattern, a number and a least size, and what there is to say about the files. What is not
/// configured is left out.
#[derive(Debug, Serialize)]
pub(super) struct Files {
    #[serde(skip_serializing_if = "Option::is_none")]
    count_most: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forbid: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_size: Option<(u64, Option<u64>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warn_if_same: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lacking: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_lacking: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    odd: Vec<OddFiles>,
}

#[derive(Debug, Serialize)]
struct OddFiles {
    what: &'static str,
    count: u64,
    paths: Vec<String>,
}

impl Files {
    pub(super) fn of(standing: &FeedStanding<'_>) -> Files {
        let wanted = &standing.expected.wanted;
        let regex = wanted.files.as_ref().filter(|files| files.is_regex());
        let texts = |patterns: &[Pattern]| patterns.iter().map(ToString::to_string).collect();
        Files {
            count_most: wanted.most(),
            matches: regex.map(ToString::to_string),
            names: (wanted.names.iter())
                .map(|name| name.text().to_owned())
                .collect(),
            forbid: texts(&wanted.forbid),
            max_size: wanted.size.most,
            total_size: wanted.total.map(|total| (total.least, total.most)),
            warn_if_same: wanted.warn_if_same.then_some(true),
            direction: wanted.download.then_some("download"),
            lacking: standing.lack.names.clone(),
            total_lacking: standing.lack.bytes.map(|(bytes, least)| least - bytes),
            odd: standing.odd.iter().map(OddFiles::of).collect(),
        }
    }
}

impl OddFiles {
    fn of(odd: &FeedOdd) -> OddFiles {
        OddFiles {
            what: match odd.odd {
                Odd::Forbidden { .. } => "forbidden",
                Odd::TooMany { .. } => "too-many",
                Odd::TooLarge { .. } => "too-large",
                Odd::Same => "same",
            },
            count: odd.count,
            paths: odd.found.iter().map(|file| file.path.clone()).collect(),
        }
    }
}

/// What is lacking of a feed that is waited for: ` (1 of 2..3 files, without prices.done)`.
pub(super) fn lacking(standing: &FeedStanding<'_>) -> String {
    let wanted = &standing.expected.wanted;
    let (least, arrived) = (wanted.least(), standing.arrived);
    let all = match wanted.most().filter(|most| *most > least) {
        Some(most) => format!("{least}..{most}"),
        None => least.to_string(),
    };
    let mut said = Vec::new();
    if all != "0" && all != "1" {
        said.push(format!("{arrived} of {all} files"));
    }
    if !standing.lack.names.is_empty() {
        said.push(format!("without {}", standing.lack.names.join(", ")));
    }
    if let Some((bytes, least)) = standing.lack.bytes {
        let [bytes, least] = [bytes, least].map(|bytes| Language::English.size(bytes));
        said.push(format!("{bytes} of {least}"));
    }
    match said.is_empty() {
        true => String::new(),
        false => format!(" ({})", said.join(", ")),
    }
}

/// What is odd about the files: `; forbidden: tool.exe; more than 3 files`.
pub(super) fn odd(standing: &FeedStanding<'_>) -> String {
    let in_words = |odd: &FeedOdd| {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let names: Vec<String> = odd.found.iter().map(|file| last(&file.path)).collect();
        let names = Language::English.list_of(&names, odd.count);
        match &odd.odd {
            Odd::Forbidden { .. } => format!("; forbidden: {names}"),
            Odd::TooMany { most } => format!("; more than {most} files"),
            Odd::TooLarge { most } => {
                format!("; more than {} in all", Language::English.size(*most))
            }
            Odd::Same => format!("; the same as the time before: {names}"),
        }
    };
    standing.odd.iter().map(in_words).collect()
}
