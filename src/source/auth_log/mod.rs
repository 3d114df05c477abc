//! auth.log: followed through rotation by rename, by copy and truncate, and through its absence.

mod file;
mod rotate;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use inotify::{Inotify, WatchMask};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::envelope::{Envelope, Read};
use super::{FilePosition, Progress, Remark, Start};
use crate::entry::Entry;
use crate::openssh::Program;
use crate::time::Time;

use file::LogFile;

/// How much is read at once.
const BUFFER: usize = 256 * 1024;

/// The longest line that is read: sshd's end at 500 bytes, and what goes beyond this is passed over.
const LINE: usize = 64 * 1024;

/// How far back in the file a first start looks for sessions that are open.
const LOOK_BACK: u64 = 64 * 1024 * 1024;

/// How long a file that was rotated away must have been quiet before reading goes on with the new one: writers keep the
/// old one open until they are told to open the new one.
const QUIET: Duration = Duration::from_secs(3);

/// Reads a log file in order from a position.
pub struct AuthLogReader {
    path: PathBuf,
    watch: Inotify,
    /// The file that is being read; none while there is none.
    current: Option<LogFile>,
    /// Generations that come after it, the oldest first.
    next: VecDeque<LogFile>,
    /// The offset behind the last line that was handed out.
    offset: u64,
    /// What was read of the file behind the offset.
    buffer: Vec<u8>,
    /// A line that is too long is being passed over.
    skipping: bool,
    /// When the current file last grew.
    grew: Instant,
    counts_after: Option<Time>,
    /// What lies before this offset of the current file is past.
    past_until: u64,
    last_time: Time,
    position: FilePosition,
    remarks: Vec<Remark>,
}

impl AuthLogReader {
    /// Opens a log; it may be missing for now.
    pub fn open(path: &Path, start: Start<FilePosition>) -> anyhow::Result<Self> {
        let directory = path.parent().context("a log file has a directory")?;
        let watch = Inotify::init().context("watching for changes")?;
        let mask = WatchMask::MODIFY | WatchMask::CREATE | WatchMask::MOVED_TO | WatchMask::MOVED_FROM | WatchMask::DELETE;
        watch.watches().add(directory, mask).with_context(|| format!("watching {}", directory.display()))?;
        let mut reader = AuthLogReader {
            path: path.to_owned(),
            watch,
            current: None,
            next: VecDeque::new(),
            offset: 0,
            buffer: Vec::new(),
            skipping: false,
            grew: Instant::now(),
            counts_after: None,
            past_until: 0,
            last_time: Time::default(),
            position: FilePosition { path: path.to_owned(), ..FilePosition::default() },
            remarks: Vec::new(),
        };
        match start {
            Start::At(position) => reader.resume(&position)?,
            Start::Beginning => reader.current = file::open(path)?,
            Start::Now { .. } => reader.from_here(None)?,
            Start::After { time, .. } => reader.from_here(Some(time))?,
        }
        reader.note()?;
        Ok(reader)
    }

    /// Starts behind a time, or behind what the file holds now; what lies before is past.
    fn from_here(&mut self, time: Option<Time>) -> anyhow::Result<()> {
        self.current = file::open(&self.path)?;
        let length = self.current.as_ref().map_or(Ok(0), LogFile::length)?;
        match time {
            Some(time) => self.counts_after = Some(time),
            // By the offset, as `tail -n 0` does: stamps may tell no more than seconds.
            None => self.past_until = length,
        }
        if length > LOOK_BACK {
            self.offset = length - LOOK_BACK;
            self.skipping = true;
        }
        Ok(())
    }

    /// Hands out at most `limit` entries of OpenSSH's programs, in order.
    pub fn read(&mut self, limit: usize, each: &mut dyn FnMut(&Entry<'_>)) -> anyhow::Result<Progress> {
        let mut progress = Progress::default();
        while progress.entries < limit {
            if self.current.is_none() && !self.appeared()? {
                progress.at_end = true;
                break;
            }
            let grown = self.fill()?;
            let handed = self.hand_out(limit - progress.entries, each);
            progress.entries += handed;
            if !grown && handed == 0 && !self.next_file()? {
                progress.at_end = true;
                break;
            }
        }
        self.note()?;
        Ok(progress)
    }

    /// Reads more of the file; false where there is no more for now.
    fn fill(&mut self) -> anyhow::Result<bool> {
        let Some(current) = &self.current else { return Ok(false) };
        let held = self.buffer.len();
        if held >= BUFFER {
            return Ok(false);
        }
        self.buffer.resize(held + BUFFER, 0);
        let read = current.read_at(&mut self.buffer[held..], self.offset + held as u64);
        self.buffer.truncate(held + read.as_ref().copied().unwrap_or(0));
        let read = read?;
        if read > 0 {
            self.grew = Instant::now();
        }
        Ok(read > 0)
    }

    /// Hands out the whole lines that are held.
    fn hand_out(&mut self, limit: usize, each: &mut dyn FnMut(&Entry<'_>)) -> usize {
        let mut envelope = Envelope::new(Time::from(SystemTime::now()));
        let (mut handed, mut used, mut unreadable) = (0, 0, 0);
        while handed < limit {
            let rest = &self.buffer[used..];
            let Some(end) = memchr::memchr(b'\n', rest) else { break };
            let line = &rest[..end];
            let past = self.offset + (used as u64) < self.past_until;
            used += end + 1;
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            match envelope.read(line) {
                Read::Entry(mut entry) if !entry.origin.identifier.is_empty() => {
                    self.last_time = entry.origin.time;
                    if matches!(Program::of(&entry.origin.identifier), Some(Program::Sshd | Program::Sftp)) {
                        entry.origin.past = past || self.counts_after.is_some_and(|after| entry.origin.time <= after);
                        each(&entry);
                        handed += 1;
                    }
                }
                Read::NoText => unreadable += 1,
                Read::Entry(_) | Read::Other => {}
            }
        }
        self.buffer.drain(..used);
        self.offset += used as u64;
        if self.buffer.len() > LINE {
            // A line that no syslog writes: its beginning goes, and its end when that comes.
            unreadable += u64::from(!self.skipping);
            self.skipping = true;
            self.offset += self.buffer.len() as u64;
            self.buffer.clear();
        }
        if unreadable > 0 {
            self.remarks.push(Remark::Unreadable { count: unreadable });
        }
        handed
    }

    /// Makes where reading stands the position.
    fn note(&mut self) -> anyhow::Result<()> {
        let Some(current) = &self.current else { return Ok(()) };
        let same = current.is(&self.position) && self.position.offset == self.offset;
        if !same || self.position.hashed == 0 {
            self.position = current.position(&self.path, self.offset)?;
        }
        Ok(())
    }

    /// Waits until something changes beside the log, at most this long.
    pub fn wait(&mut self, at_most: Duration) -> anyhow::Result<()> {
        // A file that was rotated away is left only after a while: then nothing changes that would wake us.
        let at_most = if self.next.is_empty() && !self.rotated() { at_most } else { at_most.min(QUIET / 3) };
        let timeout = Timespec { tv_sec: i64::try_from(at_most.as_secs())?, tv_nsec: i64::from(at_most.subsec_nanos()) };
        let mut events = [0; 4 * 1024];
        let ready = poll(&mut [PollFd::new(&self.watch, PollFlags::IN)], Some(&timeout));
        match ready {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => match self.watch.read_events(&mut events) {
                Ok(events) => drop(events),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).context("watching for changes"),
            },
            Err(error) => return Err(error).context("watching for changes"),
        }
        Ok(())
    }

    /// The position behind the last line that was handed out.
    pub fn position(&self) -> Option<FilePosition> {
        Some(self.position.clone())
    }

    /// What there is to say since the last call.
    pub fn remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.remarks)
    }
}
