//! Logs forged, not understood and unreadable lines in the program's own log, at most once an hour.

use std::time::Duration;

use crate::adapters::log::{Priority, Topic, about, line};
use crate::commands::run::view::{LineCounts, counted};
use crate::domain::base::time::Time;
use crate::domain::state::Daily;

/// The pause between two log entries about lines that anyone can write without limit.
const SAID_AGAIN: Duration = Duration::from_secs(3_600);

/// The text for each kind, written after its number.
const TEXTS: [(Option<Topic>, &str); 3] = [
    (
        Some(Topic::FORGED),
        "lines in sshd's name that other users wrote were ignored",
    ),
    (
        None,
        "lines look like ones that count, but cannot be parsed: sshd may be newer than sftp-monitor",
    ),
    (
        None,
        "lines of sshd or sftp-server have an unknown format and are not counted: `sftp-monitor check` shows the fix, `sftp-monitor status` shows one of them",
    ),
];

/// The last log entry of each kind.
#[derive(Default)]
pub(super) struct Doubtful([Hourly; 3]);

/// Time and count of the last log entry; `None` before the first batch.
#[derive(Default)]
struct Hourly(Option<(Time, u64)>);

impl Doubtful {
    /// Takes the counts before the first batch as known.
    pub(super) fn begin(&mut self, daily: &Daily) {
        let counted = counted(daily).into_iter();
        self.0
            .iter_mut()
            .zip(counted)
            .for_each(|(kind, count)| kind.begin(count));
    }

    /// Logs the number of new lines.
    pub(super) fn say(&mut self, counted: LineCounts, now: Time) {
        for ((kind, count), (topic, text)) in self.0.iter_mut().zip(counted).zip(TEXTS) {
            if let Some(new) = kind.news(count, now) {
                let said = format!("{new} {text}");
                match topic {
                    Some(topic) => about(topic, Priority::Warning, &said),
                    None => line(Priority::Warning, &said),
                }
            }
        }
    }
}

impl Hourly {
    /// Takes this count as known at the start.
    fn begin(&mut self, count: u64) {
        self.0.get_or_insert((Time::default(), count));
    }

    /// The number of new lines, if it is to be logged now.
    fn news(&mut self, count: u64, now: Time) -> Option<u64> {
        let (at, before) = self.0?;
        // A count restarts at the end of a day.
        let new = count.checked_sub(before).unwrap_or(count);
        // If the last time lies in the future, the clock was set back: log again.
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
        // Lines written while no daemon ran, and read first, count too.
        assert_eq!(said.news(7, at(101)), Some(2));
        assert_eq!(said.news(9, at(130)), None);
        assert_eq!(said.news(10, at(161)), Some(3));
        assert_eq!(said.news(10, at(300)), None);
    }
}
