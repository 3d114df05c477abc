//! Logs as servers on the internet have them, from a seed, with the true counts of what is in them.
//!
//! Partners' sessions cross each other, password guessers come between them, and other programs write as well. Each session
//! is a script of lines ([`partner`], [`files`]), each attempt of a guesser too ([`guesser`]); [`generate`] plays many of them
//! at the same time. [`write`] writes the lines as an auth.log or into a journal.

#![allow(
    dead_code,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "each user takes its part of it, the numbers are small, and a benchmark may panic"
)]

pub(crate) mod chance;
mod effect;
mod files;
mod guesser;
pub(crate) mod partner;
pub(crate) mod truth;
pub(crate) mod write;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use chance::Chance;
use effect::Effect;
use truth::Truth;

/// Microseconds in a second.
pub(crate) const SECOND: u64 = 1_000_000;

/// 2026-03-30 04:00:00 UTC, in microseconds.
pub(crate) const BEGINNING: u64 = 1_774_843_200 * SECOND;

/// What a log contains.
#[derive(Clone, Debug)]
pub(crate) struct Mix {
    /// How many lines.
    pub(crate) lines: u64,
    /// The share of sshd's and sftp-server's lines.
    pub(crate) density: f64,
    /// How many partners there are.
    pub(crate) partners: usize,
    /// How many of their sessions are open at the same time.
    pub(crate) open: usize,
    /// How many guessers' connections are open at the same time; 0 for a log without any.
    pub(crate) guessers: usize,
    /// The share of guessers' lines among sshd's and sftp-server's.
    pub(crate) guesses: f64,
    /// Lines per second of the log's time.
    pub(crate) pace: f64,
    /// The time of the beginning, in microseconds since 1970.
    pub(crate) begin: u64,
    /// Another log for another seed.
    pub(crate) seed: u64,
}

impl Default for Mix {
    fn default() -> Self {
        Mix {
            lines: 1_000_000,
            density: 0.97,
            partners: 60,
            open: 60,
            guessers: 20,
            guesses: 0.3,
            pace: 25.0,
            begin: BEGINNING,
            seed: 1,
        }
    }
}

/// The program that writes a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum By {
    Sshd,
    /// PAM in sshd: sshd's name, another facility.
    Pam,
    Sftp,
    Other(&'static str),
}

/// One line, without its time.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) by: By,
    pub(crate) uid: u32,
    pub(crate) pid: u32,
    /// The account of the connection: in `_CMDLINE`.
    pub(crate) account: String,
    /// logind's session; 0 before the log-in.
    pub(crate) session: u32,
    pub(crate) text: String,
}

/// One step of a script.
#[derive(Debug)]
struct Step {
    line: Line,
    /// What the line counts.
    effect: Effect,
    /// Milliseconds, not the time of a transfer, pass before it.
    at_once: bool,
}

/// What another program writes, with its pid.
const OTHERS: [(&str, u32, &str); 8] = [
    (
        "CRON",
        1042,
        "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    ),
    (
        "CRON",
        1042,
        "pam_unix(cron:session): session closed for user root",
    ),
    ("systemd-logind", 612, "New session 4711 of user deploy."),
    (
        "systemd-logind",
        612,
        "Session 4711 logged out. Waiting for processes to exit.",
    ),
    ("systemd-logind", 612, "Removed session 4711."),
    (
        "sudo",
        2031,
        "  deploy : TTY=pts/0 ; PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl reload nginx",
    ),
    (
        "sudo",
        2031,
        "pam_unix(sudo:session): session opened for user root(uid=0) by deploy(uid=1999)",
    ),
    (
        "sudo",
        2031,
        "pam_unix(sudo:session): session closed for user root",
    ),
];

/// What all scripts share: chance, and numbers that are used once.
pub(crate) struct World {
    chance: Chance,
    partners: usize,
    guessers: usize,
    pid: u32,
    session: u32,
    connection: u64,
    file: u64,
}

impl World {
    /// The next process. Linux counts up to 4,194,304 and begins anew.
    fn pid(&mut self) -> u32 {
        self.pid = if self.pid >= 4_194_303 {
            300
        } else {
            self.pid + 1
        };
        self.pid
    }

    /// The client's port: no two connections that are open at the same time have the same one.
    fn port(&mut self) -> u64 {
        self.connection += 1;
        1_025 + self.connection * 7_919 % 64_511
    }
}

/// One script after the other.
struct Slot {
    of_partner: bool,
    steps: VecDeque<Step>,
}

/// Makes a log: hands each line with its time to `out`, and returns what is in it.
pub(crate) fn generate(mix: &Mix, out: &mut dyn FnMut(u64, &Line)) -> Truth {
    let mut world = World {
        chance: Chance::new(mix.seed),
        partners: mix.partners,
        guessers: mix.guessers,
        pid: 20_000,
        session: 100,
        connection: 0,
        file: 0,
    };
    let mut truth = Truth::new(mix);
    // Half of the lines follow at once; the time between the others is such that the log has its pace.
    let ours = mix.pace * mix.density;
    let gap =
        |slots: usize, share: f64| (2.0 * SECOND as f64 * slots as f64 / (ours * share)) as u64 + 2;
    let guesses = if mix.guessers == 0 { 0.0 } else { mix.guesses };
    let gaps = [
        gap(mix.guessers, guesses.max(0.001)),
        gap(mix.open, 1.0 - guesses),
    ];
    let mut slots = Vec::new();
    let mut due = BinaryHeap::new();
    for n in 0..mix.open + mix.guessers {
        let of_partner = n < mix.open;
        slots.push(Slot {
            of_partner,
            steps: VecDeque::new(),
        });
        let within = gaps[usize::from(of_partner)] * 8;
        due.push(Reverse((mix.begin + world.chance.below(within), n)));
    }
    // How many lines of others are due.
    let (mut others, mut last) = (0.0, mix.begin);
    let mut other = 0;
    while let Some(Reverse((at, n))) = due.pop() {
        others += 1.0 / mix.density - 1.0;
        while others >= 1.0 {
            others -= 1.0;
            let (name, pid, text) = OTHERS[other % OTHERS.len()];
            other += 1;
            let line = Line {
                by: By::Other(name),
                uid: 0,
                pid: pid + other as u32 / 2 % 100_000,
                account: String::new(),
                session: 0,
                text: text.to_owned(),
            };
            out(last, &line);
            if truth.line(&line, Effect::Nothing) == mix.lines {
                return truth;
            }
        }
        let slot = &mut slots[n];
        if slot.steps.is_empty() {
            slot.steps = match slot.of_partner {
                true => partner::script(&mut world),
                false => guesser::script(&mut world),
            };
        }
        let step = slot.steps.pop_front().unwrap();
        out(at, &step.line);
        last = at;
        if truth.line(&step.line, step.effect) == mix.lines {
            return truth;
        }
        let wait = match slot.steps.front() {
            Some(next) if next.at_once => world.chance.between(500, 20_000),
            _ => {
                let gap = gaps[usize::from(slot.of_partner)];
                world.chance.between(gap / 2, gap + gap / 2)
            }
        };
        due.push(Reverse((at + wait, n)));
    }
    unreachable!("a log without partners and guessers")
}
