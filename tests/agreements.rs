//! Agreements as people word them: configured, said back, and replayed over a month's log.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::Value;
use support::program::World;

/// What the partners agreed to in words, and how it is configured.
const AGREED: &str = r#"
timezone = "Europe/Paris"
[holidays]
fr = ["2026-04-06", "05-01"]

# "The prices of a working day come in the night before, by one in the morning; they are made from eight in the evening on."
[[expect]]
partner = "alice"
files = "prices-*.csv"
from = "20:00"
by = "01:00"
days = "Mon..Fri"

# "The statement comes on the first working day of the month, by noon."
[[expect]]
partner = "bank"
files = "statement-*.txt"
by = "12:00"
days = "1st working day"
holidays = "fr"

# "Wages: on the last working day, by six in the evening. Three days earlier is fine too."
[[expect]]
partner = "wages"
files = "*.xml"
from = "3 days before"
by = "18:00"
days = "last working day"
holidays = "fr"

# "Each shop sends its sales at night, between ten and two."
[[expect]]
partner = "shop-*"
files = "sales.csv"
from = "22:00"
by = "02:00"

# "Stock: every second Wednesday by 18:00."
[[expect]]
partner = "bob"
files = "stock.csv"
by = "18:00"
days = "Wed"
weeks = "every second from 2026-04-01"

# "Invoices on the 1st and the 15th, by eight."
[[expect]]
partner = "bob"
files = "invoices.pdf"
by = "08:00"
days = "1, 15"

# "The report of the quarter comes on its last Friday."
[[expect]]
partner = "bank"
files = "quarter.pdf"
by = "18:00"
days = "last Fri"
months = "Mar,Jun,Sep,Dec"

# "Orders on working days by 07:30; a quarter of an hour does not matter."
[[expect]]
partner = "bob"
files = "orders.xml"
by = "07:30"
days = "working days"
holidays = "fr"
grace = "15m"

# "Four exports on Mondays, between six and eight."
[[expect]]
partner = "alice"
files = "export-*.zip"
count = 4
from = "06:00"
by = "08:00"
days = "Mon"

# "Every month, the second last working day, by ten in the morning, in New York."
[[expect]]
partner = "bank"
files = "close.csv"
by = "10:00"
days = "2nd last working day"
timezone = "America/New_York"
"#;

/// A month in which some of it goes wrong.
fn month() -> String {
    let mut lines: Vec<String> = Vec::new();
    let date = |day: u32| NaiveDate::from_ymd_opt(2026, 4, day).unwrap();
    let mut sent = |date: NaiveDate, time: &str, partner: &str, file: &str| {
        let pid = 1_000 + lines.len();
        let said = [
            format!("session opened for local user {partner} from [192.0.2.7]"),
            format!("close \"/in/{file}\" bytes read 0 written 500"),
            format!("session closed for local user {partner} from [192.0.2.7]"),
        ];
        for (nth, said) in said.into_iter().enumerate() {
            lines.push(format!(
                "{date}T{time}.{nth}+02:00 sftp1 internal-sftp[{pid}]: {said}"
            ));
        }
    };
    sent(
        NaiveDate::from_ymd_opt(2026, 3, 31).unwrap(),
        "21:00:00",
        "alice",
        "prices-0.csv",
    );
    for shop in ["shop-a", "shop-b"] {
        sent(
            NaiveDate::from_ymd_opt(2026, 3, 31).unwrap(),
            "23:00:00",
            shop,
            "sales.csv",
        );
    }
    for day in 1..=30 {
        let day = date(day);
        let number = day.day();
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        // On the 14th they come at half past one.
        if number == 14 {
            sent(day, "01:30:00", "alice", "prices-late.csv");
        }
        if !matches!(number, 6) && !weekend {
            sent(
                day,
                if number == 9 { "07:40:00" } else { "07:00:00" },
                "bob",
                "orders.xml",
            );
        }
        if day.weekday() == Weekday::Mon {
            // One too early on the 20th.
            let first = if number == 20 { "05:50:00" } else { "06:10:00" };
            for (time, file) in [
                (first, 1),
                ("06:11:00", 2),
                ("07:00:00", 3),
                ("07:59:59", 4),
            ] {
                sent(day, time, "alice", &format!("export-{file}.zip"));
            }
        }
        if matches!(number, 1 | 15) {
            sent(day, "07:30:00", "bob", "invoices.pdf");
        }
        if number == 1 {
            sent(day, "11:00:00", "bank", "statement-4.txt");
        }
        if matches!(number, 1 | 29) {
            sent(day, "17:00:00", "bob", "stock.csv");
        }
        if number == 28 {
            sent(day, "09:00:00", "wages", "wages.xml");
        }
        if number == 29 {
            sent(day, "15:59:00", "bank", "close.csv");
        }
        let next = day.succ_opt().unwrap();
        let due_next = !matches!(next.weekday(), Weekday::Sat | Weekday::Sun);
        if due_next && number != 13 {
            sent(day, "23:50:00", "alice", &format!("prices-{number}.csv"));
        }
        sent(day, "22:30:00", "shop-a", "sales.csv");
        // Shop B sends nothing on the evening of the 20th.
        if number != 20 {
            sent(day, "23:45:00", "shop-b", "sales.csv");
        }
    }
    lines.sort();
    lines.join("\n") + "\n"
}

/// What the partners agreed to about their files.
const FILES: &str = r#"
timezone = "Europe/Paris"

# "One to three price files a day, the first with its date, and prices.done when all are there, by 07:30. No programs."
[[expect]]
partner = "alice"
files = "prices-*.csv"
count = "1..3"
names = ["prices-{%Y%m%d}-1.csv", "prices.done"]
forbid = ["*.exe", "*.tmp"]
by = "07:30"

# "The figures of the working day before, by nine on working days."
[[expect]]
partner = "bank"
names = ["figures-{working day before %Y-%m-%d}.xml"]
days = "Mon..Fri"
by = "09:00"

# "The stock by six, never yesterday's again."
[[expect]]
partner = "bob"
files = "stock.csv"
warn-if-same = true
by = "06:00"

# "Statements have eight digits; together they are one to two megabytes, none is larger than one."
[[expect]]
partner = "bank"
matches = '^statement-\d{8}\.txt$'
total-size = "1 MB..2 MB"
max-size = "1 MB"
by = "12:00"

# "The shop fetches both of its order files by eight."
[[expect]]
partner = "shop"
files = "/orders/*.xml"
direction = "download"
count = "2..2"
by = "08:00"
"#;

/// Five days, from a Thursday on, of which some go wrong.
fn days() -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut took = |day: u32, time: &str, partner: &str, said: String| {
        let pid = 1_000 + lines.len();
        let opened = format!("session opened for local user {partner} from [192.0.2.7]");
        for (nth, said) in [opened, said].into_iter().enumerate() {
            lines.push(format!(
                "2026-04-{day:02}T{time}.{nth}+02:00 sftp1 internal-sftp[{pid}]: {said}"
            ));
        }
    };
    let sent =
        |path: &str, bytes: u32| format!("close \"/in/{path}\" bytes read 0 written {bytes}");
    let fetched = |path: &str| format!("close \"/orders/{path}\" bytes read 500 written 0");
    for day in [9, 10, 11, 12, 13] {
        let prices = |nth: u32| format!("prices-202604{day:02}-{nth}.csv");
        took(day, "06:30:00", "alice", sent(&prices(1), 500));
        took(day, "06:31:00", "alice", sent(&prices(2), 500));
        if day != 10 {
            took(day, "06:40:00", "alice", sent("prices.done", 1));
        }
        if day == 11 {
            took(day, "06:32:00", "alice", sent(&prices(3), 500));
            took(day, "06:33:00", "alice", sent(&prices(4), 500));
        }
        if day == 12 {
            took(day, "06:33:00", "alice", sent("setup.exe", 500));
        }
        // On Monday the figures of Friday are asked for, and those of Sunday come.
        let figures = if day == 13 { 12 } else { day - 1 };
        took(
            day,
            "08:00:00",
            "bank",
            sent(&format!("figures-2026-04-{figures:02}.xml"), 500),
        );
        // The stock of the 12th is that of the 11th.
        let stock = if day == 12 { 11 } else { day };
        took(day, "05:00:00", "bob", sent("stock.csv", 40_000 + stock));
        took(
            day,
            "10:00:00",
            "bank",
            sent("statement-10000001.txt", 800_000),
        );
        let second = if day == 11 { 1_200_000 } else { 400_000 };
        took(
            day,
            "10:01:00",
            "bank",
            sent("statement-10000002.txt", second),
        );
        if day == 12 {
            took(
                day,
                "10:02:00",
                "bank",
                sent("statement-10000003.txt", 900_000),
            );
        }
        took(day, "07:00:00", "shop", fetched("a.xml"));
        let second = if day == 10 { "08:20:00" } else { "07:01:00" };
        took(day, second, "shop", fetched("b.xml"));
    }
    lines.sort();
    lines.join("\n") + "\n"
}

/// What is said back of each agreement, and what a replay of the log tells.
fn said_and_told(config: &str, log: &str, partners: &str, dates: [&str; 2]) -> String {
    let mut world = World::new();
    world.config = config.to_owned();
    world.write_raw(log);
    let listed = world.run(&["expect", "--json", "--partners", partners]);
    let feeds: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let said: Vec<&str> = feeds
        .iter()
        .map(|feed| feed["sentence"].as_str().unwrap())
        .collect();
    let log = world.log();
    let [since, until] = dates;
    let words =
        format!("expect --replay --since {since} --until {until} --partners {partners} --auth-log");
    let words: Vec<&str> = words.split(' ').chain([log.to_str().unwrap()]).collect();
    let replayed = world.run(&words);
    assert!(replayed.status.success(), "{replayed:?}");
    let told = String::from_utf8(replayed.stdout).unwrap();
    let (told, _) = told.split_once("\n\n").unwrap();
    format!("{}\n\n{told}\n", said.join("\n")).replace('\u{202F}', "␣")
}

#[test]
fn ten_agreements_are_said_back_and_bring_the_alerts_that_a_person_would_want() {
    let dates = ["2026-04-01", "2026-04-30"];
    let partners = "alice,bob,bank,wages,shop-a,shop-b";
    let all = said_and_told(AGREED, &month(), partners, dates);
    assert_eq!(all, include_str!("texts/agreements.txt"), "{all}");
}

#[test]
fn agreements_about_files_are_said_back_and_bring_the_alerts_that_a_person_would_want() {
    let dates = ["2026-04-09", "2026-04-13"];
    let all = said_and_told(FILES, &days(), "alice,bob,bank,shop", dates);
    assert_eq!(all, include_str!("texts/agreements_files.txt"), "{all}");
}
