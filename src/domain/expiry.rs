//! When an account, its password or its certificate expires, and how long before this is reported.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How many days before the first day without log-ins this is reported.
pub const AHEAD: i64 = 14;

/// How many days before that day it is reported again.
pub const AGAIN: i64 = 3;

/// The part of an account that expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expires {
    /// The account itself.
    Account,
    /// Its password. sshd then refuses keys as well.
    Password,
    /// Its last user certificate.
    Certificate,
}

/// The dates of one account. A date is the first day without log-ins. Days begin at midnight UTC, as for PAM and sshd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ExpiryDates {
    /// The account expires.
    pub account: Option<NaiveDate>,
    /// The password expires.
    pub password: Option<NaiveDate>,
    /// The password must be changed before the next log-in.
    pub to_be_changed: bool,
}

/// A partner's account, password or certificate that expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The account.
    pub partner: String,
    /// The full name from its GECOS field.
    pub full_name: Option<String>,
    /// What expires.
    pub what: Expires,
    /// The first day without log-ins.
    pub day: NaiveDate,
}

/// How near a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Near {
    /// It has come.
    Past,
    /// It comes within [`AGAIN`] days.
    Very,
    /// It comes within [`AHEAD`] days.
    Soon,
}

impl ExpiryDates {
    /// The date of this part. That of a certificate is not in the file of accounts.
    pub fn of(&self, what: Expires) -> Option<NaiveDate> {
        match what {
            Expires::Account => self.account,
            Expires::Password => self.password,
            Expires::Certificate => None,
        }
    }
}

/// How near this date is; `None` if it is far.
pub fn near(day: NaiveDate, today: NaiveDate) -> Option<Near> {
    match day.signed_duration_since(today).num_days() {
        ..=0 => Some(Near::Past),
        1..=AGAIN => Some(Near::Very),
        left if left <= AHEAD => Some(Near::Soon),
        _ => None,
    }
}
