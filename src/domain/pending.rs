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
    /// The boot in which the process ran.
    pub boot: Boot,
    /// The pid of the process that logged it.
    pub pid: u32,
    /// The uid of the sftp session that logged it. It must be the account's uid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// What happened.
    pub event: Pending,
}

/// The kind of a waiting event, with its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pending {
    /// A log-in.
    Login {
        /// The peer's address.
        address: Option<String>,
        /// The authentication method.
        method: String,
        /// The fingerprint of the key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<String>,
    },
    /// A refused attempt.
    Failure(RefusedAttempt),
    /// A transferred file.
    File(Transfer, File),
}

/// A refused attempt, with the details from the log.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RefusedAttempt {
    /// How many attempts.
    pub count: u64,
    /// Why it was refused.
    pub cause: Cause,
    /// The peer's address.
    pub address: Option<String>,
    /// The authentication method.
    pub method: Option<String>,
    /// Known only from the end of the connection: a log-in may still follow.
    pub abandoned: bool,
}
