//! The parts of the work inside one process, with criterion: `cargo bench --bench parts`, or one of them:
//! `cargo bench --bench parts -- parse`. Each figure is for 10,000 lines, but for a commit.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a benchmark may panic, and criterion's macros document nothing"
)]

#[path = "logs/mod.rs"]
mod logs;

use std::hint::black_box;

use chrono::Local;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use logs::truth::Truth;
use logs::{Mix, write};
use sftp_monitor::adapters::source::envelope::{Envelope, Read};
use sftp_monitor::adapters::store::Store;
use sftp_monitor::domain::directory::Fixed;
use sftp_monitor::domain::openssh::{self, Program};
use sftp_monitor::domain::record::{Entry, Record};
use sftp_monitor::domain::rules::{Monitor, Rules};
use sftp_monitor::domain::state::Daily;

const LINES: u64 = 10_000;

fn log(partners: usize, lines: u64) -> (Vec<u8>, Truth) {
    let mix = Mix {
        lines,
        partners,
        ..Mix::default()
    };
    let mut text = Vec::new();
    let truth = write::lines(&mix, &mut text);
    (text, truth)
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
}

fn entries(text: &[u8], mut take: impl FnMut(Entry<'_>)) {
    let mut envelope = Envelope::new();
    for line in lines(text) {
        if let Read::Entry(entry) = envelope.read_syslog(line) {
            take(entry);
        }
    }
}

fn records(text: &[u8], truth: &Truth) -> Vec<Record<'static>> {
    let mut directory = Fixed(truth.names());
    let mut records = Vec::new();
    entries(text, |entry| {
        let record = Record::of(entry, &mut directory);
        records.extend(record.map(Record::into_owned));
    });
    records
}

fn apply(daily: &mut Daily, rules: &Rules, record: &Record<'_>) {
    let mut monitor = Monitor {
        rules,
        daily,
        now: record.origin.time,
        in_flight: None,
    };
    monitor.apply(record);
}

fn parts(criterion: &mut Criterion) {
    let (text, truth) = log(60, LINES);
    let mut group = criterion.benchmark_group("10,000 lines");
    group.throughput(Throughput::Elements(LINES));
    group.bench_function("read an envelope", |bencher| {
        bencher.iter(|| entries(black_box(&text), |entry| drop(black_box(entry))));
    });
    let mut messages = Vec::new();
    entries(&text, |entry| {
        let program = Program::of(&entry.origin.identifier);
        messages.extend(program.map(|program| (program, entry.message.to_vec())));
    });
    group.bench_function("parse a message", |bencher| {
        bencher.iter(|| {
            for (program, message) in &messages {
                black_box(openssh::parse(*program, black_box(message)));
            }
        });
    });
    let records = records(&text, &truth);
    for (what, silent) in [
        ("apply a record, silent", true),
        ("apply a record, with alerts", false),
    ] {
        let rules = Rules {
            silent,
            foreign: true,
            ..Rules::default()
        };
        group.bench_function(what, |bencher| {
            let all = |mut daily: Daily| {
                records
                    .iter()
                    .for_each(|record| apply(&mut daily, &rules, record));
                daily
            };
            bencher.iter_batched(Daily::default, all, BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn commits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a commit");
    group.sample_size(20);
    for partners in [60, 10_000] {
        let (text, truth) = log(partners, 5 * LINES);
        let records = records(&text, &truth);
        let rules = Rules::default();
        // On the disk that cargo builds on: /tmp may be memory.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut store = Store::open(directory.path()).unwrap();
        let now = || Local::now().fixed_offset();
        let filled = store.commit(now(), |daily, _| {
            records
                .iter()
                .for_each(|record| apply(daily, &rules, record));
        });
        filled.unwrap();
        group.bench_function(format!("{partners} partners"), |bencher| {
            bencher.iter(|| {
                store
                    .commit(now(), |daily, _| daily.unknown_attempts += 1)
                    .unwrap()
            });
        });
    }
    group.finish();
}

criterion_group!(all, parts, commits);
criterion_main!(all);
