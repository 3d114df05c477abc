//! Counts how fast a session's lines come: beyond a limit journald drops lines.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

/// How many messages of a unit journald takes in how much time. It takes up to six times as many where its file system has
/// much room (journald-rate-limit.c, `burst_modulate`); these it takes in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub burst: u64,
    /// In how much time, from the first of them on.
    pub interval: Duration,
}

/// journald's own (journald.conf(5)).
impl Default for Limit {
    fn default() -> Self {
        Limit {
            burst: 10_000,
            interval: Duration::from_secs(30),
        }
    }
}

impl Limit {
    /// From so many lines on others may be missing. Not all that a session says comes here.
    fn near(self) -> u64 {
        self.burst - self.burst / 10
    }
}

/// The lines of sessions, by their id; those that belong to none under an empty one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Paces(BTreeMap<String, Interval>);

/// The lines of a session within an interval, which begins with the first line after the one before, as journald's own does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Interval {
    since: Time,
    lines: u64,
}

impl Paces {
    /// A line of this session, or of none. Returns whether it is the one that comes near the limit.
    /// Of at most so many sessions the lines are counted.
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
        // A clock that was set back begins anew.
        if at < pace.since || at.since(pace.since) >= limit.interval {
            *pace = begun;
        } else {
            add(&mut pace.lines, 1);
        }
        pace.lines == limit.near().max(1)
    }

    /// Forgets the sessions whose interval is over, and where there are more than `most` those with the fewest lines.
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
        // A clock that was set back.
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
