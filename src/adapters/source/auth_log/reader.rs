//! Reads a log file from a position, and then the lines that are added to it.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;

use crate::adapters::source::auth_log::identity::LogFile;
use crate::adapters::source::auth_log::past::{self, LogPast};
use crate::adapters::source::auth_log::reading::FileReading;
use crate::adapters::source::auth_log::watch::Watch;
use crate::adapters::source::envelope::{Envelope, Read};
use crate::adapters::source::{Progress, Remark, Start};
use crate::domain::base::position::FilePosition;
use crate::domain::base::time::Time;
use crate::domain::openssh::Program;
use crate::domain::openssh::unknown::is_of_openssh;
use crate::domain::record::Entry;

/// The most bytes that one call reads if no line is of interest, so that the caller stays in control.
const AT_ONCE: u64 = 8 << 20;

/// Reads a log file and its rotated files, in order, from a position.
#[derive(Debug)]
pub struct AuthLogReader {
    pub(super) path: PathBuf,
    /// The file that is read now.
    pub(super) reading: Option<FileReading>,
    /// The files that were written after it, oldest first; the log itself is last.
    pub(super) later: VecDeque<LogFile>,
    pub(super) watch: Watch,
    envelope: Envelope,
    pub(super) past: Option<LogPast>,
    pub(super) position: Option<FilePosition>,
    /// Time of the last line.
    pub(super) last: Time,
    /// Since when a later log holds lines while this one is still growing.
    pub(super) waiting: Option<Instant>,
    /// When to look again, even if the kernel reports no change.
    pub(super) look_again: Option<Instant>,
    /// Time of the last line before a gap, and the reason for the gap.
    pub(super) gap: Option<(Time, String)>,
    /// Lines that were not text, since the last report.
    pub(super) unreadable: u64,
    pub(super) remarks: Vec<Remark>,
}

impl AuthLogReader {
    /// Opens a log. The log may not exist yet, but its directory must; a log that appears later is read from its start.
    pub fn open(path: &Path, start: Start<FilePosition>) -> anyhow::Result<Self> {
        let watch = Watch::over(path).with_context(|| format!("{}", path.display()))?;
        let mut reader = AuthLogReader {
            path: path.to_owned(),
            reading: None,
            later: VecDeque::new(),
            watch,
            envelope: Envelope::new(),
            past: None,
            position: None,
            last: Time::default(),
            waiting: None,
            look_again: None,
            gap: None,
            unreadable: 0,
            remarks: Vec::new(),
        };
        if !reader.watch.sees() {
            let why =
                "the kernel grants no watch (fs.inotify.max_user_instances, max_user_watches)";
            let said = format!("{}: {why}: looked at every second", path.display());
            reader.remarks.push(Remark::Said(said));
        }
        let now = Time::from(SystemTime::now());
        match start {
            Start::Beginning => reader.reading = reader.whole_log()?,
            Start::At(position) => reader.locate(position)?,
            Start::Now { look_back } => {
                let since = now.minus(look_back);
                if let Some(now) = past::now(path, since, now)? {
                    (reader.past, reader.position) = (Some(now.past), now.position);
                    (reader.reading, reader.later) = (now.reading, now.later);
                }
            }
            Start::After { time, look_back } => {
                let since = time.minus(look_back);
                (reader.past, reader.later) = past::after(path, since, time)?;
            }
        }
        if reader.reading.is_none() {
            if let Some(first) = reader.later.pop_front() {
                reader.reading = Some(FileReading::begin(first)?);
            }
        }
        reader.watch_files();
        Ok(reader)
    }

    /// The same log, opened again for the entries later than this time.
    pub fn since(&self, time: Time, look_back: Duration) -> anyhow::Result<AuthLogReader> {
        AuthLogReader::open(&self.path, Start::After { time, look_back })
    }

    /// Hands out at most `limit` entries of sshd and sftp-server, in order; lines of other programs are skipped. Entries with
    /// an unknown envelope are handed out too, with a mark. After an error, the next call continues where the last one ended.
    pub fn read(
        &mut self,
        limit: usize,
        each: &mut dyn FnMut(&Entry<'_>),
    ) -> anyhow::Result<Progress> {
        let now = Time::from(SystemTime::now());
        self.envelope.set_now(now);
        let mut progress = Progress::default();
        let mut bytes = 0;
        loop {
            progress.entries += self.hand_out(limit - progress.entries, now, each);
            self.note_position();
            if progress.entries >= limit || bytes >= AT_ONCE {
                return Ok(progress);
            }
            let Some(count) = self.advance()? else {
                self.arrived(now);
                progress.at_end = true;
                return Ok(progress);
            };
            bytes += count;
        }
    }

    /// Waits until there may be more to read, but at most this long.
    pub fn wait(&mut self, at_most: Duration) -> anyhow::Result<()> {
        let until = self.look_again.take();
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        self.watch
            .wait(left.map_or(at_most, |left| left.min(at_most)))?;
        Ok(())
    }

    /// The position after the last entry that was handed out.
    pub fn position(&self) -> Option<FilePosition> {
        self.position.clone()
    }

    /// The remarks since the last call.
    pub fn remarks(&mut self) -> Vec<Remark> {
        let count = std::mem::take(&mut self.unreadable);
        if count > 0 {
            self.remarks.push(Remark::Unreadable { count });
        }
        std::mem::take(&mut self.remarks)
    }

    /// Hands out the lines in memory.
    fn hand_out(&mut self, limit: usize, now: Time, each: &mut dyn FnMut(&Entry<'_>)) -> usize {
        let Some(reading) = &mut self.reading else {
            return 0;
        };
        let later_than = reading.log.later_than;
        let mut count = 0;
        while count < limit {
            let (identity, offset) = (reading.log.identity, reading.offset);
            let Some(line) = reading.next() else { break };
            self.past.take_if(|past| past.ends_at(identity, offset));
            // Unreadable lines in the past are not reported, because past lines do not count.
            let counts = self.past.as_ref().is_none_or(past::LogPast::is_left);
            let read = match line.too_long || line.nul {
                true => Read::NoText,
                false => self.envelope.read_syslog_text(line.text),
            };
            let mut entry = match read {
                Read::Entry(entry) => entry,
                Read::NoText => {
                    self.unreadable += u64::from(counts);
                    continue;
                }
                Read::Other => continue,
            };
            let origin = &mut entry.origin;
            if origin.time == Time::default() {
                origin.time = match self.last {
                    Time(0) => now,
                    last => last,
                };
            }
            self.last = origin.time;
            if later_than.is_some_and(|time| origin.time <= time) {
                continue;
            }
            if let Some((from, why)) = self.gap.take() {
                let to = origin.time;
                self.remarks.push(Remark::Gap { from, to, why });
            }
            if let Some(past) = &mut self.past {
                let Some(is_past) = past.holds(origin.time) else {
                    continue;
                };
                origin.past = is_past;
            }
            // A line without an envelope is never trusted. But if it looks like OpenSSH's, this must be reported.
            origin.no_envelope = origin.identifier.is_empty() && is_of_openssh(entry.message);
            match Program::of(&origin.identifier) {
                Some(Program::Unknown) if !origin.no_envelope => continue,
                None => continue,
                Some(_) => {}
            }
            each(&entry);
            count += 1;
        }
        count
    }

    /// Notes how far reading has come. Not while reading is in the past: after a restart, that part is read again, as past.
    fn note_position(&mut self) {
        if self.past.as_ref().is_some_and(|past| !past.is_left()) {
            return;
        }
        // At the start of a file there are no bytes to identify it by; the end of the file before says the same.
        if let Some(reading) = &self.reading {
            if reading.offset > 0 || self.position.is_none() {
                if let Some(position) = reading.position(&self.path, self.last) {
                    self.position = Some(position);
                }
            }
        }
    }

    /// Everything has been read.
    fn arrived(&mut self, now: Time) {
        if let (Some(past), Some(reading)) = (&self.past, &self.reading) {
            if past.ends_at(reading.log.identity, reading.offset) {
                self.past = None;
                self.note_position();
            }
        }
        if let Some((from, why)) = self.gap.take() {
            self.remarks.push(Remark::Gap { from, to: now, why });
        }
    }
}
