//! Log files of the past, read as one log: each is opened once and read once, in the order in which they were written.

use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::progress::{ProgressMeter, Unit};
use super::twice::{self, Head};
use crate::adapters::archive::journal::cannot;
use crate::adapters::archive::lines::Lines;
use crate::adapters::archive::opened;
use crate::adapters::archive::survey::{ROOM, Survey, survey};
use crate::adapters::log::{Priority, line};
use crate::adapters::source::envelope::Read;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;

/// Lines that are read between two looks at the clock.
const LINES: u64 = 1 << 14;

/// Opened logs, in order.
pub(crate) struct Logs(Vec<PastFile>);

/// An opened log; none of its entries was handed out yet.
struct PastFile {
    path: PathBuf,
    /// Device and inode number, which do not depend on the name.
    identity: (u64, u64),
    lines: Lines,
    survey: Survey,
    head: Head,
}

impl Logs {
    /// Opens these paths for this command. A log that is there twice is reported, and read once.
    pub(crate) fn open(paths: &[PathBuf], command: &'static str) -> anyhow::Result<Self> {
        let mut logs: Vec<PastFile> = Vec::with_capacity(paths.len());
        let mut room = ROOM;
        allow_as_many_files();
        for path in paths {
            let failed = |error| cannot(path, &error);
            let opened = opened::open(path).map_err(failed)?;
            let identity = opened.identity;
            // Checked before reading, because standard input can be read only once.
            if let Some(known) = logs.iter().find(|log| log.identity == identity) {
                warn(&twice::same_file(path, &known.path));
                continue;
            }
            let mut lines = Lines::of(opened, path, command).map_err(failed)?;
            let mut head = Head::default();
            let survey = survey(&mut lines, &mut room, None, &mut |line| head.take(line));
            logs.push(PastFile {
                path: path.to_owned(),
                identity,
                lines,
                survey: survey.map_err(failed)?,
                head,
            });
        }
        twice::drop_copies(&mut logs, |log| (&log.path, &log.head, log.lines.size()))
            .iter()
            .for_each(|said| warn(said));
        // A shell lists auth.log before auth.log.1. The logs are read in the order in which they were written, so that
        // sessions continue from one file to the next.
        logs.sort_by_key(|log| log.survey.begins.unwrap_or(Time(i64::MAX)));
        Ok(Logs(logs))
    }

    /// The time of their first line. `None` if unknown.
    pub(crate) fn begins(&self) -> Option<Time> {
        self.0.iter().filter_map(|log| log.survey.begins).min()
    }

    /// Hands out the entries of all logs as one log. Returns the number of lines.
    pub(crate) fn read(self, take: &mut impl FnMut(Entry<'_>)) -> anyhow::Result<u64> {
        let size = self.0.iter().map(|log| log.lines.size()).sum();
        let mut progress = ProgressMeter::new(Unit::Bytes(size));
        let mut number = 0;
        let mut before = 0;
        for mut log in self.0 {
            let skipped = log.read(before, take, &mut progress);
            let skipped = skipped.map_err(|error| cannot(&log.path, &error))?;
            before += log.lines.read_so_far();
            number += log.lines.number();
            log.warn_of(skipped);
        }
        Ok(number)
    }
}

impl PastFile {
    /// Hands out the entries. Returns the number of lines that are not text.
    fn read(
        &mut self,
        before: u64,
        take: &mut impl FnMut(Entry<'_>),
        progress: &mut ProgressMeter,
    ) -> std::io::Result<u64> {
        let mut skipped = 0;
        // A line without a stamp gets the time of the line above; no time if the log has no stamps at all.
        let mut last = self.survey.begins.unwrap_or_default();
        loop {
            if self.lines.number() % LINES == 0 {
                progress.at(before + self.lines.read_so_far());
            }
            let line = self.lines.next_whole()?;
            let ended = line.is_none();
            let read = match line {
                Some(line) => self.survey.dump.read(&line),
                None => self.survey.dump.end(),
            };
            match read {
                Some(Read::Entry(mut entry)) => {
                    if entry.origin.time == Time::default() {
                        entry.origin.time = last;
                    }
                    last = entry.origin.time;
                    take(entry);
                }
                Some(Read::NoText) => skipped += 1,
                Some(Read::Other) | None => {}
            }
            if ended {
                return Ok(skipped);
            }
        }
    }

    /// Warns about lines that could not be read and about uncertain years.
    fn warn_of(&self, skipped: u64) {
        let path = self.path.display();
        if skipped > 0 {
            warn(&format!(
                "{path}: {skipped} lines are not text and were skipped"
            ));
        }
        if let Some(remedy) = self.survey.dump.remedy() {
            warn(&format!("{path}: {remedy}"));
        }
        let years = self.survey.dump.years();
        if !self.survey.whole && years.is_some_and(|years| years.is_contradicted()) {
            warn(&format!(
                "{path}: its time stamps have no year and pass more New Years than expected, so some dates are a year too early: give the file itself instead of a pipe"
            ));
        }
    }
}

/// Raises the limit of open files. Each log is opened once and stays open until it is read; there may be years of logs.
fn allow_as_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // If the limit cannot be raised, the error names the log that cannot be opened.
    let _ = setrlimit(Resource::Nofile, raised);
}

fn warn(said: &str) {
    line(Priority::Warning, said);
}
