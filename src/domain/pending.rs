//! An event that waits for an answer of the user database.

use crate::domain::alerts::{Cause, File, Transfer};
use crate::domain::base::process::Boot;
use crate::domain::base::time::Time;
use serde::{Deserialize, Serialize};

/// An event that waits until the user database answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undecided {
    /// The account.
    pub user: String,
    /// When it happened.
    pub at: Time,
    /// The boot of the process that it came from.
    pub boot: Boot,
    /// The pid of the process that it came from.
    pub pid: u32,
    /// The uid of the sftp session that it came from: it must turn out to be the account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// What happened.
    pub event: Pending,
}

/// What happened, of an event that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pending {
    /// A log-in.
    Login {
        /// From where.
        address: Option<String>,
        /// With what.
        method: String,
    },
    /// A refused attempt.
    Failure(RefusedAttempt),
    /// A file.
    File(Transfer, File),
}

/// A refused attempt, as far as the log tells.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RefusedAttempt {
    /// How often.
    pub count: u64,
    /// Why.
    pub cause: Cause,
    /// From where.
    pub address: Option<String>,
    /// With what.
    pub method: Option<String>,
    /// Only the connection's end tells: a log-in may follow.
    pub abandoned: bool,
}
