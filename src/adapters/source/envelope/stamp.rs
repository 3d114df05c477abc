//! The stamps of log lines. They are parsed by hand from bytes, because every line has one.

use chrono::{Datelike, Days, Local, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone};

use super::parts;
use super::pieces::{
    HOUR, blanks, end, fraction, month_of, second, time_of_day, two, zone, zone_behind_blank,
    zone_named,
};
use super::years::Years;
use crate::domain::base::time::{Time, Zone};

/// How far in the future a stamp without a year may lie before it is taken to be of the year before. The year nearest to now
/// would put a log of seven months ago five months into the future; a log holds no future times, but clocks can be wrong.
const AHEAD: Days = Days::new(31);

/// How many years back to look for a day that not every year has: around 1900 and 2100, 29 February is eight years apart.
const YEARS_BACK: i32 = 8;

/// How many seconds the lines of several processes may be out of order.
const DISORDER: i64 = 60;

/// Seconds per day.
const DAY: i64 = 24 * HOUR;

/// The day of the epoch, as chrono counts days from 1 January of the year 1.
const EPOCH: i32 = 719_163;

/// Reads stamps, and caches the last day and hour: most lines have the same.
#[derive(Debug)]
pub(crate) struct Stamps {
    zone: Zone,
    now: Time,
    /// The years of the log that is read. `None` if stamps are near the present.
    years: Option<Years>,
    /// The last time that was read, in seconds.
    last: i64,
    /// The last minute that was read: its text, `2026-03-03T06:07`, and its seconds of local time since the epoch.
    minute: Option<([u8; 16], i64)>,
    /// The same for a minute without a year, `Mar  3 06:07`.
    yearless: Option<([u8; 12], i64)>,
    /// The last zone that was read: its text, `+01:00`, and how many seconds it is ahead of UTC.
    ahead: ([u8; 6], i64),
    /// The last day that was read: its numbers, and its days since the epoch.
    day: Option<((i32, u32, u32), i64)>,
    /// The last hour whose offset from UTC was looked up: in hours of local time since the epoch, with the offset in seconds.
    hour: Option<(i64, i64)>,
}

impl Stamps {
    /// Reads stamps without a zone in `zone`, and stamps without a year near `now`.
    pub(crate) const fn new(zone: Zone, now: Time) -> Self {
        Stamps {
            zone,
            now,
            years: None,
            last: i64::MIN,
            minute: None,
            yearless: None,
            ahead: (*b"+00:00", 0),
            day: None,
            hour: None,
        }
    }

    /// Reads stamps of a log that was last written at `now`; its first stamp without a year is of the first year of `years`.
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

    /// Sets the present. Clears the cache: the year or the machine's zone may have changed.
    pub(crate) fn set_now(&mut self, now: Time) {
        *self = Stamps::new(self.zone, now);
    }

    /// Reads `Mar  3 06:07:55`, also with a fraction, at the beginning of `text`. Returns the text after the following blank.
    #[inline]
    pub(crate) fn rfc3164<'t>(&mut self, text: &'t [u8]) -> Option<(Time, &'t [u8])> {
        let (minute, rest) = text.split_first_chunk()?;
        if let Some((_, local)) = self.yearless.filter(|(known, _)| known == minute) {
            let (second, rest) = second(rest)?;
            let (micros, rest) = fraction(rest);
            let rest = end(rest)?;
            self.count();
            return Some((self.local(local + second, micros), rest));
        }
        self.any_yearless(text, minute, rest)
    }

    /// The same for a stamp that may be of another minute than the last one: `minute` and `rest` are the two parts of `text`.
    #[cold]
    fn any_yearless<'t>(
        &mut self,
        text: &'t [u8],
        minute: &[u8; 12],
        rest: &[u8],
    ) -> Option<(Time, &'t [u8])> {
        let (month, behind) = text.split_first_chunk()?;
        let (local, micros, behind) = self.moment_behind_month(month_of(month)?, behind)?;
        if let [_, _, _, b' ', _, _, b' ', _, _, b':', _, _] = minute {
            let (second, _) = second(rest)?;
            self.yearless = Some((*minute, local - second));
        }
        Some((self.local(local, micros), behind))
    }

    /// The same for a month that is already read; `rest` is the text after its name.
    pub(crate) fn behind_month<'t>(
        &mut self,
        month: u32,
        rest: &'t [u8],
    ) -> Option<(Time, &'t [u8])> {
        let (local, micros, rest) = self.moment_behind_month(month, rest)?;
        Some((self.local(local, micros), rest))
    }

    /// Reads ` 3 06:07:55 ` behind a month: seconds of local time since the epoch, and microseconds.
    fn moment_behind_month<'t>(
        &mut self,
        month: u32,
        rest: &'t [u8],
    ) -> Option<(i64, i64, &'t [u8])> {
        self.yearless = None;
        let rest = blanks(rest)?;
        let (day, rest) = match rest {
            [tens @ b'0'..=b'3', ones @ b'0'..=b'9', rest @ ..] => (two(*tens, *ones), rest),
            [ones @ b'1'..=b'9', rest @ ..] => (u32::from(ones - b'0'), rest),
            _ => return None,
        };
        let (seconds, rest) = time_of_day(blanks(rest)?)?;
        let (micros, rest) = fraction(rest);
        let rest = end(rest)?;
        self.count();
        let day = self.day_without_year(month, day)?;
        Some((day * DAY + seconds, micros, rest))
    }

    /// The time of a local time.
    #[inline]
    fn local(&mut self, local: i64, micros: i64) -> Time {
        let offset = self.offset(local);
        self.time(local, offset, micros)
    }

    /// Counts a stamp without a year.
    const fn count(&mut self) {
        if let Some(years) = &mut self.years {
            years.count();
        }
    }

    /// Reads `2026-03-03T06:07:55.123456+01:00`, with or without fraction and zone, at the beginning of `text`. The zone may
    /// come after a blank: `2026-03-03 06:07:55 UTC HOST TAG: …`.
    /// Returns the text after the following blank.
    #[inline(always)]
    pub(crate) fn rfc3339<'t>(&mut self, text: &'t [u8]) -> Option<(Time, &'t [u8])> {
        let (local, micros, rest) = self.moment(text)?;
        let (offset, rest) = match rest.split_first_chunk() {
            Some((known, rest)) if *known == self.ahead.0 => (self.ahead.1, rest),
            _ => self.zone_of(local, rest)?,
        };
        Some((self.time(local, offset, micros), end(rest)?))
    }

    /// Reads the zone at the beginning of `rest`, if there is one: the offset from UTC, and the text after it.
    #[inline(never)]
    fn zone_of<'t>(&mut self, local: i64, rest: &'t [u8]) -> Option<(i64, &'t [u8])> {
        let (offset, behind) = zone(rest)?;
        // `Z ::1 ` is a zone and a host.
        let text = rest.first_chunk();
        if let (Some(offset), Some(text @ [b'+' | b'-', _, _, b':', _, _])) = (offset, text) {
            self.ahead = (*text, offset);
        }
        match offset {
            Some(offset) => Some((offset, behind)),
            None => zone_behind_blank(rest).or_else(|| Some((self.offset(local), rest))),
        }
    }

    /// Reads `2026-03-03 06:07:55 UTC` at the beginning of `text`. With `any`, an unknown zone name is taken to be the
    /// machine's zone. Returns the text after the following blank.
    pub(crate) fn zoned<'t>(&mut self, text: &'t [u8], any: bool) -> Option<(Time, &'t [u8])> {
        let (local, micros, rest) = self.moment(text)?;
        let (name, rest) = parts::word(end(rest)?);
        let offset = match zone_named(name) {
            Some(offset) => offset,
            None if any && name.first()?.is_ascii_uppercase() => self.offset(local),
            None => return None,
        };
        Some((self.time(local, offset, micros), rest))
    }

    /// Reads `2026-03-03T06:07:55.123456`: seconds of local time since the epoch, and microseconds.
    #[inline(always)]
    fn moment<'t>(&mut self, text: &'t [u8]) -> Option<(i64, i64, &'t [u8])> {
        let Some((minute, rest)) = text.split_first_chunk() else {
            return self.any_moment(text);
        };
        if let Some((known, local)) = &self.minute {
            if known == minute {
                let (second, rest) = second(rest)?;
                let (micros, rest) = fraction(rest);
                return Some((local + second, micros, rest));
            }
        }
        let (local, micros, behind) = self.any_moment(text)?;
        let (second, _) = second(rest)?;
        self.minute = Some((*minute, local - second));
        Some((local, micros, behind))
    }

    /// The same for a moment that may be of another minute than the last one.
    #[cold]
    fn any_moment<'t>(&mut self, text: &'t [u8]) -> Option<(i64, i64, &'t [u8])> {
        let (date, rest) = text.split_at_checked(10)?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else {
            return None;
        };
        let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let year = two(y1, y2) * 100 + two(y3, y4);
        let day = self.day(i32::try_from(year).ok()?, two(m1, m2), two(d1, d2))?;
        let (b'T' | b't' | b' ', rest) = rest.split_first().map(|(b, r)| (*b, r))? else {
            return None;
        };
        let (seconds, rest) = time_of_day(rest)?;
        let (micros, rest) = fraction(rest);
        Some((day * DAY + seconds, micros, rest))
    }

    /// The time of a local time with this offset from UTC, in seconds.
    const fn time(&mut self, local: i64, offset: i64, micros: i64) -> Time {
        self.last = local - offset;
        Time(self.last * 1_000_000 + micros)
    }

    /// Days from the epoch to a date.
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

    /// Days from the epoch to a day without a year: by the order of the log, else the last such day that is not in the
    /// future.
    fn day_without_year(&mut self, month: u32, day: u32) -> Option<i64> {
        let asked = (0, month, day);
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

    /// The last date with this month and day that is not in the future.
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
            // The hour that is repeated in autumn: in a log that is read in its order, the second one if its stamps go back.
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
            // The hour that is skipped in spring: read as if the clock had not been put forward yet.
            MappedLocalTime::None => self.readings(local - 3 * HOUR).latest().unwrap_or(0),
        }
    }

    /// The possible offsets of a local time, in seconds.
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

/// Days from the epoch to a date.
fn days(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce() - EPOCH)
}

#[cfg(test)]
mod tests;
