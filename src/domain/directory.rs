//! The interface to the user database: is this account a partner, and what is its name?

use crate::domain::alerts::Content;
use crate::domain::base::time::Time;
use crate::domain::expiry::Expiry;

/// The answer of the user database about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A partner: a member of the group (primary or supplementary), or an account that the configuration lists.
    Partner {
        /// The account's uid; `None` for an account that exists only on another host.
        uid: Option<u32>,
        /// The full name from its GECOS field, if there is one.
        full_name: Option<String>,
        /// Its name as the database spells it, if it differs from the name that was asked for: a database may ignore case,
        /// or know an account by several names.
        name: Option<String>,
    },
    /// An account that is no partner.
    Other {
        /// Its uid; `None` if there is no such account here.
        uid: Option<u32>,
    },
    /// The user database did not answer.
    Unknown,
}

/// The user database, asked by name. A trait, because a test cannot fake NSS otherwise.
pub trait Directory {
    /// Looks an account up. Answers are cached for a minute; no answer within a deadline is `Unknown`.
    fn account(&mut self, user: &[u8]) -> Answer;

    /// The same for a process with this uid that names its account itself, in a line that was logged at this time. Both are
    /// compared with the database as it was after that time, because an account may be deleted and its uid given to another.
    fn account_of(&mut self, user: &[u8], _uid: u32, _logged: Time) -> Answer {
        self.account(user)
    }

    /// Is this name on the group's own list of members, or in the configuration's `users`? This never looks up the name
    /// itself, so that names made up by an attacker do not reach the user database.
    fn listed(&mut self, user: &[u8]) -> bool;

    /// The name of the account with this uid, if the user database knows one.
    fn name_of(&mut self, uid: u32) -> Option<Vec<u8>>;

    /// Does sshd's configuration allow this account only an internal-sftp that logs its work? `false` if unknown.
    fn forces_sftp(&mut self, _user: &[u8]) -> bool {
        false
    }

    /// All partners that can be listed, if the configuration names some by a pattern. `None` if there is no news of them, or no
    /// answer.
    fn partners(&mut self) -> Option<Vec<String>> {
        None
    }

    /// All partners whose files cannot be seen, if one of them is new or a reminder is due.
    fn unseen(&mut self) -> Option<Vec<Unseen>> {
        None
    }

    /// When the partners' accounts, passwords and certificates expire, as far as known, if it is time to judge this.
    fn expiries(&mut self) -> Option<Vec<Expiry>> {
        None
    }
}

/// Partners by name, for accounts that do not exist on this machine. The user database is not asked.
pub struct Fixed(pub Vec<String>);

impl Directory for Fixed {
    fn account(&mut self, user: &[u8]) -> Answer {
        match self.listed(user) {
            true => Answer::Partner {
                uid: None,
                full_name: None,
                name: None,
            },
            false => Answer::Other { uid: None },
        }
    }

    fn listed(&mut self, user: &[u8]) -> bool {
        self.0.iter().any(|partner| partner.as_bytes() == user)
    }

    fn name_of(&mut self, _uid: u32) -> Option<Vec<u8>> {
        None
    }

    fn partners(&mut self) -> Option<Vec<String>> {
        Some(self.0.clone())
    }
}

/// Partners whose files cannot be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// The message for Slack.
    pub content: Content,
    /// Their accounts, for a person; the same in both languages.
    pub names: String,
    /// One of them was not reported yet.
    pub news: bool,
}
