//! What was reported about an account, a password or a certificate that expires.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::is_default;

/// The date that was reported.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportedExpiry {
    /// The first day without log-ins.
    pub day: NaiveDate,
    /// It was reported shortly before this day: no further message follows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last: bool,
}
