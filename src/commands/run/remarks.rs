//! Turns remarks of the source into log entries, and into notices for the day's table.

use super::log_entry::LogEntry;
use crate::adapters::log::{Priority, Topic};
use crate::adapters::source::Remark;
use crate::domain::base::time::Time;
use crate::domain::state::{Daily, NoticeKind};

/// Notes a remark that makes the day's figures uncertain. Returns the log entry.
pub(super) fn remarked(daily: &mut Daily, remark: &Remark, now: Time) -> LogEntry<'static> {
    match remark {
        Remark::Gap { from, to, why } => {
            let (begun, over) = (from.utc(), to.utc());
            let message = format!("entries are missing from {begun} to {over}: {why}");
            daily.note_span(NoticeKind::Gap, (*from, *to), 0, Some(why.clone()));
            LogEntry::Plain(Some(Topic::GAP), Priority::Warning, message)
        }
        Remark::Unreadable { count } => {
            daily.note(NoticeKind::Unreadable, now, *count, None);
            let message = format!("{count} entries could not be read");
            LogEntry::Plain(Some(Topic::GAP), Priority::Warning, message)
        }
        Remark::Reopened { why } => {
            let message = format!("opened the log again at the same position: {why}");
            LogEntry::Plain(None, Priority::Warning, message)
        }
        Remark::Said(said) => LogEntry::Plain(None, Priority::Info, said.clone()),
    }
}
