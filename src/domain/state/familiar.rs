//! The addresses, or the keys, that a partner logged in with.

use serde::{Deserialize, Serialize};

/// How many are kept.
const KEPT: usize = 20;

/// The addresses or the fingerprints of a partner's log-ins, the latest used last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Familiar(Vec<String>);

impl Familiar {
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes a use. Returns whether this one is new although others are known.
    pub fn note(&mut self, used: &str) -> bool {
        // Most log-ins come from the same place as the one before.
        if self.0.last().is_some_and(|last| last == used) {
            return false;
        }
        let known = self.0.iter().position(|known| known == used);
        let is_new = known.is_none() && !self.0.is_empty();
        let used = known.map_or_else(|| used.to_owned(), |at| self.0.remove(at));
        self.0.push(used);
        let excess = self.0.len().saturating_sub(KEPT);
        self.0.drain(..excess);
        is_new
    }
}
