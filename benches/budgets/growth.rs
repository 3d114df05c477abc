//! How the cost of a line and the memory of `report` grow with the log, the partners, the open sessions and the files.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::UsageWho;

use crate::contenders::{has_journals, report, wrong};
use crate::figures::{median, processor_of, status};
use crate::inputs::{auth_log, folder, journal_of, much};
use crate::logs::Mix;
use crate::logs::truth::Truth;
use crate::{Row, row};

const ROUNDS: usize = 3;

/// The most sessions that are open at the same time and still kept apart (packaging/doc/guarantees.md).
const KEPT: usize = 6_000;

/// One run of the program to its end: its processor time in seconds, the most memory in MiB, and what it printed.
fn watched(mut command: Command, out: &Path) -> (f64, f64, String) {
    let before = processor_of(UsageWho::RUSAGE_CHILDREN);
    command
        .stdout(File::create(out).unwrap())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = status(child.id(), "VmHWM").unwrap_or(0).max(most);
        std::thread::sleep(Duration::from_millis(2));
    }
    let processor = processor_of(UsageWho::RUSAGE_CHILDREN) - before;
    let printed = std::fs::read_to_string(out).unwrap();
    (processor.as_secs_f64(), most as f64 / 1024.0, printed)
}

/// A log of this size is measured.
struct Step {
    shown: String,
    mix: Mix,
    /// In place of an auth.log.
    files: Option<u64>,
}

fn steps<T: std::fmt::Display + Copy>(values: &[T], mix: impl Fn(T) -> Mix) -> Vec<Step> {
    let step = |value: &T| Step {
        shown: value.to_string(),
        mix: {
            let mix = mix(*value);
            Mix {
                lines: much(mix.lines),
                ..mix
            }
        },
        files: None,
    };
    values.iter().map(step).collect()
}

/// Measures all steps in turn; how many times as much a line costs at the most as at the first.
fn grow(what: &str, steps: &[Step]) -> String {
    let mut logs = Vec::new();
    for step in steps {
        let folder = folder();
        let made = match step.files {
            None => auth_log(folder.path(), &step.mix),
            Some(files) => journal_of(folder.path(), &step.mix, files),
        };
        logs.push((folder, made));
    }
    let mut costs = vec![(Vec::new(), 0.0); steps.len()];
    let mut missed = vec![0; steps.len()];
    for _ in 0..ROUNDS {
        for (n, (folder, (log, config, truth))) in logs.iter().enumerate() {
            let command = report(config, log, steps[n].files.is_some());
            let (processor, most, printed) = watched(command, &folder.path().join("out"));
            costs[n].0.push(processor * 1e9 / truth.lines as f64);
            costs[n].1 = most.max(costs[n].1);
            let wrong = wrong(&printed, truth);
            let allowed = steps[n].mix.open > KEPT;
            assert!(
                wrong.is_empty() || allowed,
                "{what} {}: {wrong:?}",
                steps[n].shown
            );
            let by = wrong
                .iter()
                .map(|(_, _, count, found)| count.abs_diff(*found));
            missed[n] = by.sum();
        }
    }
    println!("| {what} | lines | processor time of a line | most memory | counted |");
    println!("|---|---|---|---|---|");
    let mut lines = Vec::new();
    for (n, (nanos, most)) in costs.into_iter().enumerate() {
        let truth: &Truth = &logs[n].1.2;
        let nanos = median(nanos);
        let counted = match missed[n] {
            0 => "all".to_owned(),
            missed => format!(
                "{missed} of {} events wrong: more than {KEPT} sessions are open",
                truth.events()
            ),
        };
        println!(
            "| {} | {} | {nanos:.0} ns | {most:.1} MiB | {counted} |",
            steps[n].shown, truth.lines
        );
        lines.push((nanos, most));
    }
    println!();
    let [first, last] = [lines[0], lines[lines.len() - 1]];
    format!(
        "{:.0} to {:.0} ns, {:.1} to {:.1} MiB",
        first.0, last.0, first.1, last.1
    )
}

/// All of it.
pub(crate) fn growth() -> Vec<Row> {
    let all = [
        (
            "lines",
            steps(&[10_000, 100_000, 1_000_000, 10_000_000], |lines| Mix {
                lines,
                ..Mix::default()
            }),
        ),
        (
            "partners",
            steps(&[10, 100, 1_000, 10_000], |partners| Mix {
                partners,
                ..Mix::default()
            }),
        ),
        (
            "open sessions",
            steps(&[1, 60, 900, 5_000], |open| Mix {
                open,
                ..Mix::default()
            }),
        ),
        (
            "guessers at the same time",
            steps(&[1, 20, 400], |guessers| Mix {
                guessers,
                ..Mix::default()
            }),
        ),
        (
            "journal files",
            if has_journals() {
                journals(&[1, 10, 100, 300])
            } else {
                Vec::new()
            },
        ),
    ];
    let grown = |(what, steps): &(&str, Vec<Step>)| {
        let [first, last] = [&steps[0].shown, &steps[steps.len() - 1].shown];
        let work = format!("`report`, a line and the memory, from {first} to {last} {what}");
        row(&work, "flat", "", grow(what, steps))
    };
    all.iter()
        .filter(|(_, steps)| !steps.is_empty())
        .map(grown)
        .collect()
}

fn journals(files: &[u64]) -> Vec<Step> {
    let step = |files: &u64| Step {
        shown: files.to_string(),
        mix: Mix {
            lines: much(300_000),
            ..Mix::default()
        },
        files: Some(*files),
    };
    files.iter().map(step).collect()
}
