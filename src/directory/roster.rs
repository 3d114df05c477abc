//! The partners that can be named, each with what the user database says of its account.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nix::unistd::{Group, User};

use super::{Accounts, Answer, Directory, Groups};
use crate::config;

/// The partners that can be named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// Is there the partners' group? None where the user database does not answer.
    pub group: Option<bool>,
    /// By name.
    pub partners: BTreeMap<String, Partner>,
}

/// A partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The full name of its GECOS field, where there is one.
    pub full_name: Option<String>,
    /// Why it is one.
    pub by: By,
    /// Its account; none where there is none on this machine.
    pub account: Option<Account>,
}

/// Why somebody is a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The group lists it, or is its primary one.
    Member,
    /// The configuration's `users` name it, and the group does not list it.
    Configured,
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
    /// The names of all its groups; none where the user database did not answer.
    pub groups: Option<Vec<String>>,
}

impl Roster {
    /// The group's listed members, the accounts of this machine's own whose primary group it is, and the configuration's
    /// `users`. Accounts of a directory service whose primary group it is are listed nowhere.
    pub fn gather(config: &config::Partners) -> Roster {
        let mut accounts = Accounts::new(config);
        let Some(listed) = accounts.listed_partners() else {
            return Roster::default();
        };
        let group = Group::from_name(&config.group).ok().flatten();
        let is_member =
            |name: &String| group.as_ref().is_some_and(|group| group.mem.contains(name));
        let partners = listed.into_iter().map(|name| {
            let name = String::from_utf8_lossy(&name).into_owned();
            let by = match config.users.contains(&name) && !is_member(&name) {
                true => By::Configured,
                false => By::Member,
            };
            let partner = partner(&name, by, &mut accounts);
            (name, partner)
        });
        let partners = partners.collect();
        Roster {
            group: Some(group.is_some()),
            partners,
        }
    }
}

fn partner(name: &str, by: By, accounts: &mut Accounts) -> Partner {
    let full_name = match accounts.account(name.as_bytes()) {
        Answer::Partner { full_name, .. } => full_name,
        Answer::Other { .. } | Answer::Unknown => None,
    };
    let groups = accounts.groups_of(name.as_bytes());
    let account = match groups {
        Groups::NoAccount => None,
        Groups::Known(_) | Groups::NoAnswer => User::from_name(name).ok().flatten(),
    };
    Partner {
        full_name,
        by,
        account: account.map(|user| Account {
            uid: user.uid.as_raw(),
            home: user.dir,
            shell: user.shell,
            groups: match groups {
                Groups::Known(names) => Some(
                    names
                        .into_iter()
                        .map(|name| String::from_utf8_lossy(&name).into_owned())
                        .collect(),
                ),
                Groups::NoAccount | Groups::NoAnswer => None,
            },
        }),
    }
}
