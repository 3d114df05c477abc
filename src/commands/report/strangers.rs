//! Accounts that are no partners but may have been: they left the group, or were renamed or removed.

use std::collections::BTreeMap;

use crate::commands::status::words::many;
use crate::domain::base::clean::for_terminal;
use crate::domain::base::numbers::add;
use crate::domain::directory::Answer;
use crate::domain::openssh::Kind;
use crate::domain::record::Record;

/// How many accounts are kept: the writer of a log may name any number.
const KEPT: usize = 1_000;

/// How many accounts are named in the warning.
const NAMED: usize = 10;

/// The record of one account.
#[derive(Debug, Default)]
struct Stranger {
    logins: u64,
    /// Whether it had an sftp session, or has no account any more.
    may_have_been: bool,
}

/// Log-ins of accounts that are no partners, by name.
#[derive(Debug, Default)]
pub struct Strangers {
    by_name: BTreeMap<Vec<u8>, Stranger>,
    /// Number of log-ins of all these accounts.
    pub logins: u64,
}

impl Strangers {
    /// Takes in a record of the span that is counted.
    pub(crate) fn take(&mut self, record: &Record<'_>) {
        let (Some(Answer::Other { uid }), Some(user)) = (&record.answer, &record.event.user) else {
            return;
        };
        let login = record.event.kind == Kind::Accepted;
        if !login && record.event.kind != Kind::SessionOpened {
            return;
        }
        self.logins += u64::from(login);
        if self.by_name.len() >= KEPT && !self.by_name.contains_key(&**user) {
            return;
        }
        let stranger = self.by_name.entry(user.to_vec()).or_default();
        add(&mut stranger.logins, u64::from(login));
        stranger.may_have_been |= !login || uid.is_none();
    }

    /// The accounts that may have been partners: `12 log-ins of alice, 3 log-ins of bob`; `None` if there are none.
    pub(crate) fn gone(&self) -> Option<String> {
        let gone = self.by_name.iter().filter(|(_, s)| s.may_have_been);
        let gone: Vec<String> = gone
            .map(|(name, s)| {
                let name = String::from_utf8_lossy(name);
                format!("{} of {}", many(s.logins, "log-in"), for_terminal(&name))
            })
            .collect();
        let more = gone.len().saturating_sub(NAMED);
        let mut said = gone[..gone.len() - more].join(", ");
        if more > 0 {
            said += &format!(", and those of {}", many(more as u64, "account"));
        }
        (!gone.is_empty()).then_some(said)
    }
}
