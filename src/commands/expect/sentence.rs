//! Each agreement as a sentence with its next deadlines, so that a mistake in the configuration is seen at once; and the keys of
//! its schedule.

use std::io::{self, Write};

use crate::commands::output::Object;
use crate::domain::base::clean::for_terminal;
use crate::domain::base::time::Zone;
use crate::domain::expect::{Expectation, FeedStanding, Months, Schedule, WindowStart};

/// Writes all agreements.
pub(crate) fn sentences(
    standings: &[FeedStanding<'_>],
    zone: Zone,
    out: &mut dyn Write,
) -> io::Result<()> {
    for standing in standings {
        let expected = standing.expected;
        let local = |at| expected.schedule.zone.local(at);
        let next = standing.next_deadlines.iter();
        let next: Vec<String> = next
            .map(|at| local(*at).format("%a %Y-%m-%d %H:%M").to_string())
            .collect();
        writeln!(out, "{}", for_terminal(&sentence(expected, zone)))?;
        writeln!(out, "  next: {}", next.join(", "))?;
    }
    Ok(())
}

/// `alice: *.xml, on the first working day of the month, by 07:30`; with its zone if that is not `zone`
pub(super) fn sentence(expected: &Expectation, zone: Zone) -> String {
    let (partner, schedule) = (&expected.partner, expected.schedule.sentence());
    let elsewhere = elsewhere(expected, zone);
    let elsewhere = elsewhere.map(|other| format!(" in {other}"));
    format!(
        "{partner}: {}, {schedule}{}",
        expected.wanted.sentence(),
        elsewhere.unwrap_or_default()
    )
}

/// The feed's zone if it is not `zone`.
pub(super) fn elsewhere(expected: &Expectation, zone: Zone) -> Option<&'static str> {
    match expected.schedule.zone {
        Zone::Named(other) if expected.schedule.zone != zone => Some(other.name()),
        Zone::Named(_) | Zone::Machine => None,
    }
}

/// What is configured of a schedule beside days, time and zone.
pub(super) fn further(schedule: &Schedule) -> Object {
    let from = |from: WindowStart| {
        let at = format!("{:02}:{:02}", from.at / 60, from.at % 60);
        match from.days_before {
            0 => at,
            1 => format!("1 day before {at}"),
            days => format!("{days} days before {at}"),
        }
    };
    let months = (schedule.months != Months::ALL).then(|| schedule.months.to_string());
    let holidays = schedule.holidays.as_ref();
    Object::default()
        .with("from", schedule.from.map(from))
        .with("months", months)
        .with("every_weeks", schedule.weeks.map(|weeks| weeks.every))
        .with(
            "weeks_from",
            schedule.weeks.map(|weeks| weeks.from.to_string()),
        )
        .with("holidays", holidays.map(|holidays| holidays.name.clone()))
}

/// The days for the table, with the months and weeks if not each is meant: `last in Mar,Jun`.
pub(super) fn days(schedule: &Schedule) -> String {
    let mut days = schedule.days.to_string();
    if schedule.months != Months::ALL {
        days += &format!(" in {}", schedule.months);
    }
    if let Some(weeks) = schedule.weeks {
        days += &format!(", every {} weeks", weeks.every);
    }
    days
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::adapters::config::Config;
    use crate::domain::base::time::Time;

    #[test]
    fn each_agreement_is_said_back_with_its_next_deadlines() {
        let text = "timezone = \"Europe/Paris\"\n[[expect]]\npartner = \"alice\"\nfiles = \"prices-*.csv\"\ncount = 2\n\
            from = \"20:00\"\nby = \"01:00\"\ndays = \"1st working day\"\n";
        let config = Config::parse(Path::new("test"), text).expect("a configuration");
        let now = chrono::DateTime::parse_from_rfc3339("2026-03-30T08:00:00+02:00");
        let now = Time::from(now.expect("a time"));
        let standings = [FeedStanding::of(&config.expects[0], None, now)];
        let mut out = Vec::new();
        sentences(&standings, config.zone, &mut out).expect("written");
        let expected = "\
alice: at least two files prices-*.csv, on the first working day of the month, from 20:00 the evening before until 01:00
  next: Wed 2026-04-01 01:00, Fri 2026-05-01 01:00, Mon 2026-06-01 01:00
";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }
}
