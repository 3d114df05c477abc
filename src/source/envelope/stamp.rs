//! The stamps of lines: read over bytes, since a log has one a line, with the zone asked once an hour.

use chrono::{Datelike, Local, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

use crate::time::Time;

/// The months as RFC 3164 writes them.
const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// How many years back a stamp without year may lie: February 29 comes every four (at most eight) years.
const YEARS_BACK: i32 = 8;

/// Reads stamps.
pub(super) struct Stamps {
    now: Time,
    /// The last local hour that was looked up (year or none, month, day, hour), and when it began.
    hour: Option<((Option<i32>, u32, u32, u32), Time)>,
}

impl Stamps {
    pub(super) fn new(now: Time) -> Self {
        Stamps { now, hour: None }
    }

    /// The stamp at the beginning of `text`, and what follows it and one blank.
    pub(super) fn read<'a>(&mut self, text: &'a [u8]) -> Option<(Time, &'a [u8])> {
        match text.first()? {
            b'0'..=b'9' => self.rfc3339(text),
            b'A'..=b'Z' => self.rfc3164(text),
            _ => None,
        }
    }

    /// `Mmm dd hh:mm:ss[.ffffff]`, the day padded with a blank or a zero.
    fn rfc3164<'a>(&mut self, text: &'a [u8]) -> Option<(Time, &'a [u8])> {
        let month = MONTHS.iter().position(|month| text.starts_with(*month))?;
        let [b' ', tens, ones, b' ', rest @ ..] = text.get(3..)? else { return None };
        let tens = if *tens == b' ' { b'0' } else { *tens };
        let day = two(&[tens, *ones])?;
        let (hour, within, rest) = clock(rest)?;
        let start = self.hour_start(None, u32::try_from(month).ok()? + 1, day, hour)?;
        Some((Time(start.0 + within), rest.strip_prefix(b" ")?))
    }

    /// `YYYY-MM-DDThh:mm:ss[.f][ZONE]`; without a zone the machine's.
    fn rfc3339<'a>(&mut self, text: &'a [u8]) -> Option<(Time, &'a [u8])> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', rest @ ..] = text else { return None };
        let year = two(&[*y1, *y2])? * 100 + two(&[*y3, *y4])?;
        let (month, day) = (two(&[*m1, *m2])?, two(&[*d1, *d2])?);
        let year = i32::try_from(year).ok()?;
        let (hour, within, rest) = clock(rest)?;
        let (start, rest) = match zone(rest) {
            Some((offset, rest)) => {
                let date = NaiveDate::from_ymd_opt(year, month, day)?;
                let days = i64::from(date.num_days_from_ce()) - EPOCH_DAYS;
                let seconds = days * 86_400 + i64::from(hour) * 3_600 - offset;
                (Time::from_seconds(seconds), rest)
            }
            None => (self.hour_start(Some(year), month, day, hour)?, rest),
        };
        Some((Time(start.0 + within), rest.strip_prefix(b" ")?))
    }

    /// When a local hour began. Without a year the one nearest to now; of two readings the one nearest to now.
    fn hour_start(&mut self, year: Option<i32>, month: u32, day: u32, hour: u32) -> Option<Time> {
        let key = (year, month, day, hour);
        if let Some((known, start)) = self.hour
            && known == key
        {
            return Some(start);
        }
        let this = self.now.utc().year();
        let years = year.map_or(this - YEARS_BACK..=this + 1, |year| year..=year);
        let start = years
            .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, 0, 0))
            .flat_map(|local| readings(&Local, local))
            .min_by_key(|time| (time.0 - self.now.0).abs())?;
        self.hour = Some((key, start));
        Some(start)
    }
}

/// The days from the first of January of the year 1 to the epoch, as chrono counts them.
const EPOCH_DAYS: i64 = 719_163;

/// The times that a local time can be: two where the hour was repeated in autumn; where it was skipped in spring, what
/// the clock would have shown without the change.
pub(super) fn readings<Z: TimeZone>(zone: &Z, local: NaiveDateTime) -> Vec<Time> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) => vec![Time::from(time)],
        LocalResult::Ambiguous(first, second) => vec![Time::from(first), Time::from(second)],
        LocalResult::None => {
            let before = local - chrono::Duration::hours(3);
            let earlier = zone.from_local_datetime(&before).earliest();
            earlier.map(|time| Time(Time::from(time).0 + 3 * 3_600_000_000)).into_iter().collect()
        }
    }
}

/// `hh:mm:ss[.f]`: the hour, the microseconds within it, and what follows.
fn clock(text: &[u8]) -> Option<(u32, i64, &[u8])> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else { return None };
    let (hour, minute, second) = (two(&[*h1, *h2])?, two(&[*m1, *m2])?, two(&[*s1, *s2])?);
    NaiveTime::from_hms_opt(hour, minute, second.min(59))?;
    let mut within = i64::from(minute * 60 + second) * 1_000_000;
    let mut rest = rest;
    if let [b'.' | b',', fraction @ ..] = rest {
        let digits = fraction.iter().position(|b| !b.is_ascii_digit()).unwrap_or(fraction.len());
        let mut unit = 100_000;
        for digit in &fraction[..digits] {
            within += i64::from(digit - b'0') * unit;
            unit /= 10;
        }
        rest = &fraction[digits..];
    }
    Some((hour, within, rest))
}

/// `Z`, `+hh:mm`, `+hhmm` or `+hh`: seconds east of Greenwich, and what follows.
fn zone(text: &[u8]) -> Option<(i64, &[u8])> {
    let (sign, rest) = match text {
        [b'Z' | b'z', rest @ ..] => return Some((0, rest)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let [h1, h2, rest @ ..] = rest else { return None };
    let hours = i64::from(two(&[*h1, *h2])?);
    let (minutes, rest) = match rest {
        [b':', m1, m2, rest @ ..] => (two(&[*m1, *m2])?, rest),
        [m1, m2, rest @ ..] if m1.is_ascii_digit() => (two(&[*m1, *m2])?, rest),
        rest => (0, rest),
    };
    Some((sign * (hours * 3_600 + i64::from(minutes) * 60), rest))
}

fn two(digits: &[u8; 2]) -> Option<u32> {
    digits.iter().all(u8::is_ascii_digit).then(|| u32::from(digits[0] - b'0') * 10 + u32::from(digits[1] - b'0'))
}
