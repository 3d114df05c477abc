//! What the log says of the source and of the state file, and what of it the day's table must tell.

use super::told::Told;
use crate::adapters::log::{Priority, Topic, about};
use crate::adapters::source::Remark;
use crate::adapters::store::{Recovery, Snapshot};
use crate::domain::base::time::Time;
use crate::domain::state::{Daily, NoticeKind};

/// Keeps what makes the day's figures less than certain. Returns what the log is to say of it.
pub(super) fn remarked(daily: &mut Daily, remark: &Remark, now: Time) -> Told {
    match remark {
        Remark::Gap { from, to, why } => {
            let (begun, over) = (from.utc(), to.utc());
            let message = format!("entries are missing from {begun} to {over}: {why}");
            daily.note_span(NoticeKind::Gap, (*from, *to), 0, Some(why.clone()));
            Told::plain(Some(Topic::Gap), Priority::Warning, message)
        }
        Remark::Unreadable { count } => {
            daily.note(NoticeKind::Unreadable, now, *count, None);
            let message = format!("{count} entries could not be read");
            Told::plain(Some(Topic::Gap), Priority::Warning, message)
        }
        Remark::Reopened { why } => {
            let message = format!("opened the log again at the same position: {why}");
            Told::plain(None, Priority::Warning, message)
        }
        Remark::Said(said) => Told::plain(None, Priority::Info, said.clone()),
    }
}

/// Says what was unusual about the state file, once that is committed; the store keeps it as a notice.
pub(crate) fn recovered(recoveries: &[Recovery]) {
    for recovery in recoveries {
        about(
            Topic::StateRecovered,
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
