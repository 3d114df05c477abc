//! `ChrootDirectory`, and the directory that it gives for an account.

use std::path::PathBuf;

use crate::adapters::userdb::Account;

/// The value of `ChrootDirectory`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChrootDirectory {
    /// No chroot.
    None,
    /// The directory; `%u`, `%h`, `%U` and `%%` are not replaced yet.
    Directory(String),
    /// It cannot be found out from here.
    Unknown,
}

/// `ChrootDirectory` for this account, with the tokens replaced as in sshd (sshd_config(5), TOKENS).
pub fn expand(template: &str, name: &str, account: &Account) -> PathBuf {
    let mut path = String::new();
    let mut letters = template.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '%') {
            (_, true) => match letters.next() {
                Some('u') => path.push_str(name),
                Some('h') => path.push_str(&account.home.to_string_lossy()),
                Some('U') => path.push_str(&account.uid.to_string()),
                Some(other) => path.push(other),
                None => {}
            },
            (letter, false) => path.push(letter),
        }
    }
    path.into()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_directory_is_made_for_the_account() {
        let account = Account {
            uid: 1001,
            home: "/home/alice".into(),
            shell: "/bin/false".into(),
            groups: None,
        };
        for (template, path) in [
            ("/srv/sftp/%u", "/srv/sftp/alice"),
            ("%h", "/home/alice"),
            ("/srv/%U/100%%", "/srv/1001/100%"),
            ("/srv", "/srv"),
        ] {
            assert_eq!(expand(template, "alice", &account), Path::new(path));
        }
    }
}
