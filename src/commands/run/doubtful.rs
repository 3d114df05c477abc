//! What the program's own log says of lines that are forged, not understood or not readable: once an hour at most.

use std::time::Duration;

use super::log_entry::LogEntry;
use crate::adapters::log::{Priority, Topic};
use crate::commands::run::view::{Counted, counted};
use crate::domain::base::time::Time;
use crate::domain::state::Daily;

/// How long nothing more is said of lines that anybody can write as often as they like.
const SAID_AGAIN: Duration = Duration::from_secs(3_600);

/// What the log says of each kind behind its number.
const TEXTS: [(Option<Topic>, &str); 3] = [
    (
        Some(Topic::FORGED),
        "lines in sshd's name that other users wrote were ignored",
    ),
    (
        None,
        "lines read like ones that count, and nobody understands them: is this sshd newer than sftp-monitor?",
    ),
    (
        None,
        "lines of sshd or sftp-server are in no known envelope and count nothing: `sftp-monitor check` says what mends it, \
         `sftp-monitor status` shows one of them",
    ),
];

/// What was said last of each kind.
#[derive(Default)]
pub(super) struct Doubtful([Hourly; 3]);

/// What was said last: when, and how many there were.
#[derive(Default)]
struct Hourly(Option<(Time, u64)>);

impl Doubtful {
    /// What there was before the first batch is not new.
    pub(super) fn begin(&mut self, daily: &Daily) {
        let counted = counted(daily).into_iter();
        self.0
            .iter_mut()
            .zip(counted)
            .for_each(|(kind, count)| kind.begin(count));
    }

    /// Says what is new.
    pub(super) fn say(&mut self, counted: Counted, now: Time) {
        for ((kind, count), (topic, text)) in self.0.iter_mut().zip(counted).zip(TEXTS) {
            if let Some(new) = kind.news(count, now) {
                LogEntry::plain(topic, Priority::Warning, format!("{new} {text}")).write();
            }
        }
    }
}

impl Hourly {
    /// So many there were at the start.
    fn begin(&mut self, count: u64) {
        self.0.get_or_insert((Time::default(), count));
    }

    /// How many are new, if that is to be said now.
    fn news(&mut self, count: u64, now: Time) -> Option<u64> {
        let (at, before) = self.0?;
        // A day's end begins a count anew.
        let new = count.checked_sub(before).unwrap_or(count);
        // A time ahead of now is one of before the clock was set back.
        if new == 0 || (at <= now && now.since(at) < SAID_AGAIN) {
            return None;
        }
        self.0 = Some((now, count));
        Some(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_written_without_end_is_said_once_an_hour() {
        let at = |minutes: u64| Time::default().plus(Duration::from_secs(minutes * 60));
        let mut said = Hourly::default();
        said.begin(5);
        said.begin(6);
        assert_eq!(said.news(5, at(100)), None);
        // Also what was written while nobody read, and is read first.
        assert_eq!(said.news(7, at(101)), Some(2));
        assert_eq!(said.news(9, at(130)), None);
        assert_eq!(said.news(10, at(161)), Some(3));
        assert_eq!(said.news(10, at(300)), None);
    }
}
