//! The days on which a feed is due, compared with a slow, plain reckoning over ten years of dates.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]

use std::path::Path;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use proptest::prelude::*;
use sftp_monitor::adapters::config::Config;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::expect::Schedule;

const WEEK: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// One part of `days`, as a person means it.
#[derive(Clone, Debug)]
enum Part {
    Weekday(usize),
    Working,
    Day(u32),
    /// The n-th from the start or the end: of all days, of the working days, or of one day of the week.
    Nth(usize, bool, Option<usize>, bool),
}

/// A schedule as a person means it.
#[derive(Clone, Debug)]
struct Meant {
    parts: Vec<Part>,
    months: Vec<usize>,
    weeks: Option<(u32, NaiveDate)>,
    holidays: Vec<NaiveDate>,
    yearly: Vec<(u32, u32)>,
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn first() -> NaiveDate {
    date("2023-12-01")
}

fn last() -> NaiveDate {
    date("2034-01-31")
}

impl Part {
    fn written(&self) -> String {
        match self {
            Part::Weekday(day) => WEEK[*day].to_owned(),
            Part::Working => "working days".to_owned(),
            Part::Day(day) => day.to_string(),
            Part::Nth(nth, last, weekday, working) => {
                let unit = match (weekday, working) {
                    (Some(day), _) => WEEK[*day],
                    (None, true) => "working day",
                    (None, false) => "day",
                };
                let last = if *last { " last" } else { "" };
                format!("{nth}th{last} {unit}")
            }
        }
    }
}

impl Meant {
    fn config(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(Part::written).collect();
        let months: Vec<&str> = self.months.iter().map(|month| MONTHS[*month]).collect();
        let mut text = String::from("timezone = \"UTC\"\n[holidays]\nthose = [");
        self.holidays
            .iter()
            .for_each(|date| text += &format!("{date}, "));
        let yearly = self.yearly.iter();
        yearly.for_each(|(month, day)| text += &format!("\"{month:02}-{day:02}\", "));
        text += &format!(
            "]\n[[expect]]\npartner = \"a\"\nfiles = \"*\"\nby = \"12:00\"\ndays = \"{}\"\nholidays = \"those\"\n",
            parts.join(", ")
        );
        if !months.is_empty() {
            text += &format!("months = \"{}\"\n", months.join(","));
        }
        if let Some((every, from)) = self.weeks {
            text += &format!("weeks = \"every {every}th from {from}\"\n");
        }
        text
    }

    fn is_holiday(&self, date: NaiveDate) -> bool {
        self.holidays.contains(&date) || self.yearly.contains(&(date.month(), date.day()))
    }

    fn is_working(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.is_holiday(date)
    }

    /// By its words: looks at each day of the month one by one.
    fn is_due(&self, date: NaiveDate) -> bool {
        if self.is_holiday(date) {
            return false;
        }
        if !self.months.is_empty() && !self.months.contains(&(date.month0() as usize)) {
            return false;
        }
        if let Some((every, from)) = self.weeks {
            // Walks week by week.
            let mut monday = from;
            while monday.weekday() != Weekday::Mon {
                monday = monday.pred_opt().unwrap();
            }
            loop {
                if date < monday {
                    return false;
                }
                if date < monday + Days::new(7) {
                    break;
                }
                monday = monday + Days::new(u64::from(every) * 7);
            }
        }
        self.parts.iter().any(|part| match part {
            Part::Weekday(day) => date.weekday().to_string() == WEEK[*day],
            Part::Working => self.is_working(date),
            Part::Day(day) => date.day() == *day,
            Part::Nth(nth, last, weekday, working) => {
                let mut month: Vec<NaiveDate> = (1..=31)
                    .filter_map(|day| NaiveDate::from_ymd_opt(date.year(), date.month(), day))
                    .filter(|day| match weekday {
                        Some(wanted) => day.weekday().to_string() == WEEK[*wanted],
                        None => !working || self.is_working(*day),
                    })
                    .collect();
                if *last {
                    month.reverse();
                }
                month.get(nth - 1) == Some(&date)
            }
        })
    }
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        (0..7usize).prop_map(Part::Weekday),
        Just(Part::Working),
        (1..=31u32).prop_map(Part::Day),
        (1..=31usize, any::<bool>()).prop_map(|(nth, last)| Part::Nth(nth, last, None, false)),
        (1..=23usize, any::<bool>()).prop_map(|(nth, last)| Part::Nth(nth, last, None, true)),
        (1..=5usize, any::<bool>(), 0..7usize).prop_map(|(nth, last, day)| Part::Nth(
            nth,
            last,
            Some(day),
            false
        )),
    ]
}

fn some_date() -> impl Strategy<Value = NaiveDate> {
    (0..3_653u64).prop_map(|days| date("2024-01-01") + Days::new(days))
}

fn meant() -> impl Strategy<Value = Meant> {
    (
        prop::collection::vec(part(), 1..4),
        prop::collection::vec(0..12usize, 0..4),
        prop::option::of((2..9u32, some_date())),
        prop::collection::vec(some_date(), 0..60),
        prop::collection::vec((1..=12u32, 1..=28u32), 0..9),
    )
        .prop_map(|(parts, months, weeks, holidays, yearly)| Meant {
            parts,
            months,
            weeks,
            holidays,
            yearly,
        })
}

fn schedule(text: &str) -> Result<Schedule, String> {
    let config = Config::parse(Path::new("test"), text).map_err(|error| error.to_string())?;
    Ok(config.expects[0].schedule.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_schedule_is_due_on_the_days_that_its_words_say(meant in meant()) {
        let schedule = match schedule(&meant.config()) {
            Ok(schedule) => schedule,
            // It is refused only if no day of ten years is due, or one of its parts never comes.
            Err(error) => {
                let never = |meant: &Meant| !first().iter_days().take_while(|day| *day <= last()).any(|day| meant.is_due(day));
                let alone = |part: &Part| Meant { parts: vec![part.clone()], weeks: None, holidays: Vec::new(), yearly: Vec::new(), ..meant.clone() };
                prop_assert!(never(&meant) || meant.parts.iter().any(|part| never(&alone(part))), "{error}: {meant:?}");
                return Ok(());
            }
        };
        let days = || first().iter_days().take_while(|day| *day <= last());
        let due: Vec<NaiveDate> = days().filter(|day| meant.is_due(*day)).collect();
        let said: Vec<NaiveDate> = days().filter(|day| schedule.is_due(*day)).collect();
        prop_assert_eq!(&said, &due);
        let mut found = Vec::new();
        let mut next = schedule.due_from(first());
        while let Some(day) = next.filter(|day| *day <= last()) {
            found.push(day);
            next = schedule.due_from(day.succ_opt().unwrap());
        }
        prop_assert_eq!(&found, &due);
    }

    #[test]
    fn a_window_starts_and_ends_at_the_times_that_its_words_say(by in 0..1_440u32, from in 0..1_440u32, day in some_date()) {
        let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let text = format!(
            "timezone = \"UTC\"\n[[expect]]\npartner = \"a\"\nfiles = \"*\"\nby = \"{}\"\nfrom = \"{}\"\n", clock(by), clock(from));
        if by == from {
            prop_assert!(schedule(&text).is_err());
            return Ok(());
        }
        let schedule = schedule(&text).unwrap();
        let at = |day: NaiveDate, minutes: u32| {
            let time = NaiveTime::from_num_seconds_from_midnight_opt(minutes * 60, 0).unwrap();
            Time::from(day.and_time(time).and_utc())
        };
        let start = if from > by { at(day.pred_opt().unwrap(), from) } else { at(day, from) };
        prop_assert_eq!(schedule.due(day), at(day, by));
        prop_assert_eq!(schedule.begins(day), start);
        prop_assert!(schedule.has_begun(day, start) && !schedule.has_begun(day, Time(start.0 - 1)));
        // It does not touch the day before.
        prop_assert!(schedule.begins(day) > schedule.deadline(day.pred_opt().unwrap()));
    }
}

#[test]
fn a_schedule_is_said_back_in_a_sentence() {
    for (keys, sentence) in [
        ("by = \"07:30\"", "every day, by 07:30"),
        ("by = \"01:00\"", "every day, from 00:00 until 01:00"),
        (
            "by = \"01:00\"\nfrom = \"20:00\"\ndays = \"1st working day\"",
            "on the first working day of the month, from 20:00 the evening before until 01:00",
        ),
        (
            "by = \"18:00\"\nfrom = \"06:00\"\ndays = \"Mon..Fri\"\nexcept = [\"2026-12-24\"]",
            "from Monday to Friday, not on 2026-12-24, from 06:00 until 18:00",
        ),
        (
            "by = \"12:00\"\ndays = \"Wed\"\nweeks = \"every second from 2026-01-05\"",
            "on Wednesdays, in every second week from 2026-01-05 on, by 12:00",
        ),
        (
            "by = \"12:00\"\ndays = \"last working day\"\nmonths = \"Mar,Jun,Sep,Dec\"\nholidays = \"fr\"",
            "on the last working day of March, June, September and December, not on holidays (fr), by 12:00",
        ),
        (
            "by = \"12:00\"\ndays = \"1, 15\"\ngrace = \"15m\"",
            "on the 1st and the 15th of the month, by 12:00 (reported 15m later)",
        ),
        (
            "by = \"12:00\"\ndays = \"working days\"\nmonths = \"Jul,Aug\"",
            "on working days in July and August, by 12:00",
        ),
        (
            "by = \"18:00\"\nfrom = \"3 days before 08:00\"\ndays = \"Fri\"",
            "on Fridays, from 08:00 three days before until 18:00",
        ),
        (
            "by = \"18:00\"\nfrom = \"2 days before\"\ndays = \"last, 2nd last Fri, 3rd Mon\"\nmonths = \"Jun\"",
            "on the third Monday, the last day and the second last Friday of June, from 00:00 two days before until 18:00",
        ),
        (
            "by = \"12:00\"\ndays = \"15, 1, 2, 20..22, 1, last working day, 2nd last working day\"",
            "on the 1st, the 2nd, the 15th, the 20th to the 22nd, the second last working day and the last working day of the month, by 12:00",
        ),
        ("by = \"12:00\"\ndays = \"1..31\"", "every day, by 12:00"),
        (
            "by = \"12:00\"\ndays = \"Mon..Sun, last\"",
            "every day, by 12:00",
        ),
        (
            "by = \"08:00\"\ndays = \"Sat,Sun,1st working day\"",
            "on Saturdays and Sundays and on the first working day of the month, by 08:00",
        ),
    ] {
        let text = format!(
            "[holidays]\nfr = [\"05-01\"]\n[[expect]]\npartner = \"a\"\nfiles = \"*\"\n{keys}\n"
        );
        match schedule(&text) {
            Ok(schedule) => assert_eq!(schedule.sentence(), sentence),
            Err(error) => panic!("{keys}: {error}"),
        }
    }
}
