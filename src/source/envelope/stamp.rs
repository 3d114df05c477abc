//! The stamps of log lines, read by hand over bytes: one stands on every line.

use chrono::{Datelike, Days, Local, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone};

use crate::time::{Time, Zone};

/// How far ahead of now a stamp without a year may lie before it is taken for one of the year before. The reading nearest
/// to now would put a log of seven months ago five months ahead; no log tells the future, but clocks have been wrong.
const AHEAD: Days = Days::new(31);

/// How many years back a day is looked for that not every year has: 29 February is eight years apart around 1900 and 2100.
const YEARS_BACK: i32 = 8;

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// Seconds of a day.
const DAY: i64 = 24 * HOUR;

/// The day of the epoch, as chrono counts days from 1 January of the year 1.
const EPOCH: i32 = 719_163;

/// Reads stamps, and remembers the last day and hour: most lines are of the same.
#[derive(Debug)]
pub(super) struct Stamps {
    zone: Zone,
    now: Time,
    /// The last day that was read, by its numbers, and its days since the epoch.
    day: Option<((i32, u32, u32), i64)>,
    /// The last hour whose offset from UTC was looked up, in hours of local time since the epoch, and the offset in seconds.
    hour: Option<(i64, i64)>,
}

impl Stamps {
    /// Stamps without a zone are read in `zone`, those without a year near `now`.
    pub(super) const fn new(zone: Zone, now: Time) -> Self {
        Stamps {
            zone,
            now,
            day: None,
            hour: None,
        }
    }

    /// Sets the present. What is remembered goes: the year, or the machine's zone, may be another one now.
    pub(super) fn set_now(&mut self, now: Time) {
        *self = Stamps::new(self.zone, now);
    }

    /// Reads `Mar  3 06:07:55`, also with a fraction, at the beginning of `text`. Returns what stands behind the blank after it.
    pub(super) fn rfc3164<'t>(&mut self, text: &'t [u8]) -> Option<(Time, &'t [u8])> {
        let (month, rest) = text.split_at_checked(3)?;
        let month = month_of(month)?;
        let rest = blanks(rest)?;
        let (day, rest) = match rest {
            [tens @ b'0'..=b'3', ones @ b'0'..=b'9', rest @ ..] => (two(*tens, *ones), rest),
            [ones @ b'1'..=b'9', rest @ ..] => (u32::from(ones - b'0'), rest),
            _ => return None,
        };
        let (seconds, rest) = time_of_day(blanks(rest)?)?;
        let (micros, rest) = fraction(rest);
        let rest = end(rest)?;
        let day = self.day_without_year(month, day)?;
        let local = day * DAY + seconds;
        Some((time(local - self.offset(local), micros), rest))
    }

    /// Reads `2026-03-03T06:07:55.123456+01:00`, with or without fraction and zone, at the beginning of `text`.
    /// Returns what stands behind the blank after it.
    pub(super) fn rfc3339<'t>(&mut self, text: &'t [u8]) -> Option<(Time, &'t [u8])> {
        let (date, rest) = text.split_at_checked(10)?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else {
            return None;
        };
        if ![y1, y2, y3, y4, m1, m2, d1, d2]
            .iter()
            .all(u8::is_ascii_digit)
        {
            return None;
        }
        let year = two(y1, y2) * 100 + two(y3, y4);
        let day = self.day(year as i32, two(m1, m2), two(d1, d2))?;
        let (b'T' | b't' | b' ', rest) = rest.split_first().map(|(b, r)| (*b, r))? else {
            return None;
        };
        let (seconds, rest) = time_of_day(rest)?;
        let (micros, rest) = fraction(rest);
        let local = day * DAY + seconds;
        let (offset, rest) = match zone(rest)? {
            (Some(offset), rest) => (offset, rest),
            (None, rest) => (self.offset(local), rest),
        };
        Some((time(local - offset, micros), end(rest)?))
    }

    /// The days from the epoch to a date.
    fn day(&mut self, year: i32, month: u32, day: u32) -> Option<i64> {
        let asked = (year, month, day);
        match self.day {
            Some((known, days)) if known == asked => Some(days),
            _ => {
                let days = days(NaiveDate::from_ymd_opt(year, month, day)?);
                self.day = Some((asked, days));
                Some(days)
            }
        }
    }

    /// The days from the epoch to a day of the year: the last one that does not lie ahead.
    fn day_without_year(&mut self, month: u32, day: u32) -> Option<i64> {
        let asked = (0, month, day);
        match self.day {
            Some((known, days)) if known == asked => Some(days),
            _ => {
                let latest = self.zone.date(self.now).checked_add_days(AHEAD)?;
                let mut years = latest.year() - YEARS_BACK..=latest.year();
                let found = years.rfind(|&year| {
                    NaiveDate::from_ymd_opt(year, month, day).is_some_and(|date| date <= latest)
                })?;
                let days = days(NaiveDate::from_ymd_opt(found, month, day)?);
                self.day = Some((asked, days));
                Some(days)
            }
        }
    }

    /// How many seconds the local time `local` (in seconds since the epoch, as if it were UTC) is ahead of UTC.
    fn offset(&mut self, local: i64) -> i64 {
        let hour = local.div_euclid(HOUR);
        if let Some((known, offset)) = self.hour
            && known == hour
        {
            return offset;
        }
        let first = self.readings(hour * HOUR);
        let last = self.readings(hour * HOUR + HOUR - 1);
        if let (MappedLocalTime::Single(first), MappedLocalTime::Single(last)) = (first, last)
            && first == last
        {
            self.hour = Some((hour, first));
            return first;
        }
        match self.readings(local) {
            MappedLocalTime::Single(offset) => offset,
            // The hour that autumn repeats.
            MappedLocalTime::Ambiguous(one, other) => {
                let now = self.now.0.div_euclid(1_000_000);
                let away = |offset: i64| (local - offset).abs_diff(now);
                if away(other) < away(one) { other } else { one }
            }
            // The hour that spring leaves out: as if the clock had not been put forward yet.
            MappedLocalTime::None => self.readings(local - 3 * HOUR).latest().unwrap_or(0),
        }
    }

    /// The offsets that a local time can have, in seconds.
    fn readings(&self, local: i64) -> MappedLocalTime<i64> {
        let Some(utc) = chrono::DateTime::from_timestamp(local, 0) else {
            return MappedLocalTime::Single(0);
        };
        let local: NaiveDateTime = utc.naive_utc();
        let seconds = |offset: chrono::FixedOffset| i64::from(offset.local_minus_utc());
        match self.zone {
            Zone::Machine => Local.offset_from_local_datetime(&local).map(seconds),
            Zone::Named(zone) => zone
                .offset_from_local_datetime(&local)
                .map(|offset| seconds(offset.fix())),
        }
    }
}

/// The days from the epoch to a date.
fn days(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce() - EPOCH)
}

const fn time(seconds: i64, micros: i64) -> Time {
    Time(seconds * 1_000_000 + micros)
}

const fn two(tens: u8, ones: u8) -> u32 {
    (tens - b'0') as u32 * 10 + (ones - b'0') as u32
}

const fn month_of(name: &[u8]) -> Option<u32> {
    Some(match name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

/// What stands behind one blank or more.
fn blanks(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b" ")?;
    Some(rest.trim_ascii_start())
}

/// What stands behind the blank that ends a stamp.
fn end(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b" ")
}

/// Reads `06:07:55`, in seconds. A minute may have a leap second.
fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (clock, rest) = text.split_at_checked(8)?;
    let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock else {
        return None;
    };
    if ![h1, h2, m1, m2, s1, s2].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (hour, minute, second) = (two(h1, h2), two(m1, m2), two(s1, s2));
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some((i64::from(hour * 3_600 + minute * 60 + second), rest))
}

/// Reads `.123456` where it stands, in microseconds; further digits are left out.
fn fraction(text: &[u8]) -> (i64, &[u8]) {
    let [b'.' | b',', digits @ ..] = text else {
        return (0, text);
    };
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 {
        return (0, text);
    }
    let told = digits[..count.min(6)].iter();
    let micros = told.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let missing = 6_usize.saturating_sub(count);
    (micros * 10_i64.pow(missing as u32), &digits[count..])
}

/// Reads `Z`, `+01:00`, `+0100` (journalctl before systemd 255) or `+01`, in seconds; none where no zone stands there.
fn zone(text: &[u8]) -> Option<(Option<i64>, &[u8])> {
    let (sign, rest) = match text {
        [b'Z' | b'z', rest @ ..] => return Some((Some(0), rest)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return Some((None, text)),
    };
    let (h1, h2, m1, m2, rest) = match rest {
        [h1, h2, b':', m1, m2, rest @ ..] => (h1, h2, m1, m2, rest),
        [h1, h2, m1 @ b'0'..=b'9', m2, rest @ ..] => (h1, h2, m1, m2, rest),
        [h1, h2, rest @ ..] => (h1, h2, &b'0', &b'0', rest),
        _ => return None,
    };
    if ![h1, h2, m1, m2].into_iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (hours, minutes) = (two(*h1, *h2), two(*m1, *m2));
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some((Some(sign * i64::from(hours * 3_600 + minutes * 60)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris(now: &str) -> Stamps {
        Stamps::new(Zone::Named(chrono_tz::Europe::Paris), at(now))
    }

    fn at(text: &str) -> Time {
        Time::from(chrono::DateTime::parse_from_rfc3339(text).expect(text))
    }

    /// What `now` makes of stamps in Paris.
    const WITHOUT_ZONE: &[(&str, &str, &str)] = &[
        // now, stamp, time
        (
            "2026-03-30T06:08:00+02:00",
            "Mar 30 06:07:55",
            "2026-03-30T06:07:55+02:00",
        ),
        // A year begins: the line is of the year before.
        (
            "2027-01-01T00:00:10+01:00",
            "Dec 31 23:59:59",
            "2026-12-31T23:59:59+01:00",
        ),
        // A clock that is a little slow: the line is of the year that begins.
        (
            "2026-12-31T23:59:58+01:00",
            "Jan  1 00:00:01",
            "2027-01-01T00:00:01+01:00",
        ),
        // A log of eight months ago is not of the spring to come.
        (
            "2026-11-23T12:00:00+01:00",
            "Mar  3 06:07:55",
            "2026-03-03T06:07:55+01:00",
        ),
        (
            "2026-11-23T12:00:00+01:00",
            "Dec 31 06:07:55",
            "2025-12-31T06:07:55+01:00",
        ),
        // 29 February, in a leap year and after it.
        (
            "2028-02-29T12:00:00+01:00",
            "Feb 29 11:59:59",
            "2028-02-29T11:59:59+01:00",
        ),
        (
            "2029-01-15T12:00:00+01:00",
            "Feb 29 11:59:59",
            "2028-02-29T11:59:59+01:00",
        ),
        (
            "2026-11-23T12:00:00+01:00",
            "Feb 29 11:59:59",
            "2024-02-29T11:59:59+01:00",
        ),
        // Autumn repeats the hour from two to three: the first time, the second time, and long after.
        (
            "2026-10-25T02:30:01+02:00",
            "Oct 25 02:30:00",
            "2026-10-25T02:30:00+02:00",
        ),
        (
            "2026-10-25T02:30:01+01:00",
            "Oct 25 02:30:00",
            "2026-10-25T02:30:00+01:00",
        ),
        (
            "2026-10-25T02:59:59+02:00",
            "Oct 25 02:40:00",
            "2026-10-25T02:40:00+02:00",
        ),
        (
            "2026-10-25T09:00:00+01:00",
            "Oct 25 02:30:00",
            "2026-10-25T02:30:00+01:00",
        ),
        (
            "2026-10-25T09:00:00+01:00",
            "2026-10-25T02:30:00",
            "2026-10-25T02:30:00+01:00",
        ),
        (
            "2026-10-25T02:31:00+02:00",
            "2026-10-25 02:30:00.5",
            "2026-10-25T02:30:00.5+02:00",
        ),
        (
            "2026-10-25T09:00:00+01:00",
            "Oct 25 01:59:59",
            "2026-10-25T01:59:59+02:00",
        ),
        (
            "2026-10-25T09:00:00+01:00",
            "Oct 25 03:00:00",
            "2026-10-25T03:00:00+01:00",
        ),
        // Spring leaves the hour from two to three out.
        (
            "2026-03-29T09:00:00+02:00",
            "Mar 29 02:30:00",
            "2026-03-29T03:30:00+02:00",
        ),
        (
            "2026-03-29T09:00:00+02:00",
            "Mar 29 03:00:00",
            "2026-03-29T03:00:00+02:00",
        ),
    ];

    #[test]
    fn a_stamp_without_year_or_zone_is_read_near_the_present() {
        for (now, stamp, expected) in WITHOUT_ZONE {
            let line = format!("{stamp} rest");
            let mut stamps = paris(now);
            // Twice: what is remembered says the same.
            for _ in 0..2 {
                let read = if stamp.starts_with('2') {
                    stamps.rfc3339(line.as_bytes())
                } else {
                    stamps.rfc3164(line.as_bytes())
                };
                assert_eq!(read, Some((at(expected), &b"rest"[..])), "{stamp} at {now}");
            }
        }
    }

    #[test]
    fn what_is_remembered_of_an_hour_is_forgotten_with_the_next() {
        let mut stamps = paris("2026-10-25T09:00:00+01:00");
        for (stamp, expected) in [
            ("Oct 25 01:30:00 x", "2026-10-25T01:30:00+02:00"),
            ("Oct 25 04:30:00 x", "2026-10-25T04:30:00+01:00"),
            ("Oct 24 04:30:00 x", "2026-10-24T04:30:00+02:00"),
            ("Oct 25 01:30:00 x", "2026-10-25T01:30:00+02:00"),
        ] {
            let read = stamps.rfc3164(stamp.as_bytes());
            assert_eq!(read, Some((at(expected), &b"x"[..])), "{stamp}");
        }
    }

    #[test]
    fn a_zone_of_half_hours_is_kept() {
        let howe = Zone::Named(chrono_tz::Australia::Lord_Howe);
        // The clock goes back by half an hour at 02:00 on 5 April 2026: 01:30 to 02:00 comes twice.
        let mut stamps = Stamps::new(howe, at("2026-04-05T01:40:30+11:00"));
        let read = stamps.rfc3164(b"Apr  5 01:40:00 x");
        assert_eq!(read, Some((at("2026-04-05T01:40:00+11:00"), &b"x"[..])));
        let read = stamps.rfc3164(b"Apr  5 01:20:00 x");
        assert_eq!(read, Some((at("2026-04-05T01:20:00+11:00"), &b"x"[..])));
    }

    #[test]
    fn what_is_no_stamp_is_refused() {
        for text in [
            "Mar 32 06:07:55 x",
            "Mar 0 06:07:55 x",
            "Feb 30 06:07:55 x",
            "Mrz  3 06:07:55 x",
            "Mar  3 24:07:55 x",
            "Mar  3 06:60:55 x",
            "Mar  3 06:07:61 x",
            "Mar  3 06:07:5",
            "Mar  3 06:07:55",
            "Mar3 06:07:55 x",
            "2026-13-03T06:07:55Z x",
            "2026-02-29T06:07:55Z x",
            "2026-03-03T06:07:55+1 x",
            "2026-03-03T06:07:55+25:00 x",
            "2026-03-03T06:07:55Zx",
            "2026-03-03_06:07:55Z x",
            "2026-03-03",
            "",
        ] {
            let mut stamps = paris("2026-03-30T06:08:00+02:00");
            assert_eq!(stamps.rfc3164(text.as_bytes()), None, "{text}");
            assert_eq!(stamps.rfc3339(text.as_bytes()), None, "{text}");
        }
    }
}
