//! The last state that is known to be complete and durable, as this process remembers it.

use super::lines;
use super::recover::{self, Parsed};
use crate::domain::state::Daily;
use chrono::NaiveDate;

/// A state, and its bytes in the file. A commit changes the state itself, not a copy: if the commit fails, the state is read from
/// the bytes again.
#[derive(Debug)]
pub(crate) struct LastCommit {
    bytes: Vec<u8>,
    /// How this program writes it, if the file has it in another form.
    ours: Option<Vec<u8>>,
    /// `None` while a commit has it, and after one that failed.
    daily: Option<Box<Daily>>,
}

impl LastCommit {
    /// A state that this process wrote.
    pub(super) fn of(bytes: Vec<u8>, daily: Daily) -> Self {
        LastCommit {
            bytes,
            ours: None,
            daily: Some(daily.into()),
        }
    }

    /// A state that was read from these bytes, and that a commit has.
    pub(super) fn read(bytes: Vec<u8>, daily: &Daily) -> Self {
        let ours = lines::written(daily, bytes.len()).ok();
        LastCommit {
            ours: ours.filter(|ours| *ours != bytes),
            bytes,
            daily: None,
        }
    }

    /// The bytes of the file.
    pub(super) fn bytes(&self) -> &Vec<u8> {
        &self.bytes
    }

    /// Is this the same state?
    pub(super) fn is(&self, daily: &Daily) -> bool {
        lines::are(self.ours.as_ref().unwrap_or(&self.bytes), daily)
    }

    /// Lends the state to a commit.
    pub(super) fn take(&mut self) -> Option<Daily> {
        match self.daily.take() {
            Some(daily) => Some(*daily),
            None => self.copy(),
        }
    }

    /// Takes the state back from a commit that has not changed it.
    pub(super) fn give_back(&mut self, daily: Daily) {
        self.daily = Some(daily.into());
    }

    /// A copy of the state.
    pub(super) fn copy(&self) -> Option<Daily> {
        let parsed = || recover::parse(&self.bytes, NaiveDate::default());
        let read = || match parsed() {
            Ok(Parsed::Ours(daily)) => Some(daily),
            _ => None,
        };
        self.daily.as_deref().cloned().or_else(read)
    }
}
