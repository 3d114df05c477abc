//! Points in time of log entries, and the zone in which they are shown.

use std::cell::Cell;
use std::time::Duration;

use chrono::{
    DateTime, FixedOffset, Local, MappedLocalTime, NaiveDate, NaiveDateTime, SecondsFormat,
    TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// No zone is this far from UTC.
const ZONES: TimeDelta = TimeDelta::days(2);

/// A point in time: microseconds since the Unix epoch, in UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// The time of whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Time(seconds.saturating_mul(1_000_000))
    }

    /// The time of microseconds since the epoch, as the journal counts them.
    pub fn from_micros(micros: u64) -> Self {
        Time(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    /// This time plus `duration`.
    #[inline]
    pub fn plus(self, duration: Duration) -> Self {
        Time(self.0.saturating_add(micros(duration)))
    }

    /// This time minus `duration`.
    #[inline]
    pub fn minus(self, duration: Duration) -> Self {
        Time(self.0.saturating_sub(micros(duration)))
    }

    /// The duration from `earlier` to this time; zero if this time is not later.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same time as chrono's type; the epoch if the time is out of range in some zone.
    pub fn utc(self) -> DateTime<Utc> {
        let told = DateTime::from_timestamp_micros(self.0);
        // chrono panics if the local time is out of range, even if the time in UTC is not.
        let in_every_zone = |time: &DateTime<Utc>| {
            let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
            *time - first > ZONES && last - *time > ZONES
        };
        told.filter(in_every_zone).unwrap_or_default()
    }
}

impl From<std::time::SystemTime> for Time {
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Time(micros(after)),
            Err(before) => Time(-micros(before.duration())),
        }
    }
}

/// The microseconds of a duration, at most `i64::MAX`.
#[inline]
fn micros(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    let micros = seconds.saturating_mul(1_000_000);
    micros.saturating_add(i64::from(duration.subsec_micros()))
}

impl<Z: TimeZone> From<DateTime<Z>> for Time {
    fn from(time: DateTime<Z>) -> Self {
        Time(time.timestamp_micros())
    }
}

/// A minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// The first minute of 1973, in minutes since the epoch.
const OLDEST: i64 = 1_578_240;

thread_local! {
    /// The minute whose date was asked for last: the lines of a log are mostly of the same minute.
    static LAST: Cell<(Zone, i64, NaiveDate)> =
        const { Cell::new((Zone::Machine, i64::MIN, NaiveDate::MIN)) };
}

/// The time zone of the texts and of the dates of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// The machine's own zone: `/etc/localtime` or `TZ` at the moment of the call.
    #[default]
    Machine,
    /// A zone named in the configuration.
    Named(Tz),
}

impl Zone {
    /// The local time at `time`.
    pub fn local(self, time: Time) -> DateTime<FixedOffset> {
        match self {
            Zone::Machine => time.utc().with_timezone(&Local).fixed_offset(),
            Zone::Named(zone) => time.utc().with_timezone(&zone).fixed_offset(),
        }
    }

    /// The local calendar date at `time`.
    pub fn date(self, time: Time) -> NaiveDate {
        let minute = time.0.div_euclid(MINUTE);
        let (zone, known, date) = LAST.get();
        if (zone, known) == (self, minute) {
            return date;
        }
        let date = self.local(time).date_naive();
        // Since 1973 every zone is whole minutes away from UTC.
        if minute > OLDEST {
            LAST.set((self, minute, date));
        }
        date
    }

    /// A time for people: local, to the minute.
    pub fn minute(self, time: Time) -> String {
        self.local(time).format("%Y-%m-%d %H:%M").to_string()
    }

    /// A time for people: local, to the second.
    pub fn second(self, time: Time) -> String {
        self.local(time).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// A time in RFC 3339: local, to the second.
    pub fn rfc3339(self, time: Time) -> String {
        self.local(time).to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// The first and the last moment of a local time; they differ if a change of the clock repeats it. For a time that a change
    /// of the clock skips, both are the moment of the change.
    pub fn moments(self, local: NaiveDateTime) -> (Time, Time) {
        let found = |local: NaiveDateTime| match self {
            Zone::Machine => both(Local.from_local_datetime(&local)),
            Zone::Named(zone) => both(zone.from_local_datetime(&local)),
        };
        // No change of a clock skips more than a day (Samoa, 2011).
        let step = |minute| local.checked_add_signed(TimeDelta::minutes(minute));
        let mut steps = (0..=24 * 60).filter_map(|minute| found(step(minute)?));
        let unknown = || Time::from(local.and_utc());
        steps.next().unwrap_or_else(|| (unknown(), unknown()))
    }
}

fn both<Z: TimeZone>(mapped: MappedLocalTime<DateTime<Z>>) -> Option<(Time, Time)> {
    let first = mapped.clone().earliest()?;
    Some((first.into(), mapped.latest()?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_that_is_too_long_leads_to_the_end_of_time_and_not_back() {
        for long in [Duration::from_secs(300_000 * 31_557_600), Duration::MAX] {
            assert_eq!(Time(7).plus(long), Time(i64::MAX));
            assert_eq!(Time(-7).minus(long), Time(i64::MIN));
        }
        assert_eq!(Time::from_micros(u64::MAX), Time(i64::MAX));
    }

    #[test]
    fn times_at_the_ends_of_what_there_is_are_told_in_every_zone() {
        let zones = [
            Zone::Machine,
            Zone::Named(chrono_tz::Pacific::Kiritimati),
            Zone::Named(chrono_tz::Pacific::Pago_Pago),
        ];
        let ends = [
            DateTime::<Utc>::MIN_UTC.timestamp_micros(),
            DateTime::<Utc>::MAX_UTC.timestamp_micros(),
        ];
        let near =
            ends.map(|end| [-90, -30, -1, 0, 1, 30].map(|hours| Time(end + hours * 3_600_000_000)));
        let times = near.into_iter().flatten();
        for time in times.chain([Time(i64::MIN), Time(i64::MAX)]) {
            for zone in zones {
                assert!(!zone.local(time).to_rfc3339().is_empty());
                assert!(zone.date(time) < NaiveDate::MAX);
            }
        }
        for zone in zones {
            for date in [NaiveDate::MIN, NaiveDate::MAX] {
                let (first, last) = zone.moments(date.and_time(chrono::NaiveTime::MIN));
                assert!(first <= last);
            }
        }
    }
}
