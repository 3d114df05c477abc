//! The keys of a schedule that not every feed has, in words and as JSON.

use serde::Serialize;

use crate::domain::expect::{Months, Schedule, WindowStart};

/// What is configured of a schedule beside days, time and zone. What is not configured is left out.
#[derive(Debug, Serialize)]
pub(super) struct Further {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every_weeks: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weeks_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holidays: Option<String>,
}

impl Further {
    pub(super) fn of(schedule: &Schedule) -> Further {
        let from = |from: WindowStart| {
            let at = format!("{:02}:{:02}", from.at / 60, from.at % 60);
            match from.days_before {
                0 => at,
                1 => format!("1 day before {at}"),
                days => format!("{days} days before {at}"),
            }
        };
        let holidays = schedule.holidays.as_ref();
        Further {
            from: schedule.from.map(from),
            months: (schedule.months != Months::ALL).then(|| schedule.months.to_string()),
            every_weeks: schedule.weeks.map(|weeks| weeks.every),
            weeks_from: schedule.weeks.map(|weeks| weeks.from.to_string()),
            holidays: holidays.map(|holidays| holidays.name.clone()),
        }
    }
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
