//! The files that a feed wants.

use crate::domain::alerts::File;
use crate::domain::expect::pattern::Pattern;

/// The files that a feed wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The pattern of the file names.
    pub files: Pattern,
    /// How many files are expected.
    pub count: u32,
    /// A smaller file does not count as an arrival; in bytes.
    pub min_size: u64,
}

impl Wanted {
    /// Its part of the expectation's id: not count or size.
    pub(super) fn id(&self) -> String {
        self.files.to_string()
    }

    /// Is this a complete file of the feed? An empty file never is. If the size is unknown, only the name decides.
    pub fn takes(&self, file: &File) -> bool {
        let large = |bytes| bytes >= self.min_size.max(1);
        !file.cut && file.bytes.is_none_or(large) && self.files.matches(&file.name())
    }
}
