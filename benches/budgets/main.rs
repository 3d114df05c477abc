//! What the program takes, held against what others take for the like in the same run: `cargo bench`, or for one of them
//! `cargo bench -- report`. Nothing fails here: figures are for people, on a machine that does nothing else.
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

mod daemon;
mod figures;
mod flood;
mod logs;
mod report;
mod rules;
mod start;
#[path = "../../tests/support/mod.rs"]
mod support;

/// The benchmarks by name, each with the budget that it measures.
const ALL: [(&str, &str, fn()); 9] = [
    (
        "rules",
        "a line understood and counted, in memory",
        rules::lines,
    ),
    ("commit", "a state of ten thousand partners", rules::commit),
    (
        "report-auth-log",
        "4 × ripgrep's time for the same words, an eighth of sshguard's parser",
        report::auth_log,
    ),
    (
        "report-journal",
        "the time of `journalctl -o cat`, an eighth of `-o json`",
        report::journal,
    ),
    (
        "latency",
        "at Slack 30 ms after others see the line, 100 ms at the 99th percentile",
        daemon::latency,
    ),
    (
        "memory",
        "16 MiB idle, 24 MiB after a million events",
        daemon::memory,
    ),
    ("idle", "a wake-up a second", daemon::idle),
    (
        "start",
        "ready in 200 ms with a journal of 1 GiB",
        start::start,
    ),
    (
        "flood",
        "20,000 failures a second for a minute: it keeps up, and nobody is looked up",
        flood::flood,
    ),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this as well, without the word.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let named: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    for (name, budget, measure) in ALL {
        if named.is_empty() || named.iter().any(|wanted| name.contains(wanted.as_str())) {
            println!("\n{name}: {budget} (load {})", figures::load());
            measure();
        }
    }
}
