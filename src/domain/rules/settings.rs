//! The settings of the rules, and their outcome for an entry.

use std::borrow::Cow;

use crate::domain::alerts::{Content, Obstacle, Transfer};
use crate::domain::base::policy::Alerts;
use crate::domain::base::time::Zone;
use crate::domain::expect::Expectation;
use crate::domain::openssh::EventName;
use crate::domain::sessions::{Limit, SftpSession};

/// How the rules are set.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The zone of the date that an event counts for.
    pub zone: Zone,
    /// What is told.
    pub alerts: Alerts,
    /// What is told of single partners.
    pub alerts_of: std::collections::BTreeMap<String, Alerts>,
    /// The feeds that must arrive.
    pub expects: Vec<Expectation>,
    /// Nothing is told at all: only counters are wanted.
    pub silent: bool,
    /// Accounts that do not exist here may log in all the same: the journals are another machine's.
    pub foreign: bool,
    /// From how many lines of a session on journald drops others; none where it has no limit, or nothing is read of it.
    pub limit: Option<Limit>,
}

impl Rules {
    /// What holds for this partner.
    pub fn alerts_for(&self, partner: &str) -> Alerts {
        *self.alerts_of.get(partner).unwrap_or(&self.alerts)
    }
}

/// What the rules made of an entry: what `explain` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOutcome {
    /// The event's name.
    pub event: EventName,
    /// Whether its account is a partner; none where nobody can know.
    pub partner: Option<bool>,
    /// What it counts, and why.
    pub reason: Cow<'static, str>,
    /// Another line of the same attempt is the one that counts.
    pub accompanies: bool,
}

impl RuleOutcome {
    pub(super) fn new(
        event: EventName,
        partner: Option<bool>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        RuleOutcome {
            event,
            partner,
            reason: reason.into(),
            accompanies: false,
        }
    }

    /// Of a line that counts nothing, and of which nobody can know whether its account is a partner.
    pub(super) fn ignored(reason: impl Into<Cow<'static, str>>) -> Self {
        RuleOutcome::new(EventName::Ignored, None, reason)
    }

    /// Of a line that counts nothing beside another one of the same attempt.
    pub(super) fn accompanying(
        event: EventName,
        partner: Option<bool>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        RuleOutcome {
            accompanies: true,
            ..RuleOutcome::new(event, partner, reason)
        }
    }
}

impl SftpSession {
    /// What the rules made of a line of this session.
    pub(super) fn outcome(
        &self,
        event: EventName,
        reason: impl Into<Cow<'static, str>>,
    ) -> RuleOutcome {
        RuleOutcome::new(event, self.standing.partner(), reason)
    }
}

/// Does the configuration want this told?
pub(super) fn wanted(content: &Content, rules: &Alerts) -> bool {
    match content {
        Content::Logins(_) => rules.login,
        Content::Failures(_) => rules.failure,
        // What failed in its name, perhaps another's attempts.
        Content::Hindered(h) if h.obstacle == Obstacle::AttemptsTurnedAway => rules.failure,
        Content::Hindered(_) => rules.hindered,
        Content::Files(files) | Content::Troubled(files) => match files.what {
            Transfer::Download | Transfer::DownloadInterrupted | Transfer::DownloadUnclosed => {
                rules.download
            }
            Transfer::Upload
            | Transfer::UploadInterrupted
            | Transfer::UploadFailed
            | Transfer::UploadUnclosed
            | Transfer::Unknown => rules.upload,
        },
        Content::Sweep(_)
        | Content::Several { .. }
        | Content::FeedMissing(_)
        | Content::FeedArrived(_)
        | Content::FeedChanged(_)
        | Content::Quiet(_)
        | Content::Started { .. }
        | Content::Summary(_)
        | Content::LogLevel { .. }
        | Content::Unseen { .. }
        | Content::Unreadable { .. }
        | Content::Blind(_) => true,
    }
}
