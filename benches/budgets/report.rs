//! `report` over logs of the past, beside programs that do less.

use crate::contenders::{has_journals, installed, of_auth_log, of_journal};
use crate::figures::compare;
use crate::inputs::{auth_log, folder, journal_of, much};
use crate::logs::Mix;
use crate::{Row, row};

/// The shares of sshd's and sftp-server's lines.
const DENSITIES: [(f64, &str); 3] = [
    (0.97, "nearly all lines are sshd's or sftp-server's"),
    (0.33, "one third"),
    (0.1, "one tenth"),
];

/// How many lines the log has.
const LINES: u64 = 1_000_000;

/// How many lines fail2ban-regex gets.
const PART: u64 = 20_000;

/// How many entries the journal has.
const ENTRIES: u64 = 300_000;

/// An auth.log of a million lines, of each density.
pub(crate) fn of_log() -> Vec<Row> {
    let (here, folder) = (installed(), folder());
    let mut rows = Vec::new();
    for (density, what) in DENSITIES {
        let mix = Mix {
            lines: much(LINES),
            density,
            ..Mix::default()
        };
        let (log, config, truth) = auth_log(folder.path(), &mix);
        let part = folder.path().join("part");
        std::fs::create_dir_all(&part).unwrap();
        let (part, _, of_part) = auth_log(
            &part,
            &Mix {
                lines: much(PART),
                ..mix
            },
        );
        println!("{} lines, {what}:\n", truth.lines);
        let all = compare(of_auth_log(
            &here,
            (&config, &log, &truth),
            (&part, &of_part),
        ));
        let mut against = |other: &str, reach: &str, aim: &str| {
            if let Some(times) = all.iter().find(|times| times.name.contains(other)) {
                let work = format!("`report`, auth.log, {what}, beside {}", times.name);
                rows.push(row(
                    &work,
                    reach,
                    aim,
                    format!("{:.2} ×", all[0].beside(times)),
                ));
            }
        };
        against("rg", "5 ×", "3 ×");
        against("sshguard", "0.2 ×", "");
    }
    rows
}

/// A journal, nearly all of whose entries are sshd's and sftp-server's.
pub(crate) fn of_journals() -> Vec<Row> {
    if !has_journals() {
        return Vec::new();
    }
    let (here, folder) = (installed(), folder());
    let mix = Mix {
        lines: much(ENTRIES),
        ..Mix::default()
    };
    let (journal, config, truth) = journal_of(folder.path(), &mix, 1);
    println!("A journal of {} entries:\n", truth.lines);
    let all = compare(of_journal(&here, &config, &journal, &truth));
    let budgets = [
        ("cat", "0.8 ×", ""),
        ("json", "0.125 ×", ""),
        ("libsystemd", "", "1.3 ×"),
    ];
    let mut rows = Vec::new();
    for (other, reach, aim) in budgets {
        if let Some(times) = all.iter().find(|times| times.name.contains(other)) {
            let work = format!(
                "`report`, {} journal entries, beside {}",
                truth.lines, times.name
            );
            rows.push(row(
                &work,
                reach,
                aim,
                format!("{:.2} ×", all[0].beside(times)),
            ));
        }
    }
    rows
}
