//! A commit, beside what the disk takes for the same bytes.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use chrono::Local;
use nix::sys::resource::UsageWho;
use sftp_monitor::adapters::source::envelope::{Envelope, Read};
use sftp_monitor::adapters::store::Store;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::directory::Fixed;
use sftp_monitor::domain::record::Record;
use sftp_monitor::domain::rules::{Monitor, Rules};

use crate::figures::{median, processor_of, timed};
use crate::inputs::{folder, much};
use crate::logs::{Mix, partner, write};
use crate::{Row, row};

/// Partners, and the lines of the day so far.
const DAYS: [(usize, u64); 4] = [
    (60, 10_000),
    (60, 1_000_000),
    (10_000, 100_000),
    (10_000, 1_000_000),
];

/// After so many lines the daemon decides what waits.
const BATCH: usize = 5_000;

/// How many commits are timed.
const COMMITS: usize = 30;

/// Writes and syncs so many bytes as a file that takes another's place.
fn bare(directory: &Path, bytes: &[u8]) {
    let (new, old) = (directory.join("new"), directory.join("old"));
    let mut file = File::create(&new).unwrap();
    file.write_all(bytes).unwrap();
    file.sync_all().unwrap();
    std::fs::rename(new, old).unwrap();
    File::open(directory).unwrap().sync_all().unwrap();
}

/// Commits with one log-in more each.
pub(crate) fn commit() -> Vec<Row> {
    let mut rows = Vec::new();
    println!(
        "| partners | lines of the day | the state has | a commit | its processor time | the same bytes, synced |"
    );
    println!("|---|---|---|---|---|---|");
    for (partners, lines) in DAYS {
        let folder = folder();
        let mix = Mix {
            lines: much(lines),
            partners,
            pace: lines as f64 / 30_000.0,
            ..Mix::default()
        };
        let mut text = Vec::new();
        let truth = write::lines(&mix, &mut text);
        let rules = Rules::default();
        let mut directory = Fixed(truth.names());
        let mut envelope = Envelope::new();
        let mut store = Store::open(&folder.path().join("state")).unwrap();
        let mut take = |store: &mut Store, lines: &mut dyn Iterator<Item = &[u8]>| {
            let done = store.commit(Local::now().fixed_offset(), |daily, _| {
                for (n, line) in lines.enumerate() {
                    let Read::Entry(entry) = envelope.read_syslog(line) else {
                        continue;
                    };
                    let now = Time(entry.origin.time.0);
                    let Some(record) = Record::of(entry, &mut directory) else {
                        continue;
                    };
                    let mut monitor = Monitor {
                        rules: &rules,
                        daily,
                        now,
                        in_flight: None,
                    };
                    monitor.apply(&record);
                    if n % BATCH == BATCH - 1 {
                        monitor.advance(now, true);
                    }
                }
            });
            done.unwrap();
        };
        take(&mut store, &mut text.split(|byte| *byte == b'\n'));
        let state = std::fs::read(folder.path().join("state/daily.json")).unwrap();
        let (mut commits, mut bares) = (Vec::new(), Vec::new());
        let mut processor = Vec::new();
        for n in 0..COMMITS {
            let name = partner::name(n % partners);
            let line = format!(
                "2026-03-30T12:30:00.000000+00:00 sftp1 sshd[{n}]: Accepted password for {name} from 192.0.2.7 port 5 ssh2"
            );
            let before = processor_of(UsageWho::RUSAGE_SELF);
            let ((), took) = timed(|| take(&mut store, &mut std::iter::once(line.as_bytes())));
            processor.push((processor_of(UsageWho::RUSAGE_SELF) - before).as_secs_f64() * 1e3);
            commits.push(took.as_secs_f64() * 1e3);
            let ((), took) = timed(|| bare(folder.path(), &state));
            bares.push(took.as_secs_f64() * 1e3);
        }
        let beside: Vec<f64> = commits
            .iter()
            .zip(&bares)
            .map(|(own, bare)| own - bare)
            .collect();
        println!(
            "| {partners} | {} | {} KiB | {:.1} ms | {:.1} ms | {:.1} ms |",
            truth.lines,
            state.len() >> 10,
            median(commits),
            median(processor),
            median(bares)
        );
        let work = format!(
            "commit, {partners} partners, {lines} lines of the day, beside the sync of the same bytes"
        );
        let (reach, aim) = if partners > 1_000 {
            ("30 ms", "flat in the events of the day")
        } else {
            ("", "")
        };
        rows.push(row(&work, reach, aim, format!("{:.1} ms", median(beside))));
    }
    println!();
    rows
}
