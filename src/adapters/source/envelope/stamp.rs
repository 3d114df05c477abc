//! The stamps of log lines, read by hand over bytes: one stands on every line.

use chrono::{Datelike, Days, Local, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone};

use super::years::Years;
use crate::adapters::source::envelope::parts;
use crate::domain::base::time::{Time, Zone};

/// How far ahead of now a stamp without a year may lie before it is taken for one of the year before. The reading nearest
/// to now would put a log of seven months ago five months ahead; no log tells the future, but clocks have been wrong.
const AHEAD: Days = Days::new(31);

/// How many years back a day is looked for that not every year has: 29 February is eight years apart around 1900 and 2100.
const YEARS_BACK: i32 = 8;

/// How many seconds the lines of several processes may stand out of order.
const DISORDER: i64 = 60;

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// Seconds of a day.
const DAY: i64 = 24 * HOUR;

/// The day of the epoch, as chrono counts days from 1 January of the year 1.
const EPOCH: i32 = 719_163;

/// Reads stamps, and remembers the last day and hour: most lines are of the same.
#[derive(Debug)]
pub(crate) struct Stamps {
    zone: Zone,
    now: Time,
    /// The years of the log that is read; none where stamps are of the present.
    years: Option<Years>,
    /// The last time that was read, in seconds.
    last: i64,
    /// The last day that was read, by its numbers, and its days since the epoch.
    day: Option<((i32, u32, u32), i64)>,
    /// The last hour whose offset from UTC was looked up, in hours of local time since the epoch, and the offset in seconds.
    hour: Option<(i64, i64)>,
}

impl Stamps {
    /// Stamps without a zone are read in `zone`, those without a year near `now`.
    pub(crate) const fn new(zone: Zone, now: Time) -> Self {
        Stamps {
            zone,
            now,
            years: None,
            last: i64::MIN,
            day: None,
            hour: None,
        }
    }

    /// Stamps of a log that was last written at `now`, the first without a year being of its first year.
    pub(crate) fn ordered(zone: Zone, now: Time, years: Years) -> Self {
        Stamps {
            years: Some(years),
            ..Stamps::new(zone, now)
        }
    }

    /// The zone of stamps that name none.
    pub(crate) const fn zone(&self) -> Zone {
        self.zone
    }

    /// The years of the log, as far as it was read.
    pub(crate) const fn years(&self) -> Option<&Years> {
        self.years.as_ref()
    }

    /// Sets the present. What is remembered goes: the year, or the machine's zone, may be another one now.
    pub(crate) fn set_now(&mut self, now: Time) {
        *self = Stamps::new(self.zone, now);
    }

    /// Reads `Mar  3 06:07:55`, also with a fraction, at the beginning of `text`. Returns what stands behind the blank after it.
    pub(crate) fn rfc3164<'t>(&mut self, text: &'t [u8]) -> Option<(Time, &'t [u8])> {
        let (month, rest) = text.split_at_checked(3)?;
        self.behind_month(month_of(month)?, rest)
    }

    /// The same of a month that is known, and what stands behind its name.
    pub(crate) fn behind_month<'t>(
        &mut self,
        month: u32,
        rest: &'t [u8],
    ) -> Option<(Time, &'t [u8])> {
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
        self.last = local - self.offset(local);
        Some((time(self.last, micros), rest))
    }

    /// Reads `2026-03-03T06:07:55.123456+01:00`, with or without fraction and zone, at the beginning of `text`; the zone may stand
    /// behind a blank, `2026-03-03 06:07:55 UTC HOST TAG: …`.
    /// Returns what stands behind the blank after it.
    pub(crate) fn rfc3339<'t>(&mut self, text: &'t [u8]) -> Option<(Time, &'t [u8])> {
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
        let day = self.day(i32::try_from(year).ok()?, two(m1, m2), two(d1, d2))?;
        let (b'T' | b't' | b' ', rest) = rest.split_first().map(|(b, r)| (*b, r))? else {
            return None;
        };
        let (seconds, rest) = time_of_day(rest)?;
        let (micros, rest) = fraction(rest);
        let local = day * DAY + seconds;
        let (offset, rest) = match zone(rest)? {
            (Some(offset), rest) => (offset, rest),
            (None, rest) => match zone_behind_blank(rest) {
                Some((offset, rest)) => (offset, rest),
                None => (self.offset(local), rest),
            },
        };
        self.last = local - offset;
        Some((time(self.last, micros), end(rest)?))
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

    /// The days from the epoch to a day of the year: by the order of the log, else the last one that does not lie ahead.
    fn day_without_year(&mut self, month: u32, day: u32) -> Option<i64> {
        let asked = (0, month, day);
        if let Some(years) = &mut self.years {
            years.count();
        }
        match self.day {
            Some((known, days)) if known == asked => Some(days),
            _ => {
                let date = match &mut self.years {
                    Some(years) => years.date(month, day)?,
                    None => self.near_now(month, day)?,
                };
                let days = days(date);
                self.day = Some((asked, days));
                Some(days)
            }
        }
    }

    /// The last day of this month and number that does not lie ahead.
    fn near_now(&self, month: u32, day: u32) -> Option<NaiveDate> {
        let latest = self.zone.date(self.now).checked_add_days(AHEAD)?;
        let years = latest.year() - YEARS_BACK..=latest.year();
        let dates = years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
        dates.rev().find(|date| *date <= latest)
    }

    /// How many seconds the local time `local` (in seconds since the epoch, as if it were UTC) is ahead of UTC.
    fn offset(&mut self, local: i64) -> i64 {
        let hour = local.div_euclid(HOUR);
        if let Some((known, offset)) = self.hour {
            if known == hour {
                return offset;
            }
        }
        let first = self.readings(hour * HOUR);
        let last = self.readings(hour * HOUR + HOUR - 1);
        if let (MappedLocalTime::Single(first), MappedLocalTime::Single(last)) = (first, last) {
            if first == last {
                self.hour = Some((hour, first));
                return first;
            }
        }
        match self.readings(local) {
            MappedLocalTime::Single(offset) => offset,
            // The hour that autumn repeats: in a log that is read in its order, once more where its stamps go back.
            MappedLocalTime::Ambiguous(one, other) if self.years.is_some() => {
                match self.last.saturating_sub(local - one) > DISORDER {
                    true => other,
                    false => one,
                }
            }
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
    let told = digits[..count].iter().chain(std::iter::repeat(&b'0'));
    let micros = told
        .take(6)
        .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (micros, &digits[count..])
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

/// Reads ` +0100` or ` UTC`, in seconds. A name is a host's where what would be a host behind it is a tag.
fn zone_behind_blank(text: &[u8]) -> Option<(i64, &[u8])> {
    let word = text.strip_prefix(b" ")?;
    if !matches!(word.first()?, b'A'..=b'Z' | b'+' | b'-') {
        return None;
    }
    let (word, rest) = parts::word(word);
    let named = word.first()?.is_ascii_uppercase();
    let (host, behind) = parts::words(rest);
    if named && (host.ends_with(b":") || !parts::words(behind).0.ends_with(b":")) {
        return None;
    }
    let (offset, left) = zone(parts::offset(word)?)?;
    left.is_empty()
        .then_some((offset?, &text[text.len() - rest.len() - 1..]))
}

#[cfg(test)]
mod tests;
