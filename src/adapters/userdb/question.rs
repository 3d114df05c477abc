//! The questions to the user database, and the answers of this machine's C library.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::nss::{self, NoAnswer, PasswdEntry};

/// The machine's own accounts (passwd(5)).
const PASSWD: &str = "/etc/passwd";

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question<'a> {
    /// The account of this name, and whether it is a member of the partners' group.
    Account(Cow<'a, [u8]>),
    /// The name of the account with this uid.
    Name(u32),
    /// The partners' group.
    Group,
    /// The accounts in this machine's own file with that group as primary group.
    Primary,
    /// The names of all groups of this account.
    Groups(Cow<'a, [u8]>),
}

/// An answer; the inner value is `None` if there is no such account or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Account(Option<AccountEntry>),
    /// Names; the members of the group are sorted.
    Names(Option<Vec<Vec<u8>>>),
}

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AccountEntry {
    /// The account's name in the database's spelling, which may differ from the one in the question.
    pub(super) name: Vec<u8>,
    pub(super) uid: u32,
    pub(super) full_name: Option<String>,
    pub(super) home: PathBuf,
    pub(super) shell: PathBuf,
    /// Is it a member of the partners' group? `None` if there is no such group.
    pub(super) member: Option<bool>,
}

impl Question<'_> {
    /// The same question as an owned value.
    pub(super) fn into_owned(self) -> Question<'static> {
        let owned = |name: Cow<'_, [u8]>| Cow::Owned(name.into_owned());
        match self {
            Question::Account(name) => Question::Account(owned(name)),
            Question::Groups(name) => Question::Groups(owned(name)),
            Question::Name(uid) => Question::Name(uid),
            Question::Group => Question::Group,
            Question::Primary => Question::Primary,
        }
    }

    /// Is the question about the partners' group?
    pub(super) fn is_of_group(&self) -> bool {
        match self {
            Question::Group | Question::Primary => true,
            Question::Account(_) | Question::Name(_) | Question::Groups(_) => false,
        }
    }
}

impl Reply {
    /// Does the answer deny an account or group?
    pub(super) fn denies(&self) -> bool {
        match self {
            Reply::Account(seen) => seen.as_ref().is_none_or(|seen| seen.member.is_none()),
            Reply::Names(names) => names.is_none(),
        }
    }

    /// Is the answer about a partner or the partners' group? Such answers must not be forgotten. For a partner only the answer
    /// to its own name counts: if a database ignores case, anyone can ask for any number of other spellings.
    pub(super) fn is_of_partners(&self, question: &Question<'_>) -> bool {
        match self {
            Reply::Account(seen) => seen.as_ref().is_some_and(|seen| {
                let own = matches!(question, Question::Account(name) if *name == seen.name);
                own && seen.member == Some(true)
            }),
            Reply::Names(names) => names.is_some() && question.is_of_group(),
        }
    }
}

/// Asks the C library; `None` if it does not answer.
pub(super) fn answer(group: &str, question: &Question<'_>) -> Option<Reply> {
    let answer =
        match question {
            Question::Account(name) => account(group, name).map(Reply::Account),
            Question::Name(uid) => nss::by_uid(*uid)
                .map(|account| Reply::Names(account.map(|account| vec![account.name]))),
            Question::Group => nss::group(group)
                .map(|group| Reply::Names(group.map(|group| sorted(group.members)))),
            Question::Primary => primary(group).map(Reply::Names),
            Question::Groups(name) => groups(name).map(Reply::Names),
        };
    answer.ok()
}

/// Sorts names.
pub(super) fn sorted(mut names: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    names.sort_unstable();
    names
}

fn account(group: &str, name: &[u8]) -> Result<Option<AccountEntry>, NoAnswer> {
    let Some(account) = nss::by_name(name)? else {
        return Ok(None);
    };
    // While the database is down, getgrouplist may leave groups out, so the question that can fail comes after it.
    let groups = nss::groups_of(&account);
    let member = nss::group(group)?.map(|group| {
        account.gid == group.gid
            || group.members.contains(&account.name)
            || groups.contains(&group.gid)
    });
    Ok(Some(AccountEntry {
        uid: account.uid,
        full_name: full_name(&account),
        home: account.home,
        shell: account.shell,
        name: account.name,
        member,
    }))
}

fn primary(group: &str) -> Result<Option<Vec<Vec<u8>>>, NoAnswer> {
    let Some(group) = nss::group(group)? else {
        return Ok(None);
    };
    let passwd = match std::fs::read(PASSWD) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        read => read.map_err(|_| NoAnswer)?,
    };
    Ok(Some(sorted(with_primary_group(&passwd, group.gid))))
}

fn groups(name: &[u8]) -> Result<Option<Vec<Vec<u8>>>, NoAnswer> {
    let Some(account) = nss::by_name(name)? else {
        return Ok(None);
    };
    let mut names = Vec::new();
    for gid in nss::groups_of(&account) {
        // A group without a name cannot match a pattern.
        names.extend(nss::group_by_gid(gid)?.map(|group| group.name));
    }
    Ok(Some(names))
}

/// The names in a passwd(5) file with this primary group. No group's list of members contains them, and most directory
/// services refuse to list all accounts with getpwent(3), or are slow at it.
fn with_primary_group(passwd: &[u8], gid: u32) -> Vec<Vec<u8>> {
    let of = |line: &[u8]| {
        let mut fields = line.split(|&b| b == b':');
        let name = fields.next().filter(|name| !name.is_empty())?.to_vec();
        let primary = std::str::from_utf8(fields.nth(2)?).ok()?.parse().ok();
        (primary == Some(gid)).then_some(name)
    };
    passwd.split(|&b| b == b'\n').filter_map(of).collect()
}

/// The first part of the GECOS field. A `&` is kept: many company names contain it, and only finger(1) still replaces it by
/// the account's name.
fn full_name(account: &PasswdEntry) -> Option<String> {
    let first = account
        .gecos
        .split(|&b| b == b',')
        .next()
        .unwrap_or_default();
    let name = String::from_utf8_lossy(first);
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_whose_primary_group_it_is_stand_in_the_file_of_accounts() {
        let passwd = b"root:x:0:0:root:/root:/bin/bash\nalice:x:1001:5000:A:/:/bin/false\nbroken\n+nis::::::\n:x:1:5000::/:\nbob:x:5000:1002::/:/bin/false\n";
        assert_eq!(with_primary_group(passwd, 5000), [b"alice".to_vec()]);
    }

    #[test]
    fn the_full_name_is_the_first_part_of_the_gecos_field() {
        for (gecos, name) in [
            (
                "Alice Liddell,Room 7,+33 1 23 45 67 89,",
                Some("Alice Liddell"),
            ),
            ("Société Générale", Some("Société Générale")),
            ("Martin & Cie", Some("Martin & Cie")),
            (",,,", None),
            (" ,x", None),
            ("", None),
        ] {
            let (uid, gid) = (1001, 100);
            let account = PasswdEntry {
                name: "élodie".into(),
                uid,
                gid,
                gecos: gecos.into(),
                home: PathBuf::new(),
                shell: PathBuf::new(),
            };
            assert_eq!(full_name(&account).as_deref(), name, "{gecos}");
        }
    }
}
