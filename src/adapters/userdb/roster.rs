//! Lists the partners, each with its account in the user database.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use super::{Accounts, Groups};
use crate::adapters::config;

/// The partners that can be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// Does the partners' group exist? `None` if the user database does not answer.
    pub group: Option<bool>,
    /// The partners by name.
    pub partners: BTreeMap<String, Partner>,
}

/// A partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The full name in its GECOS field, if there is one.
    pub full_name: Option<String>,
    /// The reason why it is a partner.
    pub by: By,
    /// Its account.
    pub account: Known,
}

/// The reason why an account is a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The group lists it, or is its primary group.
    Member,
    /// The configuration's `users` name it, but the group does not list it.
    Configured,
}

/// The state of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// The account exists.
    Here(Account),
    /// There is no such account on this machine.
    Nowhere,
    /// The user database did not answer.
    NoAnswer,
}

impl Partner {
    /// Its account, if it is known.
    pub fn account(&self) -> Option<&Account> {
        match &self.account {
            Known::Here(account) => Some(account),
            Known::Nowhere | Known::NoAnswer => None,
        }
    }
}

/// An account of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its uid.
    pub uid: u32,
    /// Its home directory.
    pub home: PathBuf,
    /// Its log-in shell.
    pub shell: PathBuf,
    /// The names of all its groups; `None` if the user database did not answer.
    pub groups: Option<Vec<String>>,
}

impl Roster {
    /// The group's listed members, this machine's accounts with it as primary group, and the configuration's `users`. Accounts
    /// of a directory service with it as primary group are not listed.
    pub fn gather(config: &config::Partners) -> Roster {
        Roster::gather_until(config, None)
    }

    /// Like `gather`; partners that are not read before `until` are left out.
    pub fn gather_until(config: &config::Partners, until: Option<Instant>) -> Roster {
        let mut accounts = Accounts::new(config);
        let (Some(members), Some(listed)) = (accounts.members(), accounts.listed_partners()) else {
            return Roster::default();
        };
        let is_member = |name: &Vec<u8>| members.as_ref().is_some_and(|all| all.contains(name));
        let in_time = |_: &Vec<u8>| until.is_none_or(|until| Instant::now() < until);
        let listed = listed.into_iter().take_while(in_time);
        let partners = listed.map(|bytes| {
            let name = String::from_utf8_lossy(&bytes).into_owned();
            let by = match config.users.contains(&name) && !is_member(&bytes) {
                true => By::Configured,
                false => By::Member,
            };
            (name, partner(&bytes, by, &mut accounts))
        });
        let partners = partners.collect();
        Roster {
            group: Some(members.is_some()),
            partners,
        }
    }
}

fn partner(name: &[u8], by: By, accounts: &mut Accounts) -> Partner {
    let (full_name, account) = match accounts.seen(name) {
        Some(Some(seen)) => {
            let text = |name: Vec<u8>| String::from_utf8_lossy(&name).into_owned();
            let groups = match accounts.groups_of(name) {
                Groups::Known(names) => Some(names.into_iter().map(text).collect()),
                Groups::NoAccount | Groups::NoAnswer => None,
            };
            let account = Account {
                uid: seen.uid,
                home: seen.home,
                shell: seen.shell,
                groups,
            };
            (seen.full_name, Known::Here(account))
        }
        Some(None) => (None, Known::Nowhere),
        None => (None, Known::NoAnswer),
    };
    Partner {
        full_name,
        by,
        account,
    }
}
