//! A mute of a partner: what it keeps back, and what it does not.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Content, Message, MuteTerms, NAMES_KEPT, Summary, SummaryRow, merge};
use crate::domain::base::numbers::{add, is_default};
use crate::domain::base::time::Time;

/// The longest mute: a forgotten one hides no more than this.
pub const LONGEST_MUTE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The mute of a partner, with what was kept back since its start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mute {
    /// When, by whom, and why.
    pub terms: MuteTerms,
    /// The alerts that were kept back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub summary: Summary,
    /// The messages that were kept back and that stand alone: about feeds, and about a partner without log-ins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Message>,
    /// How many more such messages there were: about files that arrived late, were changed or were odd.
    #[serde(default, skip_serializing_if = "is_default")]
    pub more: u64,
}

impl Mute {
    /// Keeps a message back.
    pub(super) fn keep(&mut self, at: Time, content: Content, next: &mut u64) {
        if content.group().is_some() {
            return merge::fold(&mut self.summary, at, content);
        }
        let past = self
            .kept
            .iter()
            .filter(|m| !m.content.nature().lasts)
            .count();
        if !content.nature().lasts && past >= NAMES_KEPT {
            return add(&mut self.more, 1);
        }
        add(next, 1);
        self.kept.push(Message::new(*next, at, content));
    }

    /// The number of events and messages that were kept back.
    pub fn held(&self) -> u64 {
        let rows = self.summary.partners.values();
        let events = rows.map(SummaryRow::events).sum::<u64>();
        events + self.kept.len() as u64 + self.more
    }
}
