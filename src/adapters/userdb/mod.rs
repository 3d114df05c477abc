//! The user database: is this account a partner, and what is it called.

mod accounts;
mod memory;
mod named;
pub(crate) mod nss;
mod question;
mod roster;

use crate::adapters::config::Config;
use crate::domain::directory::{Directory, Fixed};
pub use accounts::{Accounts, Groups};
pub(crate) use named::{Warning, of_expects, of_settings, warnings};
pub use roster::{Account, By, Known, Partner, Roster};

/// The directory that a command uses: the partners that it was given, else the machine's, as whose database the accounts of
/// the configuration are spelled from then on.
pub fn of(config: &mut Config, partners: Option<&[String]>) -> Box<dyn Directory + Send> {
    match partners {
        Some(partners) => Box::new(Fixed(partners.to_vec())),
        None => Box::new(Accounts::of(config)),
    }
}
