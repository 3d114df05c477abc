//! The state that a commit starts from.

use super::recover::Recovery;
use crate::domain::state::Daily;

/// The state that a commit starts from.
pub(crate) struct Base {
    pub(crate) daily: Daily,
    pub(crate) recoveries: Vec<Recovery>,
    pub(crate) former: Former,
}

/// The file that a commit replaces.
pub(crate) enum Former {
    /// There is no file.
    None,
    /// A valid state, which becomes the backup.
    State,
    /// Another file, which was also linked under this name.
    Aside(String),
}

impl Base {
    pub(super) fn of(daily: Daily, recovery: Option<Recovery>) -> Self {
        Base {
            daily,
            recoveries: recovery.into_iter().collect(),
            former: Former::State,
        }
    }
}
