//! How many file descriptors an sftp process uses, according to its lines.
//!
//! sshd opens a socket to the log for each line. A process without a free descriptor continues to work, but its lines are
//! lost.

use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::{add, is_default};

/// From this number of open handles on, the process may have had no free descriptor: a process has 1,024 by default.
const MANY: u64 = 900;

/// The numbers of handles, of files and directories, from the lines of an sftp process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Descriptors {
    /// Handles that were requested and not closed by a line yet, including refused ones.
    #[serde(skip_serializing_if = "is_default")]
    asked: u64,
    /// The highest value of `asked` so far.
    #[serde(skip_serializing_if = "is_default")]
    most: u64,
    /// How many seem to have been refused: a status line followed at once.
    #[serde(skip_serializing_if = "is_default")]
    refused: u64,
}

impl Descriptors {
    /// A handle is requested.
    pub fn open(&mut self) {
        add(&mut self.asked, 1);
        self.most = self.most.max(self.asked);
    }

    /// A handle is closed.
    pub fn close(&mut self) {
        self.asked = self.asked.saturating_sub(1);
    }

    /// A status line follows the open at once: most likely there is no such handle.
    pub fn refuse(&mut self) {
        add(&mut self.refused, 1);
    }

    /// May the process have had no free descriptor at some time, so that some of its lines are missing?
    ///
    /// At INFO a status line after an open may belong to another request, and a client can cause this on purpose. So only
    /// refusals whose handles were not closed are subtracted.
    pub fn may_have_run_out(&self) -> bool {
        let refused = self.refused.min(self.asked);
        self.most.saturating_sub(refused) >= MANY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(open: u64, refused: u64, closed: u64) -> bool {
        let mut descriptors = Descriptors::default();
        for n in 0..open {
            descriptors.open();
            if n < refused {
                descriptors.refuse();
            }
        }
        (0..closed).for_each(|_| descriptors.close());
        descriptors.may_have_run_out()
    }

    #[test]
    fn a_process_that_holds_as_many_handles_as_it_may_have_descriptors_may_have_run_out() {
        assert!(after(1_010, 0, 1_009));
        assert!(after(1_010, 0, 0));
        assert!(!after(800, 0, 800));
    }

    #[test]
    fn thousands_of_refused_opens_hold_no_descriptor() {
        assert!(!after(5_000, 5_000, 0));
        let mut mixed = Descriptors::default();
        for _ in 0..5_000 {
            mixed.open();
            mixed.refuse();
            mixed.open();
            mixed.close();
        }
        assert!(!mixed.may_have_run_out());
    }

    #[test]
    fn a_refusal_of_a_handle_that_is_closed_later_was_none() {
        assert!(after(1_010, 1_010, 1_009));
        // Real refusals in addition change nothing.
        assert!(after(3_010, 3_010, 1_009));
    }
}
