//! Days in zones whose time changes at midnight: each date has exactly one table, whatever the hour of
//! the digest and of the events; also where the zone itself is changed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{NaiveDate, Timelike};
use chrono_tz::Tz;
use sftp_monitor::domain::base::time::{Time, Zone};
use sftp_monitor::domain::days::{self, close_for_digest};
use sftp_monitor::domain::directory::Fixed;
use sftp_monitor::domain::record::{Entry, Origin, Record};
use sftp_monitor::domain::rules::{Monitor, Rules};
use sftp_monitor::domain::state::Daily;

/// Minutes after midnight from which on a digest closes the day.
const CLOSES_FROM: u32 = 23 * 60;

/// How many days are watched.
const DAYS: u64 = 6;

/// Between two events.
const STEP: Duration = Duration::from_secs(7 * 60);

fn login(at: Time) -> Record<'static> {
    let origin = Origin {
        time: at,
        identifier: Cow::Borrowed(b"sshd"),
        pid: 1 + u32::try_from(at.0 / 1_000_000 % 1_000_000).expect("a time after 1970"),
        ..Origin::default()
    };
    let entry = Entry {
        origin,
        message: b"Accepted password for alice from 192.0.2.7 port 5000 ssh2",
        ..Entry::default()
    };
    let record = Record::of(entry, &mut Fixed(vec!["alice".to_owned()]));
    record.expect("an event").into_owned()
}

/// Log-ins go on for some days, the timer runs at 23:59, its persistent part at once where it was missed. Returns the ids of
/// the tables, in order, with the log-ins of each, and how many there were of each date.
fn watched(
    begin: Time,
    zone_at: impl Fn(Time) -> Zone,
) -> (Vec<(String, u64)>, BTreeMap<NaiveDate, u64>) {
    let mut daily = Daily::default();
    let mut written: BTreeMap<NaiveDate, u64> = BTreeMap::new();
    let mut posted = Vec::new();
    let (mut now, mut ran) = (begin, None);
    days::settle(&mut daily, zone_at(now), now);
    let end = begin.plus(Duration::from_secs(DAYS * 24 * 3_600));
    while now < end {
        let zone = zone_at(now);
        let rules = Rules {
            zone,
            silent: true,
            ..Rules::default()
        };
        let mut monitor = Monitor {
            rules: &rules,
            daily: &mut daily,
            now,
            in_flight: None,
        };
        monitor.apply(&login(now));
        *written.entry(zone.date(now)).or_default() += 1;
        // OnCalendar=*-*-* 23:59, taken with the last step before midnight.
        let local = zone.local(now);
        let (due, of) = (
            local.hour() == 23 && local.minute() >= 53,
            local.date_naive(),
        );
        if due && ran != Some(of) {
            ran = Some(of);
            close_for_digest(&mut daily, zone, now, CLOSES_FROM);
        }
        for day in daily.resume.closed.drain(..) {
            let logins = day.partners.get("alice").map_or(0, |c| c.success);
            posted.push((day.id.clone(), logins));
            daily
                .resume
                .posted
                .push(sftp_monitor::domain::state::PostedDay {
                    id: day.id,
                    since: day.day.since,
                    until: now,
                });
        }
        now = now.plus(STEP);
    }
    let open = daily.partners.get("alice").map_or(0, |c| c.success);
    posted.push((daily.date.to_string(), open));
    (posted, written)
}

fn assert_one_table_each(posted: &[(String, u64)], written: &BTreeMap<NaiveDate, u64>, what: &str) {
    let mut ids: Vec<&String> = posted.iter().map(|(id, _)| id).collect();
    let dates: Vec<String> = written.keys().map(NaiveDate::to_string).collect();
    // The last one is open still; where its day was closed before midnight it is the next date's.
    if ids.len() == dates.len() + 1 {
        ids.pop();
    }
    assert_eq!(ids, dates.iter().collect::<Vec<_>>(), "{what}");
    let (counted, all): (u64, u64) = (posted.iter().map(|(_, n)| n).sum(), written.values().sum());
    assert_eq!(counted, all, "{what}");
}

#[test]
fn each_date_has_one_table_where_the_time_changes_at_midnight() {
    for (zone, begin) in [
        // An hour forward at midnight.
        (Tz::Africa__Cairo, "2026-04-22T00:00:00+02:00"),
        (Tz::America__Havana, "2026-03-06T00:00:00-05:00"),
        (Tz::Asia__Beirut, "2026-03-27T00:00:00+02:00"),
        (Tz::America__Asuncion, "2023-09-29T00:00:00-04:00"),
        // An hour back at, or to, midnight.
        (Tz::Africa__Cairo, "2026-10-28T00:00:00+03:00"),
        (Tz::America__Havana, "2026-10-30T00:00:00-04:00"),
        (Tz::Asia__Beirut, "2026-10-23T00:00:00+03:00"),
        (Tz::America__Asuncion, "2024-03-22T00:00:00-03:00"),
        // By night, and by half an hour.
        (Tz::Europe__Paris, "2026-03-27T00:00:00+01:00"),
        (Tz::Australia__Lord_Howe, "2026-04-03T00:00:00+11:00"),
    ] {
        let begin = Time::from(chrono::DateTime::parse_from_rfc3339(begin).expect("a time"));
        let (posted, written) = watched(begin, |_| Zone::Named(zone));
        assert_one_table_each(&posted, &written, zone.name());
    }
}

#[test]
fn a_zone_that_is_changed_at_noon_skips_and_repeats_no_date() {
    let begin = "2026-03-27T00:00:00+00:00";
    let begin = Time::from(chrono::DateTime::parse_from_rfc3339(begin).expect("a time"));
    let change = begin.plus(Duration::from_secs(3 * 24 * 3_600 + 12 * 3_600));
    for (before, after) in [
        (Tz::UTC, Tz::Europe__Paris),
        (Tz::Europe__Paris, Tz::UTC),
        (Tz::America__Havana, Tz::Asia__Tokyo),
        (Tz::Asia__Tokyo, Tz::America__Havana),
    ] {
        let zone = |now| Zone::Named(if now < change { before } else { after });
        let (posted, written) = watched(begin, zone);
        let ids: Vec<&String> = posted.iter().map(|(id, _)| id).collect();
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(ids, once, "{before} to {after}");
        let (counted, all): (u64, u64) =
            (posted.iter().map(|(_, n)| n).sum(), written.values().sum());
        assert_eq!(counted, all, "{before} to {after}");
    }
}
