//! The facts in the message about a mute that has ended.

use serde::{Deserialize, Serialize};

use super::Summary;
use crate::domain::base::numbers::is_default;
use crate::domain::base::time::Time;

/// When a partner is muted, by whom, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MuteTerms {
    /// When it was set.
    pub since: Time,
    /// When it ends.
    pub until: Time,
    /// The reason that a person gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Who set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// The mute of a partner has ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MuteEnded {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The mute.
    pub terms: MuteTerms,
    /// The alerts that it kept back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub summary: Summary,
    /// How many more messages about feeds it kept back: only their number is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub more: u64,
}
