//! The user database: it says yes and no, and now and then that it does not know.

use std::rc::Rc;

use sftp_monitor::domain::directory::{Answer, Directory};

use crate::disk::World;

/// The partners and their uids.
pub(crate) const PARTNERS: [(&str, u32); 2] = [("alice", 1001), ("bob", 1002)];
/// An account that is no partner.
pub(crate) const STRANGER: (&str, u32) = ("carol", 1003);

pub(crate) struct Users(pub(crate) Rc<World>);

impl Directory for Users {
    fn account(&mut self, user: &[u8]) -> Answer {
        if self.0.dice.once_in(self.0.odds.get().unknown) {
            return Answer::Unknown;
        }
        let known = |(name, _): &&(&str, u32)| name.as_bytes() == user;
        match PARTNERS.iter().find(known) {
            Some((name, uid)) => Answer::Partner {
                uid: Some(*uid),
                full_name: (*name == "alice").then(|| "Alice & Cie".to_owned()),
                name: None,
            },
            None => Answer::Other {
                uid: (user == STRANGER.0.as_bytes()).then_some(STRANGER.1),
            },
        }
    }

    fn listed(&mut self, user: &[u8]) -> bool {
        user == PARTNERS[0].0.as_bytes()
    }

    fn name_of(&mut self, of: u32) -> Option<Vec<u8>> {
        let mut accounts = PARTNERS.iter().chain([&STRANGER]);
        let (name, _) = accounts.find(|(_, uid)| *uid == of)?;
        Some(name.as_bytes().to_vec())
    }

    fn forces_sftp(&mut self, _: &[u8]) -> bool {
        false
    }
}
