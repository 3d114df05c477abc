//! The rules: events and the time go in, counters and messages come out.

use serde::{Deserialize, Serialize};

/// An event that waits until the user database answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Undecided {
    /// The account.
    pub user: String,
}
