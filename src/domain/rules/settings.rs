//! The settings of the rules, and the outcome of the rules for an entry.

use std::borrow::Cow;

use crate::domain::alerts::AlertKind;
use crate::domain::base::policy::AlertPolicy;
use crate::domain::base::time::Zone;
use crate::domain::expect::{ByPattern, Expectation, Expects};
use crate::domain::openssh::EventName;
use crate::domain::sessions::{Limit, SftpSession};

/// The settings of the rules.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The time zone of the date that an event counts for.
    pub zone: Zone,
    /// The alerts to send.
    pub alerts: AlertPolicy,
    /// The alerts to send for single partners.
    pub alerts_of: std::collections::BTreeMap<String, AlertPolicy>,
    /// The feeds that must arrive.
    pub expects: Expects,
    /// The feeds that must arrive from many partners.
    pub by_pattern: ByPattern,
    /// No messages at all: only counters are needed.
    pub silent: bool,
    /// Accounts that do not exist on this machine may log in too, because the journals are from another machine.
    pub foreign: bool,
    /// The rate limit above which journald drops lines; `None` if there is no limit, or the journal is not read.
    pub limit: Option<Limit>,
    /// The kinds of events that the webhook is sent; empty without a webhook.
    pub webhook: Vec<AlertKind>,
}

impl Rules {
    /// The alert settings of this partner.
    pub fn alerts_for(&self, partner: &str) -> AlertPolicy {
        *self.alerts_of.get(partner).unwrap_or(&self.alerts)
    }

    /// The feeds that this partner must send.
    pub(super) fn feeds_from(&self, partner: &str) -> impl Iterator<Item = &Expectation> {
        self.expects.of(partner).filter(|e| !e.wanted.download)
    }

    /// These are all partners: each that a pattern names has an expectation of its own.
    pub fn expand(&mut self, partners: &[String]) {
        if self.by_pattern.all.is_empty() {
            return;
        }
        let mut expects = self.expects.to_vec();
        self.by_pattern.expand(&mut expects, partners);
        self.expects = expects.into();
    }
}

/// The outcome of the rules for an entry, as `explain` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOutcome {
    /// The event's name.
    pub event: EventName,
    /// Whether its account is a partner; `None` if unknown.
    pub partner: Option<bool>,
    /// What is counted, and why.
    pub reason: Cow<'static, str>,
    /// Another line of the same attempt is counted instead.
    pub accompanies: bool,
}

impl RuleOutcome {
    #[inline]
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

    /// For a line that counts nothing and whose account is unknown.
    pub(super) fn ignored(reason: impl Into<Cow<'static, str>>) -> Self {
        RuleOutcome::new(EventName::Ignored, None, reason)
    }

    /// For a line that counts nothing, because another line of the same attempt counts.
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
    /// The outcome for a line of this session.
    #[inline]
    pub(super) fn outcome(
        &self,
        event: EventName,
        reason: impl Into<Cow<'static, str>>,
    ) -> RuleOutcome {
        RuleOutcome::new(event, self.standing.partner(), reason)
    }
}
