//! What counts as what: scenarios in `tests/rules/*.txt`, each with what is told and counted in it.
//!
//! Below the title stands what happens, one step a line; below `->` what is told, with the time at which it leaves, then
//! what each day counts. Lines that begin with `v ` are there at LogLevel VERBOSE alone, and must count nothing of their
//! own; of lines that begin with `? ` it is told what the rules make of them. `UPDATE_RULES=1 cargo test --test rules`
//! writes the files anew; read what changed.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]
#![allow(unreachable_pub, reason = "shared with no one")]

#[path = "support/rules.rs"]
mod rules;
#[path = "support/said.rs"]
mod said;
#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/users.rs"]
mod users;

use std::fs;
use std::path::PathBuf;

use scenario::{Scenario, Step};

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir("tests/rules").unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// What comes of a scenario, once without and once with the entries of LogLevel VERBOSE where it has such.
fn play(scenario: &Scenario) -> String {
    let verbose = |step: &Step| matches!(step, Step::Entry(line) if line.verbose);
    let whole = rules::played(&scenario.steps);
    if !scenario.steps.iter().any(verbose) {
        return whole.concat();
    }
    let brief: Vec<Step> = (scenario.steps.iter().filter(|step| !verbose(step)))
        .cloned()
        .collect();
    let brief = rules::played(&brief);
    let [told, counted] = &whole;
    assert_eq!(
        brief[1], *counted,
        "{}: INFO counts what is left, VERBOSE what is right",
        scenario.title
    );
    let said = match brief[0] == *told {
        true => told.clone(),
        false => marked("INFO    ", &brief[0]) + &marked("VERBOSE ", told),
    };
    said + counted
}

fn marked(mark: &str, lines: &str) -> String {
    lines
        .lines()
        .map(|line| format!("{mark}{line}\n"))
        .collect()
}

#[test]
fn every_scenario_comes_out_as_it_says() {
    let mut wrong = String::new();
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let (head, scenarios) = scenario::parse(&text);
        assert!(!scenarios.is_empty(), "{}", path.display());
        let mut anew = head;
        for scenario in scenarios {
            let now = play(&scenario);
            if now.trim_end() != scenario.expected {
                wrong += &format!(
                    "{}: {}\nexpected:\n{}\nis:\n{now}\n",
                    path.display(),
                    scenario.title,
                    scenario.expected
                );
            }
            anew += &format!("\n== {}\n{}->\n{now}", scenario.title, scenario.source);
        }
        if std::env::var_os("UPDATE_RULES").is_some() {
            fs::write(&path, anew).unwrap();
            wrong.clear();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is not in the state, such as when the next feed is due, is found anew after a restart.
#[test]
fn restarts_before_each_step_change_nothing() {
    for path in files() {
        let (_, scenarios) = scenario::parse(&fs::read_to_string(&path).unwrap());
        // Those with hundreds of steps take long, and show nothing else.
        for scenario in scenarios.iter().filter(|s| s.steps.len() < 200) {
            let of = |step: &Step| match step {
                Step::Entry(_) | Step::Clock(_) => vec![Step::Restart, step.clone()],
                _ => vec![step.clone()],
            };
            let restarted: Vec<Step> = scenario.steps.iter().flat_map(of).collect();
            let name = format!("{}: {}", path.display(), scenario.title);
            let expected = rules::played(&scenario.steps);
            assert_eq!(rules::played(&restarted), expected, "{name}");
        }
    }
}
