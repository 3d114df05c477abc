//! The partners that can be named, each with what the user database says of its account.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nix::unistd::{Group, User};

use super::{Accounts, Answer, Directory, Groups};
use crate::config;

/// Where the accounts of this machine's own are listed (passwd(5)).
const PASSWD: &str = "/etc/passwd";

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
    /// The group lists it.
    Member,
    /// The group is its primary one.
    Primary,
    /// The configuration's `users`.
    Configured,
}

/// An account of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its uid.
    pub uid: u32,
    /// The uid's primary group.
    pub gid: u32,
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
        let mut found: BTreeMap<String, By> = BTreeMap::new();
        for name in listed {
            let name = String::from_utf8_lossy(&name).into_owned();
            found.insert(name, By::Member);
        }
        if let Some(group) = &group {
            let passwd = std::fs::read(PASSWD).unwrap_or_default();
            for name in of_primary_group(&String::from_utf8_lossy(&passwd), group.gid.as_raw()) {
                found.entry(name).or_insert(By::Primary);
            }
        }
        for name in &config.users {
            let by = found.entry(name.clone()).or_insert(By::Configured);
            let listed = group.as_ref().is_some_and(|group| group.mem.contains(name));
            if *by == By::Member && !listed {
                *by = By::Configured;
            }
        }
        let partners = found.into_iter().map(|(name, by)| {
            let partner = partner(&name, by, &mut accounts);
            (name, partner)
        });
        Roster {
            group: Some(group.is_some()),
            partners: partners.collect(),
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
            gid: user.gid.as_raw(),
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

/// The accounts in a passwd(5) file whose primary group this is.
fn of_primary_group(passwd: &str, gid: u32) -> Vec<String> {
    let of_line = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let primary: u32 = fields.nth(2)?.parse().ok()?;
        (primary == gid).then(|| name.to_owned())
    };
    passwd.lines().filter_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_whose_primary_group_it_is_are_found_in_passwd() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\n\
            alice:x:1001:1500:Alice & Cie,,,:/home/alice:/bin/bash\n\
            +nis::::::\n\
            broken\n\
            bob:x:1500:1002::/home/bob:/usr/sbin/nologin\n\
            dora:x:1003:1500::/home/dora:/usr/sbin/nologin\n";
        assert_eq!(of_primary_group(passwd, 1500), ["alice", "dora"]);
    }
}
