//! The files that a feed wants.

use crate::domain::alerts::{File, Unfit};
use crate::domain::expect::dated::{Dates, RequiredName};
use crate::domain::expect::pattern::Pattern;
use crate::domain::expect::range::Range;

/// The files that a feed wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The pattern of the file names; `None` if only names are required.
    pub files: Option<Pattern>,
    /// How many files of the pattern. More than the most is reported.
    pub count: Range,
    /// Names that are required, in addition to the files of the pattern or among them.
    pub names: Vec<RequiredName>,
    /// Names that must not come.
    pub forbid: Vec<Pattern>,
    /// The size of a file, in bytes. A smaller or larger one does not count as an arrival.
    pub size: Range,
    /// The sum of the sizes of the day's files, in bytes. More than the most is reported.
    pub total: Option<Range>,
    /// A file with the same name and size as on the day before is reported.
    pub warn_if_same: bool,
    /// The partner fetches the files.
    pub download: bool,
}

impl Wanted {
    /// Its part of the expectation's id: not count or size. The order of the names says nothing.
    pub(super) fn id(&self) -> String {
        let fetched = if self.download { "fetched " } else { "" };
        let regex = self.files.as_ref().is_some_and(Pattern::is_regex);
        let regex = if regex { "regex " } else { "" };
        let mut wanted = self.clone();
        wanted
            .names
            .sort_by(|one, other| one.text().cmp(other.text()));
        format!("{fetched}{regex}{}", wanted.label(None))
    }

    /// The patterns and names as text, with the dates of a day if there is one: `prices-*.csv, prices.done`.
    pub fn label(&self, dates: Option<&Dates>) -> String {
        let pattern = self.files.iter().map(ToString::to_string);
        let names = self.names.iter().map(|name| match dates {
            Some(dates) => name.on(dates),
            None => name.text().to_owned(),
        });
        pattern.chain(names).collect::<Vec<_>>().join(", ")
    }

    /// Is this a complete file of the feed, of any day? An empty file never is, except a required name outside of the
    /// pattern. If the size is unknown, only the name decides.
    pub fn takes(&self, file: &File) -> bool {
        let path = file.name();
        let named = || self.names.iter().any(|name| name.is_like(&path));
        let sized = |least: u64| {
            let fits = |bytes| bytes >= least && self.size.most.is_none_or(|most| bytes <= most);
            file.bytes.is_none_or(fits)
        };
        !file.cut
            && match &self.files {
                Some(pattern) if pattern.matches(&path) => sized(self.size.least.max(1)),
                Some(_) => named(),
                None => sized(self.size.least) && named(),
            }
            && !self.forbids(file)
    }

    /// Is the file larger than a file of the feed may be?
    pub fn is_too_large(&self, file: &File) -> bool {
        let most = self.size.most;
        file.bytes
            .is_some_and(|bytes| most.is_some_and(|most| bytes > most))
    }

    /// Why a file with a name of the feed is none of its files: its size.
    pub(crate) fn unfit(&self, file: &File) -> Option<Unfit> {
        let path = file.name();
        let named = match &self.files {
            Some(pattern) => pattern.matches(&path),
            None => self.names.iter().any(|name| name.is_like(&path)),
        };
        let is_small = file.bytes.is_some_and(|bytes| bytes < self.size.least);
        match named && !file.cut {
            true if self.is_too_large(file) => Some(Unfit::Large),
            true if is_small => Some(Unfit::Small),
            _ => None,
        }
    }

    /// Is it a file of the pattern?
    pub(super) fn is_of_pattern(&self, path: &[u8]) -> bool {
        self.files.as_ref().is_some_and(|files| files.matches(path))
    }

    /// Must a file of this name not come?
    pub fn forbids(&self, file: &File) -> bool {
        self.forbidden_by(file).is_some()
    }

    /// The pattern that forbids the file's name.
    pub fn forbidden_by(&self, file: &File) -> Option<&Pattern> {
        let path = file.name();
        self.forbid.iter().find(|forbid| forbid.matches(&path))
    }

    /// Are the sizes of the day's files needed?
    pub(super) fn weighs(&self) -> bool {
        self.warn_if_same || self.total.is_some()
    }

    /// Can there be something odd about the files that have arrived?
    pub(crate) fn may_be_odd(&self) -> bool {
        self.weighs() || self.count.most.is_some()
    }

    /// How many names of a day are worth keeping.
    pub(super) fn most_kept(&self) -> usize {
        let most = self.most().unwrap_or_default().max(self.least());
        most as usize + self.names.len()
    }

    /// The least number of files of the pattern.
    pub fn least(&self) -> u32 {
        match self.files {
            Some(_) => u32::try_from(self.count.least).unwrap_or(u32::MAX),
            None => 0,
        }
    }

    /// The most files of the pattern, if they are limited.
    pub fn most(&self) -> Option<u32> {
        self.count.most.and_then(|most| u32::try_from(most).ok())
    }
}
