//! The span of time that a report covers, and how people write its ends.

use anyhow::anyhow;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime};

use crate::domain::base::time::{Time, Zone};

/// How a date with a time of day may be written, besides RFC 3339.
const MOMENTS: [&str; 4] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
];

/// From when to when; both ends belong to it, as with journalctl.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub since: Option<Time>,
    /// The last moment.
    pub until: Option<Time>,
}

impl Span {
    /// The span between two ends as people write them: `2026-03-30` (the whole day) or `2026-03-30 06:07`.
    pub fn parse(since: Option<&str>, until: Option<&str>, zone: Zone) -> anyhow::Result<Span> {
        let since = since.map(|text| first(text, zone)).transpose()?;
        let until = until.map(|text| last(text, zone)).transpose()?;
        if let (Some(since), Some(until)) = (since, until) {
            if since > until {
                return Err(anyhow!("--since lies after --until"));
            }
        }
        Ok(Span { since, until })
    }

    /// Does this time belong to it?
    pub fn holds(&self, time: Time) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time <= until)
    }
}

fn first(text: &str, zone: Zone) -> anyhow::Result<Time> {
    match text.parse() {
        Ok(date) => Ok(midnight(zone, date)),
        Err(_) => moment(text, zone),
    }
}

fn last(text: &str, zone: Zone) -> anyhow::Result<Time> {
    match text.parse::<NaiveDate>() {
        Ok(date) => {
            let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
            Ok(Time(midnight(zone, next).0 - 1))
        }
        // A log of whole seconds tells what happened within this one.
        Err(_) => Ok(Time(moment(text, zone)?.0 + 999_999)),
    }
}

fn moment(text: &str, zone: Zone) -> anyhow::Result<Time> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.into());
    }
    let local = MOMENTS
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = local
        .ok_or_else(|| anyhow!("{text:?} is no date: write 2026-03-30, or \"2026-03-30 06:07\""))?;
    Ok(at(zone, local))
}

/// The first moment of a local date.
pub(crate) fn midnight(zone: Zone, date: NaiveDate) -> Time {
    at(zone, date.and_time(NaiveTime::MIN))
}

/// A local time. Of one that exists twice the first; one that a change of the clock skips is the moment of the change.
fn at(zone: Zone, local: NaiveDateTime) -> Time {
    zone.moments(local).0
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARIS: Zone = Zone::Named(chrono_tz::Europe::Paris);

    fn told(time: Option<Time>) -> String {
        PARIS.local(time.expect("an end")).to_rfc3339()
    }

    #[test]
    fn a_date_stands_for_the_whole_day() {
        let span = Span::parse(Some("2026-03-29"), Some("2026-03-29"), PARIS).expect("a span");
        assert_eq!(told(span.since), "2026-03-29T00:00:00+01:00");
        assert_eq!(told(span.until), "2026-03-29T23:59:59.999999+02:00");
    }

    #[test]
    fn a_moment_may_be_written_in_several_ways() {
        for text in [
            "2026-03-30 06:07",
            "2026-03-30T06:07:00",
            "2026-03-30T04:07:00Z",
        ] {
            let span = Span::parse(Some(text), None, PARIS).expect(text);
            assert_eq!(told(span.since), "2026-03-30T06:07:00+02:00", "{text}");
        }
        assert!(Span::parse(Some("yesterday noon"), None, PARIS).is_err());
        assert!(Span::parse(Some("2026-03-31"), Some("2026-03-30"), PARIS).is_err());
    }

    #[test]
    fn a_time_that_the_clock_skipped_is_the_moment_of_the_change() {
        let span = Span::parse(Some("2026-03-29 02:30"), None, PARIS).expect("a span");
        assert_eq!(told(span.since), "2026-03-29T03:00:00+02:00");
    }
}
