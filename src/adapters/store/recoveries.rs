//! Logs that a state file was damaged, deleted, or written by another program.

use super::recover::{Recovery, Snapshot};
use crate::adapters::log::{Priority, Topic, about};

/// Logs unusual facts about the state file after the commit that found them; the day's table shows them as notices.
pub(crate) fn log_recoveries(recoveries: &[Recovery]) {
    for recovery in recoveries {
        about(
            Topic::STATE_RECOVERED,
            Priority::Warning,
            &in_words(recovery),
        );
    }
}

fn in_words(recovery: &Recovery) -> String {
    match recovery {
        Recovery::Fresh => "first start: there is no daily.json yet".to_owned(),
        Recovery::TakenOver { from_memory: true } => {
            "daily.json lost everything but its counters, which are kept; the rest comes from memory".to_owned()
        }
        Recovery::TakenOver { from_memory: false } => {
            "daily.json has counters alone: they are kept, and reading begins where they were written last, a day ago at most".to_owned()
        }
        Recovery::NewerVersion { version, aside, .. } => format!(
            "daily.json is of a newer version ({version}) and was copied to {}: counters are kept, reading starts from now",
            aside.display()
        ),
        Recovery::Damaged { why, aside, from } => {
            let then = match from {
                Some(Snapshot::Memory) => "this process's memory takes its place",
                Some(Snapshot::Backup) => "the one before it takes its place, and what it does not know is read again",
                None => "there is no other: counting starts from zero and reading from now",
            };
            format!("daily.json is damaged ({why}) and was set aside as {}: {then}", aside.display())
        }
        Recovery::Deleted { .. } => "daily.json was deleted by another program: counters start from zero".to_owned(),
    }
}
