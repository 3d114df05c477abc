//! This machine as the rules see it: its user database, and how sshd treats an account.

use std::time::{Duration, Instant};

use crate::adapters::config::Config;
use crate::adapters::sight::lookout::Lookout;
use crate::adapters::sshd_config::{MatchAccount, Sshds};
use crate::adapters::userdb::{Accounts, Groups};
use crate::domain::base::time::Time;
use crate::domain::directory::{Answer, Directory, Fixed, Unseen};
use crate::domain::expiry::Expiry;

/// How long sshd's configuration is used before it is read again.
const SSHD_KEPT: Duration = Duration::from_secs(60);

/// The directory that a command uses: the given partners, else the machine's accounts. In that case the accounts in the
/// configuration are spelled as in the machine's database from then on. Expectations with a pattern are made for each partner.
pub fn of(config: &mut Config, partners: Option<&[String]>) -> Box<dyn Directory + Send> {
    let mut directory: Box<dyn Directory + Send> = match partners {
        Some(partners) => Box::new(Fixed(partners.to_vec())),
        None => {
            let lookout = Lookout::new(&config.partners);
            Box::new(Machine {
                accounts: Accounts::of(config),
                sshds: None,
                lookout,
                lists: !config.by_pattern.all.is_empty(),
                listed: None,
            })
        }
    };
    if let Some(partners) = directory.partners() {
        config.by_pattern.expand(&mut config.expects, &partners);
    }
    directory
}

/// How often the partners are listed, for expectations with a pattern.
const LISTED: Duration = Duration::from_secs(60);

/// This machine's accounts, sshd and chroots.
struct Machine {
    accounts: Accounts,
    /// The sshds, and the time when their files were read.
    sshds: Option<(Instant, Sshds)>,
    lookout: Lookout,
    /// The configuration names partners by a pattern.
    lists: bool,
    /// The time when they were listed.
    listed: Option<Instant>,
}

impl Directory for Machine {
    fn account(&mut self, user: &[u8]) -> Answer {
        self.accounts.account(user)
    }

    fn account_of(&mut self, user: &[u8], uid: u32, logged: Time) -> Answer {
        self.accounts.account_of(user, uid, logged)
    }

    fn listed(&mut self, user: &[u8]) -> bool {
        self.accounts.listed(user)
    }

    fn name_of(&mut self, uid: u32) -> Option<Vec<u8>> {
        self.accounts.name_of(uid)
    }

    fn forces_sftp(&mut self, user: &[u8]) -> bool {
        if let Some(forces) = self.lookout.forces_sftp(user) {
            return forces;
        }
        let Groups::Known(groups) = self.accounts.groups_of(user) else {
            return false;
        };
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let groups: Vec<String> = groups.iter().map(|group| lossy(group)).collect();
        let known = self.sshds.take().filter(|(at, _)| at.elapsed() < SSHD_KEPT);
        let (at, mut sshds) = known.unwrap_or_else(|| (Instant::now(), Sshds::open(false)));
        // A configuration that cannot be read is taken to force nothing.
        let effective = sshds.effective(&MatchAccount {
            name: &lossy(user),
            groups: Some(&groups),
        });
        let forced = effective.iter().all(|(_, one)| one.forces_logging());
        self.sshds = Some((at, sshds));
        forced
    }

    fn partners(&mut self) -> Option<Vec<String>> {
        if !self.lists || self.listed.is_some_and(|at| at.elapsed() < LISTED) {
            return None;
        }
        self.listed = Some(Instant::now());
        let partners = self.accounts.listed_partners()?.into_iter();
        let name = |name: Vec<u8>| String::from_utf8_lossy(&name).into_owned();
        Some(partners.map(name).collect())
    }

    fn unseen(&mut self) -> Option<Vec<Unseen>> {
        self.lookout.look()
    }

    fn expiries(&mut self) -> Option<Vec<Expiry>> {
        self.lookout.expiries()
    }
}
