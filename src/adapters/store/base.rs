//! What a commit starts from.

use crate::adapters::store::recover::Recovery;
use crate::domain::state::Daily;

/// What a commit starts from.
pub(crate) struct Base {
    pub(crate) daily: Daily,
    pub(crate) recoveries: Vec<Recovery>,
    pub(crate) former: Former,
}

/// The file that a commit replaces.
pub(crate) enum Former {
    /// There is none.
    None,
    /// A state, which becomes the backup.
    State,
    /// Something else, which has this name as well by now.
    Aside(String),
}

impl Base {
    pub(super) fn of(daily: Daily) -> Self {
        Base {
            daily,
            recoveries: Vec::new(),
            former: Former::State,
        }
    }
}
