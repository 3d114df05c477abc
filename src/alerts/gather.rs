//! Gathering: what is told at once, what waits for its fellows, what is told later as a summary.

use serde::{Deserialize, Serialize};

/// Alerts that are being gathered: part of the state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerts {}
