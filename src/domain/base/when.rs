//! A day or a moment as people write it on the command line, similar to journalctl's (systemd.time(7)).

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Weekday};

use crate::domain::base::time::{Time, Zone};

/// The accepted forms, for the error message.
const ACCEPTED: &str = "write a day (2026-03-30, today, yesterday, tomorrow, \"last tuesday\"), a day and a time (\"2026-03-30 06:00\", \
    \"yesterday 18:00\"), a time of today (06:00), now, \"2 days ago\", -2h, +2h, or seconds since 1970 (@1774843200)";

/// Seconds since 1970 up to the year 9999; a larger number counts smaller units.
const SECONDS: std::ops::RangeInclusive<i64> = 0..=253_402_300_799;

/// The longest duration before or after now: a thousand years.
const LONGEST: Duration = Duration::from_secs(1_000 * 366 * 86_400);

/// A date and a time with its zone, in addition to RFC 3339: `journalctl -o short-iso` of systemd 252.
const STAMP: &str = "%Y-%m-%dT%H:%M:%S%.f%z";

/// A day or a moment, possibly relative to now. It needs a clock and a zone to become a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// A whole day of the calendar.
    Day(CalendarDay),
    /// A time on such a day.
    Clock(CalendarDay, NaiveTime),
    /// A moment.
    Moment(Time),
    /// This long before now.
    Ago(Duration),
    /// This long after now.
    Ahead(Duration),
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarDay {
    /// This date.
    Date(NaiveDate),
    /// Today.
    Today,
    /// The date before today's.
    Yesterday,
    /// The date after today's.
    Tomorrow,
    /// The last such weekday before today.
    Last(Weekday),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<When, String> {
        parse(text.trim()).map_err(|why| format!("{why}; {ACCEPTED}"))
    }
}

pub(super) fn parse(text: &str) -> Result<When, String> {
    let lower = text.to_ascii_lowercase();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if lower == "now" {
        return Ok(When::Ago(Duration::ZERO));
    }
    if let Some(seconds) = text.strip_prefix('@') {
        let seconds = seconds.parse().ok().filter(|at| SECONDS.contains(at));
        let moment = seconds.map(|seconds| When::Moment(Time::from_seconds(seconds)));
        return moment
            .ok_or_else(|| "@ needs whole seconds behind it, up to the year 9999".to_owned());
    }
    if let Some(long) = text.strip_prefix('-') {
        return Ok(When::Ago(duration(long)?));
    }
    if let Some(long) = text.strip_prefix('+') {
        return Ok(When::Ahead(duration(long)?));
    }
    if lower.ends_with(" ago") {
        return Ok(When::Ago(duration(&text[..text.len() - " ago".len()])?));
    }
    let stamp = DateTime::parse_from_rfc3339(text);
    if let Ok(moment) = stamp.or_else(|_| DateTime::parse_from_str(text, STAMP)) {
        return Ok(When::Moment(moment.into()));
    }
    if let Some(clock) = clock(text) {
        return Ok(When::Clock(CalendarDay::Today, clock));
    }
    // The last word, or the text after the T of a stamp, is a time of day.
    let parts = text.rsplit_once(char::is_whitespace);
    let parts = parts.or_else(|| text.split_once(['T', 't']));
    if let Some((before, time)) = parts {
        if let Some(day) = day(&before.trim().to_ascii_lowercase())? {
            let clock = clock(time).ok_or_else(|| format!("{time:?} is not a time of day"))?;
            return Ok(When::Clock(day, clock));
        }
    }
    if let Some(day) = day(&lower)? {
        return Ok(When::Day(day));
    }
    if humantime::parse_duration(text).is_ok() {
        return Err(format!(
            "it does not say which way: \"{text} ago\" or \"+{text}\""
        ));
    }
    if let Ok(day) = lower.parse::<Weekday>() {
        return Err(format!("it does not say which {day}: \"last {lower}\""));
    }
    Err("it is not a date".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text.trim()) {
        Ok(long) if long <= LONGEST => Ok(long),
        Ok(_) => Err(format!("{text:?} is longer than any log")),
        Err(error) => Err(format!("{text:?}: {error}")),
    }
}

fn clock(text: &str) -> Option<NaiveTime> {
    let forms = ["%H:%M:%S%.f", "%H:%M"];
    let parsed = |form: &&str| NaiveTime::parse_from_str(text, form).ok();
    forms.iter().find_map(parsed)
}

/// `None` if the text does not look like a day; an error for a date that no calendar has.
fn day(lower: &str) -> Result<Option<CalendarDay>, String> {
    Ok(Some(match lower {
        "today" => CalendarDay::Today,
        "yesterday" => CalendarDay::Yesterday,
        "tomorrow" => CalendarDay::Tomorrow,
        _ => {
            if let Some(name) = lower.strip_prefix("last ") {
                let weekday = name.trim().parse();
                return weekday
                    .map(|day| Some(CalendarDay::Last(day)))
                    .map_err(|_| format!("{name:?} is not a day of the week"));
            }
            let like_a_date = |b: u8| b.is_ascii_digit() || b == b'-';
            match lower.parse() {
                Ok(date) => CalendarDay::Date(date),
                Err(_) if lower.len() == 10 && lower.bytes().all(like_a_date) => {
                    return Err(format!("the calendar has no {lower}"));
                }
                Err(_) => return Ok(None),
            }
        }
    }))
}

impl CalendarDay {
    fn date(self, today: NaiveDate) -> NaiveDate {
        let moved = match self {
            CalendarDay::Date(date) => Some(date),
            CalendarDay::Today => Some(today),
            CalendarDay::Yesterday => today.pred_opt(),
            CalendarDay::Tomorrow => today.succ_opt(),
            CalendarDay::Last(weekday) => today
                .pred_opt()
                .and_then(|before| before.checked_sub_days(back(before, weekday))),
        };
        moved.unwrap_or(today)
    }
}

/// The number of days from the last such weekday to this date.
fn back(date: NaiveDate, weekday: Weekday) -> Days {
    use chrono::Datelike;
    Days::new(date.weekday().days_since(weekday).into())
}

impl When {
    /// The first moment. For a time that the clock shows twice, the first one; for a time that it skips, the moment of the
    /// change.
    pub fn first(&self, zone: Zone, now: Time) -> Time {
        self.ends(zone, now).0
    }

    /// The last moment: the end of a day or of a second, because a log of whole seconds contains events within the second.
    pub fn last(&self, zone: Zone, now: Time) -> Time {
        self.ends(zone, now).1
    }

    fn ends(&self, zone: Zone, now: Time) -> (Time, Time) {
        let today = zone.date(now);
        let (first, last) = match self {
            When::Day(day) => {
                let date = day.date(today);
                let next = date.succ_opt().unwrap_or(date);
                return (midnight(zone, date), Time(midnight(zone, next).0 - 1));
            }
            When::Clock(day, clock) => zone.moments(day.date(today).and_time(*clock)),
            When::Moment(moment) => (*moment, *moment),
            When::Ago(long) => (now.minus(*long), now.minus(*long)),
            When::Ahead(long) => (now.plus(*long), now.plus(*long)),
        };
        (first, end_of_second(last))
    }
}

/// The first moment of a local date.
pub fn midnight(zone: Zone, date: NaiveDate) -> Time {
    zone.moments(date.and_time(NaiveTime::MIN)).0
}

fn end_of_second(time: Time) -> Time {
    Time(
        time.0
            .saturating_sub(time.0.rem_euclid(1_000_000))
            .saturating_add(999_999),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARIS: Zone = Zone::Named(chrono_tz::Europe::Paris);

    /// The first and last moment of the text, at this moment in Paris.
    fn told(now: &str, text: &str) -> String {
        let now = DateTime::parse_from_rfc3339(now).expect(now).into();
        let when: When = text.parse().expect(text);
        let local = |time| PARIS.local(time).format("%F %T%.f%:::z").to_string();
        let ends = [when.first(PARIS, now), when.last(PARIS, now)].map(local);
        ends.join(" .. ")
    }

    /// Each line: a text, and its first and last moment.
    fn all_are_as_beside(now: &str, lines: &str) {
        for line in lines.lines() {
            let (text, expected) = line.split_once('|').expect(line);
            assert_eq!(told(now, text), expected.trim(), "{text}");
        }
    }

    #[test]
    fn each_form_has_a_first_and_a_last_moment() {
        // A Monday, after the change of the clock on Sunday. Durations are of hours that passed: two days are 48 of them.
        let lines = "\
today                     | 2026-03-30 00:00:00+02 .. 2026-03-30 23:59:59.999999+02
yesterday                 | 2026-03-29 00:00:00+01 .. 2026-03-29 23:59:59.999999+02
tomorrow                  | 2026-03-31 00:00:00+02 .. 2026-03-31 23:59:59.999999+02
Today                     | 2026-03-30 00:00:00+02 .. 2026-03-30 23:59:59.999999+02
last tuesday              | 2026-03-24 00:00:00+01 .. 2026-03-24 23:59:59.999999+01
last Mon                  | 2026-03-23 00:00:00+01 .. 2026-03-23 23:59:59.999999+01
last sunday               | 2026-03-29 00:00:00+01 .. 2026-03-29 23:59:59.999999+02
2026-03-28                | 2026-03-28 00:00:00+01 .. 2026-03-28 23:59:59.999999+01
now                       | 2026-03-30 10:20:30.500+02 .. 2026-03-30 10:20:30.999999+02
2 days ago                | 2026-03-28 09:20:30.500+01 .. 2026-03-28 09:20:30.999999+01
3h ago                    | 2026-03-30 07:20:30.500+02 .. 2026-03-30 07:20:30.999999+02
1 day 2 hours ago         | 2026-03-29 08:20:30.500+02 .. 2026-03-29 08:20:30.999999+02
1w ago                    | 2026-03-23 09:20:30.500+01 .. 2026-03-23 09:20:30.999999+01
-2h                       | 2026-03-30 08:20:30.500+02 .. 2026-03-30 08:20:30.999999+02
+2h 5min                  | 2026-03-30 12:25:30.500+02 .. 2026-03-30 12:25:30.999999+02
@1774843200               | 2026-03-30 06:00:00+02 .. 2026-03-30 06:00:00.999999+02
06:00                     | 2026-03-30 06:00:00+02 .. 2026-03-30 06:00:00.999999+02
yesterday 18:00:30        | 2026-03-29 18:00:30+02 .. 2026-03-29 18:00:30.999999+02
last tuesday 18:00        | 2026-03-24 18:00:00+01 .. 2026-03-24 18:00:00.999999+01
2026-03-30 06:07          | 2026-03-30 06:07:00+02 .. 2026-03-30 06:07:00.999999+02
2026-03-30T06:07:08       | 2026-03-30 06:07:08+02 .. 2026-03-30 06:07:08.999999+02
2026-03-30T04:07:00Z      | 2026-03-30 06:07:00+02 .. 2026-03-30 06:07:00.999999+02
2026-03-30T06:07:00+0200  | 2026-03-30 06:07:00+02 .. 2026-03-30 06:07:00.999999+02
2026-03-30 06:07:08.25    | 2026-03-30 06:07:08.250+02 .. 2026-03-30 06:07:08.999999+02";
        all_are_as_beside("2026-03-30T10:20:30.5+02:00", lines);
    }

    #[test]
    fn the_day_on_which_the_clock_skips_an_hour_is_whole() {
        let lines = "\
today    | 2026-03-29 00:00:00+01 .. 2026-03-29 23:59:59.999999+02
02:30    | 2026-03-29 03:00:00+02 .. 2026-03-29 03:00:00.999999+02";
        all_are_as_beside("2026-03-29T12:00:00+02:00", lines);
        let lines = "\
yesterday        | 2026-03-29 00:00:00+01 .. 2026-03-29 23:59:59.999999+02
yesterday 02:30  | 2026-03-29 03:00:00+02 .. 2026-03-29 03:00:00.999999+02
24h ago          | 2026-03-28 23:30:00+01 .. 2026-03-28 23:30:00.999999+01";
        all_are_as_beside("2026-03-30T00:30:00+02:00", lines);
    }

    #[test]
    fn the_day_on_which_the_clock_shows_an_hour_twice_is_whole_and_so_is_what_it_showed_twice() {
        let lines = "\
today    | 2026-10-25 00:00:00+02 .. 2026-10-25 23:59:59.999999+01
02:30    | 2026-10-25 02:30:00+02 .. 2026-10-25 02:30:00.999999+01";
        all_are_as_beside("2026-10-25T12:00:00+01:00", lines);
        let lines = "\
yesterday        | 2026-10-25 00:00:00+02 .. 2026-10-25 23:59:59.999999+01
yesterday 02:30  | 2026-10-25 02:30:00+02 .. 2026-10-25 02:30:00.999999+01
24h ago          | 2026-10-25 01:30:00+02 .. 2026-10-25 01:30:00.999999+02";
        all_are_as_beside("2026-10-26T00:30:00+01:00", lines);
    }

    #[test]
    fn what_is_refused_is_told_why_and_what_is_accepted() {
        for (text, why) in [
            ("", "it is empty"),
            ("yesterday noon", "\"noon\" is not a time of day"),
            ("2026-03-30 25:00", "\"25:00\" is not a time of day"),
            ("2026-02-30", "the calendar has no 2026-02-30"),
            ("2026-02-30 06:00", "the calendar has no 2026-02-30"),
            ("30/03/2026", "it is not a date"),
            ("hier", "it is not a date"),
            ("2h", "it does not say which way: \"2h ago\" or \"+2h\""),
            ("tuesday", "it does not say which Tue: \"last tuesday\""),
            ("last mardi", "\"mardi\" is not a day of the week"),
            ("last week", "\"week\" is not a day of the week"),
            (
                "@1774843200000",
                "@ needs whole seconds behind it, up to the year 9999",
            ),
            ("@", "@ needs whole seconds behind it, up to the year 9999"),
            ("-2", "\"2\": time unit needed, for example 2sec or 2ms"),
            (
                "99999999999 years ago",
                "\"99999999999 years\" is longer than any log",
            ),
        ] {
            let said = text.parse::<When>().expect_err(text);
            assert!(said.starts_with(why), "{text}: {said}");
            assert!(said.contains("write a day (2026-03-30, today"), "{said}");
        }
    }

    #[test]
    fn the_furthest_that_can_be_written_is_no_panic() {
        for text in [
            "İ ago",
            "2 hé ago",
            "23:59:60",
            "262142-12-31",
            "-262143-01-01",
            "-500000years",
            "+500000years",
            "@0",
        ] {
            if let Ok(when) = text.parse::<When>() {
                assert!(
                    when.first(PARIS, Time(0)) <= when.last(PARIS, Time(0)),
                    "{text}"
                );
            }
        }
    }
}
