//! Figures: times in turn, so that what the machine does besides slows all of them, and what the kernel says of a process.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often each way is timed, after once that does not count.
const RUNS: usize = 5;

/// The load of the last minute: above 1 the figures say little.
pub(crate) fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

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

/// A way of doing the same.
pub(crate) struct Way<'a> {
    pub(crate) name: &'a str,
    pub(crate) work: Box<dyn FnMut() + 'a>,
}

impl<'a> Way<'a> {
    pub(crate) fn new(name: &'a str, work: impl FnMut() + 'a) -> Self {
        let work = Box::new(work);
        Way { name, work }
    }
}

/// Times all ways in turn; how the first stands to each of the others.
pub(crate) fn compare(mut ways: Vec<Way<'_>>) {
    let mut times = vec![Vec::new(); ways.len()];
    for run in 0..=RUNS {
        for (way, times) in ways.iter_mut().zip(&mut times) {
            let ((), time) = timed(&mut way.work);
            if run > 0 {
                times.push(time);
            }
        }
    }
    let ours = times[0].clone();
    for (way, times) in ways.iter().zip(&mut times) {
        let mut ratios: Vec<f64> = (ours.iter().zip(times.iter()))
            .map(|(ours, other)| ours.as_secs_f64() / other.as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        let (middle, _) = middle_and_high(times);
        println!(
            "  {:28} {:8.3} s   ours is {:.2} of it",
            way.name,
            middle.as_secs_f64(),
            ratios[RUNS / 2]
        );
    }
}

/// A figure of `/proc/PID/status`.
pub(crate) fn status(pid: u32, field: &str) -> u64 {
    of_status(&format!("/proc/{pid}/status"), field)
}

/// How often all threads of a process have waited for something.
pub(crate) fn waits(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let paths = tasks.map(|task| task.unwrap().path().join("status"));
    paths
        .map(|path| of_status(path.to_str().unwrap(), "voluntary_ctxt_switches"))
        .sum()
}

fn of_status(path: &str, field: &str) -> u64 {
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The processor time that a process has taken (proc_pid_stat(5): user and system, in hundredths of a second).
pub(crate) fn processor(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let behind_name = stat.rsplit(')').next().unwrap();
    let ticks = behind_name.split_whitespace().skip(11).take(2);
    Duration::from_millis(10 * ticks.map(|tick| tick.parse::<u64>().unwrap()).sum::<u64>())
}
