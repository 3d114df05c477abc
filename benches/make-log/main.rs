//! Makes a log as servers on the internet have them, with the true counts of what is in it beside it:
//!
//! ```text
//! cargo run --release --example make-log -- --lines 1000000 --partners 60 --density 0.97 --seed 1 auth.log
//! sftp-monitor --config auth.log.toml report --auth-log auth.log --format json    # against auth.log.truth.json
//! ```

#[path = "../logs/mod.rs"]
mod logs;

use std::path::PathBuf;

use clap::Parser;
use logs::{Mix, write};

/// Makes an auth.log or a journal, OUT.truth.json with the true counts, and OUT.toml with the partners
#[derive(Parser)]
struct Arguments {
    /// How many lines
    #[arg(long, default_value_t = Mix::default().lines)]
    lines: u64,
    /// The share of sshd's and sftp-server's lines
    #[arg(long, default_value_t = Mix::default().density)]
    density: f64,
    /// How many partners
    #[arg(long, default_value_t = Mix::default().partners)]
    partners: usize,
    /// How many of their sessions are open at the same time
    #[arg(long, default_value_t = Mix::default().open)]
    open: usize,
    /// How many guessers' connections are open at the same time
    #[arg(long, default_value_t = Mix::default().guessers)]
    guessers: usize,
    /// The share of guessers' lines among sshd's and sftp-server's
    #[arg(long, default_value_t = Mix::default().guesses)]
    guesses: f64,
    /// Lines per second of the log's time
    #[arg(long, default_value_t = Mix::default().pace)]
    pace: f64,
    /// The beginning, in seconds since 1970
    #[arg(long, default_value_t = logs::BEGINNING / logs::SECOND)]
    begin: u64,
    /// Another log for another seed
    #[arg(long, default_value_t = Mix::default().seed)]
    seed: u64,
    /// A directory with a journal of so many files, in place of an auth.log
    #[arg(long, value_name = "FILES")]
    journal: Option<u64>,
    /// The log
    out: PathBuf,
}

fn main() {
    let given = Arguments::parse();
    let mix = Mix {
        lines: given.lines,
        density: given.density,
        partners: given.partners,
        open: given.open,
        guessers: given.guessers,
        guesses: given.guesses,
        pace: given.pace,
        begin: given.begin * logs::SECOND,
        seed: given.seed,
    };
    let truth = match given.journal {
        Some(files) => write::journal(&mix, &given.out, files),
        None => write::auth_log(&mix, &given.out),
    };
    write::beside(&given.out, &truth, given.journal.is_some());
    println!(
        "{} lines, {} of them sshd's and sftp-server's",
        truth.lines, truth.ours
    );
}
