//! Logs that a state file was damaged, deleted, or written by another program.

use chrono::{DateTime, FixedOffset};

use super::recover::{Recovery, Snapshot};
use super::{Disk, StateError, Store};
use crate::adapters::log::{Priority, Topic, about};
use crate::domain::state::Daily;

impl<D: Disk> Store<D> {
    /// Commits a change, and then logs unusual facts about the state file; the day's table shows them as notices.
    pub(crate) fn change<T>(
        &mut self,
        now: DateTime<FixedOffset>,
        change: impl FnOnce(&mut Daily) -> T,
    ) -> Result<T, StateError> {
        let mut unusual = Vec::new();
        let changed = self.commit(now, |daily, recoveries| {
            unusual = recoveries.to_vec();
            change(daily)
        })?;
        for recovery in &unusual {
            about(
                Topic::STATE_RECOVERED,
                Priority::Warning,
                &in_words(recovery),
            );
        }
        Ok(changed)
    }
}

fn in_words(recovery: &Recovery) -> String {
    match recovery {
        Recovery::Fresh => "first start: there is no daily.json yet".to_owned(),
        Recovery::TakenOver { from_memory: true } => {
            "daily.json has only counters: they are kept, and the rest is taken from memory".to_owned()
        }
        Recovery::TakenOver { from_memory: false } => {
            "daily.json has only counters: they are kept, and reading begins at the time of their last change, at most a day ago".to_owned()
        }
        Recovery::NewerVersion { version, aside, .. } => format!(
            "daily.json is of a newer version ({version}) and was copied to {}: counters are kept, reading starts from now",
            aside.display()
        ),
        Recovery::Damaged { why, aside, from } => {
            let then = match from {
                Some(Snapshot::Memory) => "it is replaced by the copy in this process's memory",
                Some(Snapshot::Backup) => "it is replaced by the backup, and the entries since then are read again",
                None => "there is no backup: counting starts from zero and reading from now",
            };
            format!("daily.json is damaged ({why}) and was set aside as {}: {then}", aside.display())
        }
        Recovery::Deleted { .. } => "daily.json was deleted by another program: counters start from zero".to_owned(),
    }
}
