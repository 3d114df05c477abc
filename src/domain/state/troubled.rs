//! Transfers that broke off or failed, as the day keeps them.

use serde::{Deserialize, Serialize};

use crate::domain::alerts::File;
use crate::domain::base::numbers::is_default;

/// A transfer that broke off, or an upload that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Troubled {
    /// Whose.
    pub partner: String,
    /// It failed on the server's disk; else it broke off.
    pub failed: bool,
    /// It was a download.
    #[serde(default, skip_serializing_if = "is_default")]
    pub download: bool,
    /// Which.
    pub file: File,
    /// It was written, removed or renamed since: how large it is now is not known by this.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gone_on: bool,
}
