//! The file of passwords (shadow(5)): when accounts and passwords expire. Nothing else of it is kept.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};

use crate::domain::expiry::ExpiryDates;

/// The path of the file.
pub const SHADOW: &str = "/etc/shadow";

/// The dates of each account in the file; `None` if this user may not read it.
pub fn expiry_dates() -> Option<BTreeMap<String, ExpiryDates>> {
    Some(of_file(&std::fs::read(SHADOW).ok()?))
}

/// The dates in this text of the file.
fn of_file(text: &[u8]) -> BTreeMap<String, ExpiryDates> {
    String::from_utf8_lossy(text).lines().map(of_line).collect()
}

fn of_line(line: &str) -> (String, ExpiryDates) {
    let fields: Vec<&str> = line.split(':').collect();
    // An empty field means no limit.
    let days = |at: usize| fields.get(at)?.parse().ok().filter(|days: &i64| *days >= 0);
    let last_valid = |changed: i64, most: i64| changed.checked_add(most)?.checked_add(1);
    let dates = ExpiryDates {
        account: days(7).and_then(date),
        password: days(2)
            .zip(days(4))
            .and_then(|(changed, most)| last_valid(changed, most))
            .and_then(date),
        // 0 as the day of the last change means that a change is required.
        to_be_changed: days(2) == Some(0),
    };
    (fields[0].to_owned(), dates)
}

/// The date this many days after 1970-01-01.
fn date(days: i64) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_date_is_the_first_day_without_log_ins() {
        let shadow = b"alice:$y$x:20000:0:99999:7:::\n\
            bob:!:20000:0:::: 20542:\n\
            carl:*:20000::60:7::20542:\n\
            dora:x:0:0:30:7:::\n\
            eve:x::0:30:7::-1:\n\
            fay:x:20000:0:9223372036854775807:7::99999999999:\n\
            \xff:x\n\n+\n";
        let all = of_file(shadow);
        let told = |name: &str| {
            let dates = all.get(name).unwrap();
            let shown = |date: Option<NaiveDate>| {
                date.map_or_else(|| "never".to_owned(), |date| date.to_string())
            };
            let change = if dates.to_be_changed { ", changed" } else { "" };
            format!(
                "{}, {}{change}",
                shown(dates.account),
                shown(dates.password)
            )
        };
        assert_eq!(told("alice"), "never, 2298-07-20");
        assert_eq!(told("bob"), "never, never", "a field that is no number");
        assert_eq!(told("carl"), "2026-03-30, 2024-12-04");
        assert_eq!(told("dora"), "never, 1970-02-01, changed");
        assert_eq!(told("eve"), "never, never");
        assert_eq!(told("fay"), "never, never");
    }
}
