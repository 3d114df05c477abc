//! The tables of routes that a closed day has besides the table of all.

use serde::{Deserialize, Serialize};

use crate::domain::alerts::Layout;
use crate::domain::base::numbers::is_default;

/// The table of some partners, for the channel of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoutedTable {
    /// How many of its messages Slack has accepted.
    #[serde(skip_serializing_if = "is_default")]
    pub messages_posted: usize,
    /// One of its messages may have reached Slack although the answer was lost.
    #[serde(skip_serializing_if = "is_default")]
    pub maybe_repeated: bool,
    /// The simplest form that Slack has required so far.
    #[serde(skip_serializing_if = "is_default")]
    pub form: Layout,
    /// Slack has accepted all of it.
    #[serde(skip_serializing_if = "is_default")]
    pub is_posted: bool,
    /// Slack refused it permanently, with this error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl RoutedTable {
    /// Is it still to be posted?
    pub fn waits(&self) -> bool {
        !self.is_posted && self.refused.is_none()
    }
}
