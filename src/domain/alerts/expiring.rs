//! The facts in a message about accounts, passwords or certificates that expire soon.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::is_default;
use crate::domain::expiry::Expires;

/// Partners whose accounts, passwords or certificates expire on the same day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expiring {
    /// What expires.
    pub what: Expires,
    /// The first day without log-ins.
    pub day: NaiveDate,
    /// Account names of the partners, at most ten.
    pub partners: Vec<String>,
    /// The total number of partners.
    pub count: usize,
    /// Their full names, if the user database has them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub full_names: BTreeMap<String, String>,
    /// It was reported before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reminder: bool,
}
