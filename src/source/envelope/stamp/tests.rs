//! Stamps without a year or a zone, at the turns of years and clocks.

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
