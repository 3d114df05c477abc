//! The state that a commit starts from.

use std::sync::Arc;

use super::recover::Recovery;
use crate::domain::state::Daily;

/// The state that a commit starts from.
pub(crate) struct Base {
    pub(crate) daily: Arc<Daily>,
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
    pub(super) fn of(daily: impl Into<Arc<Daily>>, recovery: Option<Recovery>) -> Self {
        Base {
            daily: daily.into(),
            recoveries: recovery.into_iter().collect(),
            former: Former::State,
        }
    }
}
