//! Figures: ways of doing the same, timed in turn so that what the machine does besides slows all of them, and what the kernel
//! says of a process.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::inputs::much;

/// How often each way is timed, after once that does not count.
const ROUNDS: usize = 5;

/// How long some work takes, and what comes of it.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

/// A program to its end, its output thrown away.
pub(crate) fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.unwrap().success(), "{command:?}");
}

/// The value in the middle, and the one below which 99 of 100 lie.
pub(crate) fn middle_and_high(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort();
    let high = (times.len() * 99).div_ceil(100).saturating_sub(1);
    (times[times.len() / 2], times[high])
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A way of doing the same.
pub(crate) struct Way<'a> {
    pub(crate) name: String,
    /// What a time is multiplied by, where only a part of the work is done.
    pub(crate) scale: f64,
    pub(crate) work: Box<dyn FnMut() + 'a>,
}

impl<'a> Way<'a> {
    pub(crate) fn new(name: &str, work: impl FnMut() + 'a) -> Self {
        Way {
            name: name.to_owned(),
            scale: 1.0,
            work: Box::new(work),
        }
    }
}

/// The times of a way, in seconds.
pub(crate) struct Times {
    pub(crate) name: String,
    pub(crate) wall: Vec<f64>,
    pub(crate) processor: Vec<f64>,
}

impl Times {
    /// How many times as long as another way, in the middle of the rounds.
    pub(crate) fn beside(&self, other: &Times) -> f64 {
        let rounds = self.wall.iter().zip(&other.wall);
        median(rounds.map(|(own, other)| own / other).collect())
    }
}

/// Times all ways in turn: A B C A B C.
pub(crate) fn in_turn(mut ways: Vec<Way<'_>>) -> Vec<Times> {
    let mut all: Vec<Times> = (ways.iter())
        .map(|way| Times {
            name: way.name.clone(),
            wall: Vec::new(),
            processor: Vec::new(),
        })
        .collect();
    let rounds = if much(50) == 50 { ROUNDS } else { 1 };
    for round in 0..=rounds {
        for (way, times) in ways.iter_mut().zip(&mut all) {
            let before = processor_of(UsageWho::RUSAGE_CHILDREN);
            let ((), took) = timed(&mut way.work);
            let processor = processor_of(UsageWho::RUSAGE_CHILDREN) - before;
            if round > 0 {
                times.wall.push(took.as_secs_f64() * way.scale);
                times.processor.push(processor.as_secs_f64() * way.scale);
            }
        }
    }
    all
}

/// Times all ways in turn, and prints how the first stands to each of the others.
pub(crate) fn compare(ways: Vec<Way<'_>>) -> Vec<Times> {
    let all = in_turn(ways);
    println!("| | median | fastest to slowest | processor time | `report` takes |");
    println!("|---|---|---|---|---|");
    for times in &all {
        let fastest = times.wall.iter().copied().fold(f64::MAX, f64::min);
        let slowest = times.wall.iter().copied().fold(0.0, f64::max);
        println!(
            "| {} | {:.3} s | {fastest:.3} to {slowest:.3} s | {:.3} s | {:.2} × |",
            times.name,
            median(times.wall.clone()),
            median(times.processor.clone()),
            all[0].beside(times),
        );
    }
    println!();
    all
}

/// The processor time of this process, or of its children that have ended.
pub(crate) fn processor_of(who: UsageWho) -> Duration {
    let usage: Usage = getrusage(who).unwrap();
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(micros.unsigned_abs())
}

/// A figure of `/proc/PID/status`.
pub(crate) fn status(pid: u32, field: &str) -> Option<u64> {
    of_status(&format!("/proc/{pid}/status"), field)
}

/// The memory of a process, in MiB: resident now, of that not of files, and the most so far.
pub(crate) fn memory(pid: u32) -> [f64; 3] {
    ["VmRSS", "RssAnon", "VmHWM"].map(|field| status(pid, field).unwrap() as f64 / 1024.0)
}

/// How often all threads of a process have waited for something.
pub(crate) fn waits(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let paths = tasks.map(|task| task.unwrap().path().join("status"));
    paths
        .filter_map(|path| of_status(path.to_str().unwrap(), "voluntary_ctxt_switches"))
        .sum()
}

fn of_status(path: &str, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(path).ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The processor time that a process has taken (proc_pid_stat(5): user and system, in hundredths of a second).
pub(crate) fn processor(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let behind_name = stat.rsplit(')').next().unwrap();
    let ticks = behind_name.split_whitespace().skip(11).take(2);
    Duration::from_millis(10 * ticks.map(|tick| tick.parse::<u64>().unwrap()).sum::<u64>())
}
