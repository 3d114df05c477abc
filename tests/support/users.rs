//! A user database that tells what it was asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::directory::{Answer, Directory};

/// An account of the user database: the answer, whether it is on the group's list, until when nobody answers for it.
pub struct Account {
    pub answer: Answer,
    pub listed: bool,
    pub silent: Option<Time>,
    pub forced: bool,
}

/// The user database.
#[derive(Clone, Default)]
pub struct Users {
    pub accounts: Rc<RefCell<BTreeMap<String, Account>>>,
    pub asked: Rc<RefCell<Vec<String>>>,
    /// What answered once: the last answer stands.
    answered: Rc<RefCell<BTreeSet<String>>>,
    pub now: Time,
    /// An account is found by any spelling of its name.
    pub ignores_case: bool,
}

impl Users {
    pub fn answer(&self, user: &str) -> Answer {
        let accounts = self.accounts.borrow();
        let same = |name: &&String| self.ignores_case && name.eq_ignore_ascii_case(user);
        let spelled = accounts.keys().find(same).map_or(user, String::as_str);
        let Some(account) = accounts.get(spelled) else {
            return Answer::Other { uid: None };
        };
        let silent = account.silent.is_some_and(|until| self.now < until);
        if silent && !self.answered.borrow().contains(user) {
            return Answer::Unknown;
        }
        self.answered.borrow_mut().insert(user.to_owned());
        let mut answer = account.answer.clone();
        if let Answer::Partner { name, .. } = &mut answer {
            *name = (spelled != user).then(|| spelled.to_owned());
        }
        answer
    }
}

impl Directory for Users {
    fn account(&mut self, user: &[u8]) -> Answer {
        let user = String::from_utf8_lossy(user).into_owned();
        let answer = self.answer(&user);
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&user) {
            asked.push(user);
        }
        answer
    }

    fn listed(&mut self, user: &[u8]) -> bool {
        let accounts = self.accounts.borrow();
        accounts
            .get(&*String::from_utf8_lossy(user))
            .is_some_and(|account| account.listed)
    }

    fn forces_sftp(&mut self, user: &[u8]) -> bool {
        let accounts = self.accounts.borrow();
        accounts
            .get(&*String::from_utf8_lossy(user))
            .is_some_and(|account| account.forced)
    }

    fn name_of(&mut self, of: u32) -> Option<Vec<u8>> {
        let accounts = self.accounts.borrow();
        let (name, _) = accounts.iter().find(|(_, account)| match account.answer {
            Answer::Partner { uid, .. } | Answer::Other { uid } => {
                uid == Some(of) && account.silent.is_none_or(|until| self.now >= until)
            }
            Answer::Unknown => false,
        })?;
        Some(name.clone().into_bytes())
    }
}
