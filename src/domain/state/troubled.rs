//! Interrupted or failed transfers, as the day keeps them.

use serde::{Deserialize, Serialize};

use crate::domain::alerts::File;
use crate::domain::base::numbers::is_default;

/// An interrupted transfer, or a failed upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Troubled {
    /// The account.
    pub partner: String,
    /// `true`: it failed on the server's disk; `false`: it was interrupted.
    pub failed: bool,
    /// It was a download.
    #[serde(default, skip_serializing_if = "is_default")]
    pub download: bool,
    /// The file.
    pub file: File,
    /// The file was written, removed or renamed later, so its current size is unknown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gone_on: bool,
}
