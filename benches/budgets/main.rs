//! What the program takes, beside what others take for the like in the same run: `make bench`, or for a part of it
//! `make bench PARTS=report`. Nothing fails because it is slow: figures are for people, on a machine that does nothing else. It
//! does fail where a program does not count what the log holds, before that program is timed.
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

mod backlog;
mod commit;
mod contenders;
mod daemon;
mod figures;
mod flood;
mod growth;
mod inputs;
#[path = "../logs/mod.rs"]
mod logs;
mod report;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::process::Command;

/// A row of the table at the end: a figure beside its budget.
pub(crate) struct Row([String; 4]);

/// The work, what must be reached, what is aimed at, and what was measured.
pub(crate) fn row(work: &str, reach: &str, aim: &str, measured: String) -> Row {
    Row([work.to_owned(), reach.to_owned(), aim.to_owned(), measured])
}

/// A measurement prints its details, and gives rows of the table.
type Measure = fn() -> Vec<Row>;

/// The measurements by name. The last two are done only where they are named.
const ALL: [(&str, Measure); 10] = [
    ("report-auth-log", report::of_log),
    ("report-journal", report::of_journals),
    ("backlog-auth-log", backlog::of_log),
    ("backlog-journal", backlog::of_journal),
    ("latency", daemon::latency),
    ("commit", commit::commit),
    ("idle", daemon::idle),
    ("size", size),
    ("growth", growth::growth),
    ("flood", flood::flood),
];

/// How many are done where none is named.
const USUAL: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, directory, ..] = &arguments[..] {
        if first == contenders::READ_MESSAGES {
            return contenders::read_messages(directory);
        }
    }
    // `cargo test --benches` runs this as well, without the word.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let named: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    machine();
    let mut rows = Vec::new();
    for (n, (name, measure)) in ALL.into_iter().enumerate() {
        let wanted = match &named[..] {
            [] => n < USUAL,
            _ => named.iter().any(|wanted| name.contains(wanted.as_str())),
        };
        if wanted {
            println!("## {name}\n\nLoad: {}\n", load());
            rows.extend(measure());
        }
    }
    println!("## The table\n\n| work | must reach | aim | measured |\n|---|---|---|---|");
    for Row([work, reach, aim, measured]) in rows {
        println!("| {work} | {reach} | {aim} | {measured} |");
    }
}

/// The load of the last minute: above 1 the figures say little.
fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

/// The machine, and the versions of what is compared.
fn machine() {
    let first = |command: &str, arguments: &[&str]| {
        let output = Command::new(command).args(arguments).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Some(text.lines().next()?.trim().to_owned())
    };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model
        .unwrap_or_default()
        .trim_start_matches(['\t', ':', ' ']);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!("- {processors} processors: {model}");
    let versions = [
        ("uname", &["-sr"][..]),
        ("rustc", &["--version"]),
        (contenders::PROGRAM, &["--version"]),
        ("journalctl", &["--version"]),
        ("rg", &["--version"]),
        ("fail2ban-regex", &["--version"]),
        (
            "dpkg-query",
            &["-W", "-f", "${Package} ${Version}", "sshguard"],
        ),
    ];
    for (command, arguments) in versions {
        if let Some(version) = first(command, arguments) {
            println!("- {version}");
        }
    }
    println!();
}

/// The binary's size: `make bench` hands on that of `make build`.
fn size() -> Vec<Row> {
    let bytes = match std::env::var("SFTP_MONITOR_SIZE") {
        Ok(given) => given.parse().unwrap(),
        Err(_) => std::fs::metadata(contenders::PROGRAM).unwrap().len(),
    };
    let measured = format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
    vec![row("the binary", "12 MiB", "", measured)]
}
