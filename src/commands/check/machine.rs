//! The facts about the machine that several matters share.

use super::source_facts::SourceFacts;
use super::units::{Ssh, Units};
use crate::adapters::config::Config;
use crate::adapters::source::choice::Log;
use crate::adapters::sshd_config::{self, Effective, Sshd, Sshds};
use crate::adapters::userdb::{Account, Roster};
use crate::domain::base::time::Time;

/// The facts that several matters share.
pub(super) struct MachineFacts<'a> {
    pub(super) config: &'a Config,
    pub(super) units: &'a Units,
    pub(super) roster: &'a Roster,
    pub(super) sshds: &'a Sshds,
    /// The sshds, each with its partners; empty if the log is another machine's.
    pub(super) serving: Vec<ServingSshd<'a>>,
    /// The log that is read, if this user may read it too.
    pub(super) log: Option<Log>,
    pub(super) source: SourceFacts<'a>,
    pub(super) root: bool,
    pub(super) send: bool,
    pub(super) now: Time,
}

/// An sshd, and the partners that it lets in.
pub(super) struct ServingSshd<'a> {
    pub(super) sshd: &'a Sshd,
    pub(super) ssh: Ssh<'a>,
    pub(super) partners: Vec<ServedPartner<'a>>,
}

/// A partner with an account here, and how an sshd treats it.
pub(super) struct ServedPartner<'a> {
    pub(super) name: &'a str,
    pub(super) account: &'a Account,
    pub(super) effective: Effective,
}

impl<'a> ServedPartner<'a> {
    /// The partner in the form that `Match` conditions need.
    pub(super) fn asked(&self) -> sshd_config::MatchAccount<'a> {
        of_account(self.name, self.account)
    }
}

pub(super) fn of_account<'a>(name: &'a str, account: &'a Account) -> sshd_config::MatchAccount<'a> {
    let groups = account.groups.as_deref();
    sshd_config::MatchAccount { name, groups }
}
