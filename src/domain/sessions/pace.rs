//! Counts the rate of a session's lines: above a limit journald drops lines.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

/// How many messages of a unit journald accepts per interval. It accepts up to six times as many if its file system has much
/// free space (journald-rate-limit.c, `burst_modulate`); this number it always accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Number of messages.
    pub burst: u64,
    /// Length of the interval, from its first message on.
    pub interval: Duration,
}

/// journald's default (journald.conf(5)).
impl Default for Limit {
    fn default() -> Self {
        Limit {
            burst: 10_000,
            interval: Duration::from_secs(30),
        }
    }
}

impl Limit {
    /// From this number of lines on, lines may be missing: not all lines of a session are counted here.
    fn near(self) -> u64 {
        self.burst - self.burst / 10
    }
}

/// The line rates of sessions, by session id; lines without a session have an empty id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Paces(BTreeMap<String, Interval>);

/// The number of lines of a session in one interval. An interval begins with the first line after the previous one, as in
/// journald.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Interval {
    since: Time,
    lines: u64,
}

impl Paces {
    /// Counts a line of this session, or of no session. Returns whether this line comes near the limit. At most `at_most`
    /// sessions are kept.
    pub fn line(&mut self, session: Option<&str>, at: Time, limit: Limit, at_most: usize) -> bool {
        let session = session.unwrap_or_default();
        let begun = Interval {
            since: at,
            lines: 1,
        };
        let pace = match self.0.get_mut(session) {
            Some(pace) => pace,
            None => {
                if self.0.len() >= at_most {
                    self.forget(at, limit.interval, at_most / 2);
                }
                self.0.insert(session.to_owned(), begun);
                return limit.near() <= 1;
            }
        };
        // A clock that was set back starts a new interval.
        if at < pace.since || at.since(pace.since) >= limit.interval {
            *pace = begun;
        } else {
            add(&mut pace.lines, 1);
        }
        pace.lines == limit.near().max(1)
    }

    /// Forgets the sessions whose interval has ended, and if there are more than `most`, those with the fewest lines.
    pub fn forget(&mut self, time: Time, interval: Duration, most: usize) {
        self.0.retain(|_, pace| time.since(pace.since) < interval);
        if self.0.len() > most {
            let mut lines: Vec<u64> = self.0.values().map(|pace| pace.lines).collect();
            lines.sort_unstable();
            let fewest = lines[lines.len() - most];
            self.0.retain(|_, pace| pace.lines > fewest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit {
        burst: 10,
        interval: Duration::from_secs(30),
    };

    fn near(paces: &mut Paces, session: Option<&str>, lines: usize, second: i64) -> usize {
        let mut line = || paces.line(session, Time::from_seconds(second), LIMIT, 4);
        (0..lines).filter(|_| line()).count()
    }

    #[test]
    fn the_line_that_comes_near_the_limit_is_told_once_in_an_interval() {
        let mut paces = Paces::default();
        assert_eq!(near(&mut paces, Some("5"), 8, 100), 0);
        assert_eq!(near(&mut paces, None, 8, 100), 0);
        assert_eq!(near(&mut paces, Some("5"), 50, 129), 1);
        assert_eq!(near(&mut paces, Some("5"), 8, 130), 0);
        assert_eq!(near(&mut paces, Some("5"), 1, 131), 1);
        // The clock was set back.
        assert_eq!(near(&mut paces, Some("5"), 8, 90), 0);
    }

    #[test]
    fn of_too_many_sessions_those_with_the_fewest_lines_are_forgotten() {
        let mut paces = Paces::default();
        near(&mut paces, Some("flood"), 8, 100);
        for session in 0..50 {
            near(&mut paces, Some(&session.to_string()), 1, 101);
            assert!(paces.0.len() <= 4, "{paces:?}");
        }
        assert_eq!(near(&mut paces, Some("flood"), 1, 102), 1);
        paces.forget(Time::from_seconds(200), LIMIT.interval, 4);
        assert!(paces.0.is_empty());
    }
}
