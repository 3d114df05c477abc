//! The user database, as the rules ask it: is this account a partner, and what is it called.

use crate::domain::alerts::Content;

/// What the user database says of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A partner: a member of the group (as primary or supplementary group), or one that the configuration lists.
    Partner {
        /// The account's uid; none for an account that exists on another host only.
        uid: Option<u32>,
        /// The full name of its GECOS field, where there is one.
        full_name: Option<String>,
        /// Its name as the database spells it, where that is not what was asked for: a database may ignore case, or know an
        /// account by several names.
        name: Option<String>,
    },
    /// An account that is no partner.
    Other {
        /// Its uid; none where there is no such account here.
        uid: Option<u32>,
    },
    /// The user database did not answer.
    Unknown,
}

/// The user database, asked by name. A trait because a test cannot fake NSS otherwise.
pub trait Directory {
    /// What this account is. Answers are kept for a minute; no answer within a deadline is `Unknown`.
    fn account(&mut self, user: &[u8]) -> Answer;

    /// The same for a process of this uid that names its account itself: both are compared with what the database says now,
    /// since an account may be gone and its uid another's.
    fn account_of(&mut self, user: &[u8], _uid: u32) -> Answer {
        self.account(user)
    }

    /// Is this name on the group's own list of members, or in the configuration's `users`? Never looks the name itself up,
    /// so that names which an attacker makes up do not reach the user database.
    fn listed(&mut self, user: &[u8]) -> bool;

    /// The name of the account with this uid, if the user database knows one.
    fn name_of(&mut self, uid: u32) -> Option<Vec<u8>>;

    /// Does sshd's configuration leave this account nothing but an internal-sftp that logs what it does? Not where nobody
    /// knows.
    fn forces_sftp(&mut self, _user: &[u8]) -> bool {
        false
    }

    /// Whose files cannot be seen, all of it, where some of that is new or it is time to say so again.
    fn unseen(&mut self) -> Option<Vec<Unseen>> {
        None
    }
}

/// Partners by name, where their accounts do not exist on this machine: nobody is asked.
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
}

/// Partners whose files cannot be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// What Slack is told.
    pub content: Content,
    /// Their accounts, for a person who reads either language.
    pub names: String,
    /// It was not told yet of one of them.
    pub news: bool,
}
