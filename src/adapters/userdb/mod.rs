//! The user database: whether an account is a partner, and its name. Uses the domain, `config` and `log`.

mod accounts;
mod memory;
mod named;
pub(crate) mod nss;
mod question;
mod roster;
mod shadow;

pub use accounts::{Accounts, Groups};
pub(crate) use named::{Warning, of_expects, of_settings, warnings};
pub use roster::{Account, By, Known, Partner, Roster};
pub use shadow::{SHADOW, expiry_dates};
