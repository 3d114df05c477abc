//! Accounts that PAM or sshd refuses with any password or key: the cause, and the refused attempt.

use super::{Monitor, RuleOutcome};
use crate::domain::alerts::Cause;
use crate::domain::base::text::lossy;
use crate::domain::openssh::{EventName, PamVerdict};
use crate::domain::pending::Pending;
use crate::domain::record::Record;
use crate::domain::sessions::{Connection, PAM_KEPT};

impl Monitor<'_> {
    /// A PAM module writes about the account of a process. After keyboard-interactive, a helper process writes this line,
    /// but the attempt belongs to the process that it helps. So the cause is also stored with the account.
    pub(super) fn said_by_pam(
        &mut self,
        record: &Record<'_>,
        cause: Cause,
        why: &'static str,
    ) -> RuleOutcome {
        let mut connection = self.named(record, true);
        connection.refuse(cause);
        let user = record.event.user.as_deref().map(lossy);
        let known = user.and_then(|user| self.daily.resume.known.get_mut(&user));
        if let Some(known) = known {
            known.refused = Some((record.origin.time, connection.refused.unwrap_or(cause)));
        }
        self.accompany(EventName::Ignored, connection, why)
    }

    /// Takes over the cause that PAM has just logged in a helper of this process.
    pub(super) fn ask_helper(&self, connection: &mut Connection) {
        let user = connection.user.as_deref();
        let known = user.and_then(|user| self.daily.resume.known.get(user));
        if let Some((at, cause)) = known.and_then(|known| known.refused) {
            if connection.refused.is_none() && connection.at.since(at) < PAM_KEPT {
                connection.refuse(cause);
            }
        }
    }

    /// sshd logs that PAM refuses the account after a correct authentication. `Failed password` comes before this line, as
    /// if the password were wrong. If no line of PAM was more exact, the recorded cause is corrected.
    pub(super) fn access_denied(&mut self, record: &Record<'_>) -> RuleOutcome {
        let mut connection = self.named(record, true);
        let known = connection.refused.is_some() || connection.counted() == 0;
        connection.refuse(Cause::Account);
        if known {
            return self.ended(record, connection);
        }
        self.was_refused(&connection);
        let verdict = self.ended(record, connection);
        let why = "the account was refused (PAM), not the password";
        RuleOutcome::accompanying(verdict.event, verdict.partner, format!("{why}; {AGAIN}"))
    }

    /// Corrects the cause of this connection's latest attempt, if it still waits.
    fn was_refused(&mut self, connection: &Connection) {
        let process = (connection.boot, connection.pid);
        let waiting = self.daily.resume.undecided.iter_mut().rev();
        let mut attempts = waiting.filter_map(|waiting| match &mut waiting.event {
            Pending::Failure(refused) if (waiting.boot, waiting.pid) == process => Some(refused),
            _ => None,
        });
        if let Some(refused) = attempts.next() {
            refused.cause = Cause::Account;
        }
        let (alerts, mut outbox) = self.daily.resume.alerts_and_outbox();
        let told = (connection.user.as_deref(), connection.address.as_deref());
        if let (Some(partner), Some(address)) = told {
            alerts.set_cause(
                (partner, address),
                (connection.at.minus(PAM_KEPT), connection.at),
                Cause::Account,
                &mut outbox,
                self.in_flight,
            );
        }
    }
}

/// Why sshd itself refuses an account, and the reason text for the line.
pub(super) fn not_allowed(reason: Option<&str>) -> (Cause, &'static str) {
    match reason {
        Some("account is locked") => (
            Cause::Locked,
            "locked: the attempt itself counts, not this line",
        ),
        Some(shell) if shell.starts_with("shell ") => (
            Cause::Shell,
            "its shell cannot be used: the attempt itself counts, not this line",
        ),
        _ => (
            Cause::Configuration,
            "refused by sshd's configuration: the attempt itself counts, not this line",
        ),
    }
}

/// The cause for a text of PAM.
pub(super) fn cause_of(said: PamVerdict) -> Cause {
    match said {
        PamVerdict::Refused => Cause::Account,
        PamVerdict::CalledExpired => Cause::AccountExpired,
        PamVerdict::PasswordExpired => Cause::Expired,
    }
}

/// The reason text for a further line about an attempt that was already counted.
pub(super) const AGAIN: &str = "second trace of the same attempt: counts nothing";
