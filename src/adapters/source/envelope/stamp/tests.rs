//! Stamps without a year or a zone, around New Year and clock changes.

use super::*;

fn paris(now: &str) -> Stamps {
    Stamps::new(Zone::Named(chrono_tz::Europe::Paris), at(now))
}

fn at(text: &str) -> Time {
    Time::from(chrono::DateTime::parse_from_rfc3339(text).expect(text))
}

/// Stamps in Paris and their times, for a given present.
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
    // The clock is a little slow: the line is of the year that begins.
    (
        "2026-12-31T23:59:58+01:00",
        "Jan  1 00:00:01",
        "2027-01-01T00:00:01+01:00",
    ),
    // A log of eight months ago is not of the next spring.
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
    // In autumn, the hour from two to three is repeated: the first time, the second time, and long after.
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
    // In spring, the hour from two to three is skipped.
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
        // Twice, because the second result comes from the cache.
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
fn a_leap_second_does_not_shift_the_minute_that_is_remembered() {
    let mut stamps = paris("2026-03-30T09:00:00+02:00");
    for (stamp, expected) in [
        ("2026-03-30T06:07:60+02:00 x", "2026-03-30T06:08:00+02:00"),
        ("2026-03-30T06:07:59+02:00 x", "2026-03-30T06:07:59+02:00"),
        ("Mar 30 06:07:60 x", "2026-03-30T06:08:00+02:00"),
        ("Mar 30 06:07:59 x", "2026-03-30T06:07:59+02:00"),
    ] {
        let read = match stamp.starts_with('2') {
            true => stamps.rfc3339(stamp.as_bytes()),
            false => stamps.rfc3164(stamp.as_bytes()),
        };
        assert_eq!(read, Some((at(expected), &b"x"[..])), "{stamp}");
    }
}

#[test]
fn a_minute_of_november_is_of_the_next_year_behind_a_stamp_of_june_in_another_language() {
    let utc = Zone::Named(chrono_tz::UTC);
    let mut stamps = Stamps::ordered(utc, Time::default(), Years::unknown());
    let read = stamps.rfc3164(b"Nov 23 06:07:55 x");
    assert_eq!(read, Some((at("2000-11-23T06:07:55Z"), &b"x"[..])));
    let read = stamps.behind_month(6, b" 23 06:07:55 x");
    assert_eq!(read, Some((at("2001-06-23T06:07:55Z"), &b"x"[..])));
    let read = stamps.rfc3164(b"Nov 23 06:07:56 x");
    assert_eq!(read, Some((at("2001-11-23T06:07:56Z"), &b"x"[..])));
}

#[test]
fn what_is_remembered_of_a_zone_is_forgotten_with_the_next() {
    let mut stamps = paris("2026-03-30T09:00:00+02:00");
    for (stamp, expected) in [
        ("2026-03-30T06:07:55+02:00 x", "2026-03-30T06:07:55+02:00"),
        (
            "2026-03-30T06:07:55.25+02:00 x",
            "2026-03-30T06:07:55.25+02:00",
        ),
        ("2026-03-30T06:07:55-03:30 x", "2026-03-30T06:07:55-03:30"),
        ("2026-03-30T06:07:55-03:30 x", "2026-03-30T06:07:55-03:30"),
        ("2026-03-30T06:07:55Z x", "2026-03-30T06:07:55Z"),
        ("2026-03-30T06:07:55+0200 x", "2026-03-30T06:07:55+02:00"),
        ("2026-03-30T06:07:55 x", "2026-03-30T06:07:55+02:00"),
        ("2026-03-30T06:07:55-03:30 x", "2026-03-30T06:07:55-03:30"),
    ] {
        let read = stamps.rfc3339(stamp.as_bytes());
        assert_eq!(read, Some((at(expected), &b"x"[..])), "{stamp}");
    }
}

#[test]
fn a_host_whose_name_is_an_address_of_ipv6_is_no_part_of_the_zone() {
    let mut stamps = paris("2026-03-30T09:00:00+02:00");
    let line = b"2026-03-30T06:07:55Z ::1 sshd[7]: x";
    let read = [stamps.rfc3339(line), stamps.rfc3339(line)];
    assert_eq!(read, [Some((at("2026-03-30T06:07:55Z"), &line[21..])); 2]);
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

/// The stamps of a log that was last written at `written`, read in the order of the log.
fn in_order(written: &str, stamps: &[&str]) -> Vec<String> {
    let zone = Zone::Named(chrono_tz::Europe::Paris);
    let read = |years: Years, at_most: Time| {
        let mut of_log = Stamps::ordered(zone, at_most, years);
        let mut times = Vec::new();
        for stamp in stamps {
            let (time, _) = (of_log.rfc3164(format!("{stamp} x").as_bytes())).expect(stamp);
            times.push(zone.local(time).to_rfc3339());
        }
        (times, of_log)
    };
    let (_, survey) = read(Years::unknown(), Time::default());
    let years = survey
        .years()
        .and_then(|years| years.of_log_written(at(written), zone));
    read(years.expect("stamps without a year"), at(written)).0
}

#[test]
fn the_years_of_a_log_are_those_with_which_it_ends_when_it_was_written() {
    // Each of these days has `lines` lines.
    let dates = |written: &str, days: &[&str], lines: usize| {
        let stamps = days.iter().map(|day| format!("{day} 12:00:00"));
        let stamps: Vec<String> = stamps.flat_map(|stamp| vec![stamp; lines]).collect();
        let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
        let times = in_order(&format!("{written}T18:00:00+01:00"), &stamps);
        let times = times.iter().step_by(lines).map(|time| &time[..10]);
        times.collect::<Vec<_>>().join(" ")
    };
    for (written, days, expected) in [
        // Leap days.
        (
            "2024-03-02",
            &["Feb 28", "Feb 29", "Mar  1"][..],
            "2024-02-28 2024-02-29 2024-03-01",
        ),
        (
            "2026-11-23",
            &["Feb 28", "Feb 29", "Mar  1"],
            "2024-02-28 2024-02-29 2024-03-01",
        ),
        (
            "2025-01-02",
            &["Feb 29", "Dec 31", "Jan  1"],
            "2024-02-29 2024-12-31 2025-01-01",
        ),
        ("2024-02-27", &["Feb 29"], "2020-02-29"),
        // New Year, once and several times, with months in which nothing was logged.
        ("2026-01-02", &["Dec 31", "Jan  1"], "2025-12-31 2026-01-01"),
        (
            "2026-03-05",
            &["Nov 10", "Feb 10", "Jun  1", "Nov  3", "Jan  1"],
            "2024-11-10 2025-02-10 2025-06-01 2025-11-03 2026-01-01",
        ),
        // The log's time is later: it was copied, and its time was not kept.
        ("2026-11-23", &["Dec 10"], "2025-12-10"),
        // The clock of another machine, a zone ahead.
        ("2026-11-23", &["Nov 24"], "2026-11-24"),
        ("2026-11-23", &["Nov 25"], "2025-11-25"),
        // A clock set back by a day.
        (
            "2026-11-23",
            &["Nov 22", "Nov 21", "Nov 23"],
            "2026-11-22 2026-11-21 2026-11-23",
        ),
        // Almost a year of silence, in a log with few lines.
        (
            "2026-01-02",
            &["Jan  2", "Dec 30", "Jan  1"],
            "2025-01-02 2025-12-30 2026-01-01",
        ),
    ] {
        let read = dates(written, days, 1);
        assert_eq!(read, expected, "{days:?} written on {written}");
    }
    for (written, days, expected) in [
        // Logs that were put together newest first.
        (
            "2026-01-11",
            &["Jan  4", "Jan 10", "Dec 28", "Jan  3", "Dec 21", "Dec 27"][..],
            "2026-01-04 2026-01-10 2025-12-28 2026-01-03 2025-12-21 2025-12-27",
        ),
        // The clock was at its beginning after the machine had started: no year passed.
        (
            "2026-11-23",
            &["Nov 22", "Jan  1", "Nov 23"],
            "2026-11-22 2026-01-01 2026-11-23",
        ),
    ] {
        assert_eq!(dates(written, days, 20), expected, "{days:?}, {written}");
    }
}

#[test]
fn the_hour_that_autumn_repeats_comes_after_itself() {
    let stamps = ["01:59:59", "02:30:00", "02:29:59", "02:00:00", "03:00:00"];
    let stamps = stamps.map(|time| format!("Oct 25 {time}"));
    let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
    let times = in_order("2026-10-26T09:00:00+01:00", &stamps);
    let expected = [
        "2026-10-25T01:59:59+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:29:59+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ];
    assert_eq!(times, expected);
}
