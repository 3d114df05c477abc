//! The end of a mute as people write it on the command line.

use std::str::FromStr;
use std::time::Duration;

use chrono::{Days, NaiveTime, Weekday};

use crate::domain::base::time::{Time, Zone};
use crate::domain::base::when::{CalendarDay, When, parse};

/// Examples, for the error message.
const EXAMPLES: &str = "write a time of day (18:00), a duration (2h), a day, which is included (2026-12-01, tomorrow), or a \
    day and a time (\"2026-12-01 18:00\")";

/// A moment in the future, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    written: String,
    when: When,
    /// A time of day alone: the next one.
    clock: Option<NaiveTime>,
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Until, String> {
        let text = text.trim();
        let refused = |why: String| format!("{why}; {EXAMPLES}");
        let when = match humantime::parse_duration(text) {
            Ok(long) => When::Ahead(long),
            Err(_) if text.parse::<Weekday>().is_ok() => {
                return Err(refused(format!("{text:?} is a weekday without a date")));
            }
            Err(_) => parse(text).map_err(|why| refused(format!("{text:?}: {why}")))?,
        };
        let clock = match when {
            When::Clock(CalendarDay::Today, clock) if !text.to_lowercase().contains("today") => {
                Some(clock)
            }
            _ => None,
        };
        let written = text.to_owned();
        Ok(Until {
            written,
            when,
            clock,
        })
    }
}

impl Until {
    /// The moment: in the future, and no longer than `longest` from now.
    pub fn moment(&self, zone: Zone, now: Time, longest: Duration) -> Result<Time, String> {
        let written = &self.written;
        let until = match (&self.when, self.clock) {
            (When::Day(_), _) => self.when.last(zone, now).plus(Duration::from_micros(1)),
            (_, Some(clock)) => next(clock, zone, now),
            (when, None) => when.first(zone, now),
        };
        if until <= now {
            return Err(format!("{written:?} is in the past; {EXAMPLES}"));
        }
        let last = now.plus(longest);
        if until > last {
            let last = zone.minute(last);
            return Err(format!(
                "{written:?} is more than a week from now, and a mute ends after a week at the latest, which is {last}; {EXAMPLES}"
            ));
        }
        Ok(until)
    }
}

/// The next moment at which the clock shows this time.
fn next(clock: NaiveTime, zone: Zone, now: Time) -> Time {
    let today = zone.date(now);
    let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today);
    let (first, second) = zone.moments(today.and_time(clock));
    let all = [first, second, zone.moments(tomorrow.and_time(clock)).0];
    all.into_iter().find(|at| *at > now).unwrap_or(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARIS: Zone = Zone::Named(chrono_tz::Europe::Paris);
    const WEEK: Duration = Duration::from_secs(7 * 86_400);

    fn moment(now: &str, text: &str) -> Result<String, String> {
        let now = chrono::DateTime::parse_from_rfc3339(now).expect(now).into();
        let until: Until = text.parse()?;
        let moment = until.moment(PARIS, now, WEEK)?;
        Ok(PARIS.local(moment).format("%F %T%:::z").to_string())
    }

    #[test]
    fn each_form_has_a_moment_in_the_future() {
        // A Friday before the clock is set forward.
        for (text, expected) in [
            ("18:00", "2026-03-27 18:00:00+01"),
            ("10:20", "2026-03-28 10:20:00+01"),
            ("2h", "2026-03-27 12:20:30+01"),
            ("1h 30min", "2026-03-27 11:50:30+01"),
            ("+2h", "2026-03-27 12:20:30+01"),
            ("today", "2026-03-28 00:00:00+01"),
            ("tomorrow", "2026-03-29 00:00:00+01"),
            ("tomorrow 18:00", "2026-03-28 18:00:00+01"),
            ("2026-03-29", "2026-03-30 00:00:00+02"),
            ("2026-03-29 02:30", "2026-03-29 03:00:00+02"),
            ("2026-04-01 18:00", "2026-04-01 18:00:00+02"),
            ("2026-04-03T08:20:30Z", "2026-04-03 10:20:30+02"),
        ] {
            let told = moment("2026-03-27T10:20:30+01:00", text);
            assert_eq!(told, Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_is_the_next_of_the_two() {
        for (now, expected) in [
            ("2026-10-25T02:20:00+02:00", "2026-10-25 02:30:00+02"),
            ("2026-10-25T02:40:00+02:00", "2026-10-25 02:30:00+01"),
            ("2026-10-25T02:40:00+01:00", "2026-10-26 02:30:00+01"),
        ] {
            assert_eq!(moment(now, "02:30"), Ok(expected.to_owned()), "{now}");
        }
    }

    #[test]
    fn what_is_refused_is_named_with_the_reason_and_examples() {
        for (text, why) in [
            ("", "\"\": it is empty"),
            ("soon", "\"soon\": it is not a date"),
            ("25:00", "\"25:00\": it is not a date"),
            ("90", "\"90\": it is not a date"),
            (
                "2026-02-30",
                "\"2026-02-30\": the calendar has no 2026-02-30",
            ),
            ("monday", "\"monday\" is a weekday without a date"),
            ("now", "\"now\" is in the past"),
            ("0s", "\"0s\" is in the past"),
            ("-2h", "\"-2h\" is in the past"),
            ("2 days ago", "\"2 days ago\" is in the past"),
            ("yesterday", "\"yesterday\" is in the past"),
            ("today 10:00", "\"today 10:00\" is in the past"),
            ("2026-03-26", "\"2026-03-26\" is in the past"),
            (
                "8 days",
                "\"8 days\" is more than a week from now, and a mute ends after a week at the latest, which is 2026-04-03 11:20",
            ),
            ("2026-04-03", "\"2026-04-03\" is more than a week from now"),
            (
                "1000000 years",
                "\"1000000 years\" is more than a week from now",
            ),
        ] {
            let said = moment("2026-03-27T10:20:30+01:00", text).expect_err(text);
            assert!(said.starts_with(why), "{text}: {said}");
            assert!(said.ends_with(EXAMPLES), "{said}");
        }
    }
}
