//! What ends a matter: the log-in after failures, the session that works, the file that comes whole, the feed that arrives.

use serde::{Deserialize, Serialize};

use super::facts::addresses;
use super::nature::Ends;
use super::summary::SummaryRow;
use super::{Content, File, Files, Hindered, Obstacle, Transfer};
use crate::domain::base::evict::evict;

/// How many events a matter may wait for: a partner can break off any number of transfers while Slack is away. The end of others
/// is a message of its own.
const NEEDS_MOST: usize = 200;

/// How many of too many are left, so that they are not sorted for each further one.
const NEEDS_KEPT: usize = 160;

/// An event that a matter waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The feed with this id arrives.
    Feed(String),
    /// The partner logs in, from one of these addresses if any is known.
    Login {
        /// The account.
        partner: String,
        /// The addresses of the refused attempts.
        addresses: Vec<String>,
    },
    /// An sftp session of this partner leaves lines.
    Session(String),
    /// This file comes whole.
    File {
        /// The account.
        partner: String,
        /// Its path.
        path: String,
        /// The partner fetches it.
        download: bool,
    },
}

impl Need {
    /// Does this event fulfil the need?
    pub(super) fn is_met_by(&self, content: &Content) -> bool {
        match (self, content) {
            (Need::Feed(id), Content::FeedArrived(arrived)) => *id == arrived.id,
            (Need::Login { partner, addresses }, Content::Logins(logins)) => {
                let own = |address| logins.addresses.contains(address);
                *partner == logins.partner && (addresses.is_empty() || addresses.iter().any(own))
            }
            (Need::Session(partner), Content::Works(works)) => *partner == works.partner,
            (need @ Need::File { partner, .. }, Content::Files(files)) => {
                let download = files.what == Transfer::Download;
                let mut names = files.files.iter().flat_map(File::names);
                *partner == files.partner && names.any(|name| need.is_of(name, download))
            }
            (need @ Need::File { partner, .. }, Content::FeedArrived(arrived)) => {
                *partner == arrived.partner && need.is_of(&arrived.file.path, arrived.download)
            }
            _ => false,
        }
    }

    /// Is it this file?
    pub(super) fn is_file(&self, file: &str) -> bool {
        matches!(self, Need::File { path, .. } if path == file)
    }

    /// Is it the same need? Of log-ins the addresses may differ, because those of several messages are joined.
    pub(super) fn is_alike(&self, other: &Need) -> bool {
        match (self, other) {
            (Need::Login { partner: a, .. }, Need::Login { partner: b, .. }) => a == b,
            (a, b) => a == b,
        }
    }

    /// The partner; `None` for a feed.
    pub(super) fn partner(&self) -> Option<&str> {
        match self {
            Need::Login { partner, .. } | Need::Session(partner) | Need::File { partner, .. } => {
                Some(partner)
            }
            Need::Feed(_) => None,
        }
    }

    fn is_of(&self, file: &str, fetched: bool) -> bool {
        matches!(self, Need::File { path, download, .. } if path == file && *download == fetched)
    }

    /// Adds a need; of log-ins of one partner the addresses are joined. Of too many a file of the partner with the most goes.
    pub(super) fn add(needs: &mut Vec<Need>, further: Need) {
        if let Need::Login {
            partner: of,
            addresses: more,
        } = &further
        {
            let own = needs.iter_mut().find_map(|need| match need {
                Need::Login { partner, addresses } if partner == of => Some(addresses),
                _ => None,
            });
            if let Some(known) = own {
                return addresses(known, more.clone());
            }
        }
        if !needs.contains(&further) {
            needs.push(further);
            if needs.len() <= NEEDS_MOST {
                return;
            }
            let is_file = |need: &Need| matches!(need, Need::File { .. });
            let whose = |need: &Need| need.partner().map(str::to_owned);
            evict(needs, NEEDS_KEPT, |need| !is_file(need), whose, |at, _| at);
        }
    }
}

impl Content {
    /// Does this event mend some of it?
    pub(super) fn is_mended_by(&self, event: &Content) -> bool {
        let Content::Summary(summary) = self else {
            return self.needs().iter().any(|need| need.is_met_by(event));
        };
        let row = event.partner().and_then(|of| summary.partners.get(of));
        row.is_some_and(|row| match event {
            Content::Logins(_) => row.waits_for_login(),
            Content::Works(_) => row.waits_for_session(),
            Content::Files(_) | Content::FeedArrived(_) => row.waits_for_file(),
            _ => false,
        })
    }

    /// Is this need one of its troubles? A summary has only their numbers: meant are all that may be among them.
    pub(super) fn has_need(&self, need: &Need) -> bool {
        let Content::Summary(summary) = self else {
            return self.needs().iter().any(|own| own.is_alike(need));
        };
        let row = need.partner().and_then(|of| summary.partners.get(of));
        row.is_some_and(|row| match need {
            Need::Login { .. } => row.waits_for_login(),
            Need::Session(_) => row.waits_for_session(),
            Need::File { .. } => row.waits_for_file(),
            Need::Feed(_) => false,
        })
    }

    /// What ends the matter that begins with this message; nothing for a message that leaves nothing open.
    pub(crate) fn needs(&self) -> Vec<Need> {
        let parts = self.parts().iter();
        parts.flat_map(|part| part.nature().ends.needs()).collect()
    }
}

impl SummaryRow {
    fn waits_for_login(&self) -> bool {
        let turned_away = self.obstacles.contains_key(&Obstacle::TurnedAway);
        self.failures > 0 || self.turned_away > 0 || turned_away
    }

    fn waits_for_session(&self) -> bool {
        let session = [Obstacle::NotSftp, Obstacle::Subsystem, Obstacle::Chroot];
        session.iter().any(|one| self.obstacles.contains_key(one))
    }

    fn waits_for_file(&self) -> bool {
        !self.transfers.is_empty() || self.obstacles.contains_key(&Obstacle::WriteRefused)
    }
}

impl Ends<'_> {
    fn needs(self) -> Vec<Need> {
        match self {
            Ends::Nothing => Vec::new(),
            Ends::Feed(id) => vec![Need::Feed(id.to_owned())],
            Ends::Login(partner, addresses) => vec![Need::Login {
                partner: partner.to_owned(),
                addresses: addresses.to_vec(),
            }],
            Ends::Sessions(partners) => partners.iter().cloned().map(Need::Session).collect(),
            Ends::Files(files) => files.needs(),
            Ends::Writes(hindered) => hindered.needs(),
        }
    }
}

impl Hindered {
    /// The files whose writing was refused.
    fn needs(&self) -> Vec<Need> {
        let earlier = self.earlier.iter().map(|refused| &refused.path);
        let file = |path: &String| Need::File {
            partner: self.partner.clone(),
            path: path.clone(),
            download: false,
        };
        self.path.iter().chain(earlier).map(file).collect()
    }
}

impl Files {
    fn needs(&self) -> Vec<Need> {
        let download = match self.what {
            Transfer::UploadInterrupted | Transfer::UploadFailed | Transfer::UploadUnclosed => {
                false
            }
            Transfer::DownloadInterrupted | Transfer::DownloadUnclosed => true,
            Transfer::Upload | Transfer::Download | Transfer::Unknown => return Vec::new(),
        };
        let file = |file: &super::File| Need::File {
            partner: self.partner.clone(),
            path: file.path.clone(),
            download,
        };
        self.files.iter().map(file).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_that_breaks_off_any_number_of_files_leaves_others_what_they_wait_for() {
        let login = Need::Login {
            partner: "bob".to_owned(),
            addresses: Vec::new(),
        };
        let file = |partner: &str, number: u32| Need::File {
            partner: partner.to_owned(),
            path: format!("/{number}.csv"),
            download: false,
        };
        let mut needs = vec![login.clone(), file("bob", 0)];
        (0..2_000).for_each(|number| Need::add(&mut needs, file("alice", number)));
        assert!((NEEDS_KEPT..=NEEDS_MOST).contains(&needs.len()));
        assert_eq!(needs[..2], [login, file("bob", 0)]);
        assert_eq!(needs.last(), Some(&file("alice", 1_999)));
    }
}
