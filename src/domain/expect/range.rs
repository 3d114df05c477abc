//! A range of numbers or sizes, with or without an upper limit.

/// A range of numbers or sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub least: u64,
    /// The most; `None` without a limit.
    pub most: Option<u64>,
}

impl Range {
    /// From this number on.
    pub const fn from(least: u64) -> Range {
        Range { least, most: None }
    }
}
