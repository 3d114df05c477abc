//! Follows a log from file to file through rotation and truncation, and finds the way back to a position.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;

use super::identity::{LogFile, named};
use super::reading::FileReading;
use super::{AuthLogReader, generations};
use crate::adapters::source::Remark;
use crate::adapters::source::buffer::Filled;
use crate::domain::base::position::FilePosition;
use crate::domain::base::time::Time;

/// A rotated log must be unchanged for this long before the next file is read. Its writer keeps it open until it is told of
/// the rotation; the lines that it writes until then belong before the lines of the new log.
const QUIET: Duration = Duration::from_secs(3);

/// How long to wait for a rotated log that keeps growing while the new log grows too: it has another writer.
const PATIENCE: Duration = Duration::from_secs(30);

impl AuthLogReader {
    /// Reads more of this file or of the next one. `None` if there is no more for now.
    pub(super) fn advance(&mut self) -> anyhow::Result<Option<u64>> {
        let Some(reading) = &mut self.reading else {
            return self.appear();
        };
        let filled = reading.fill();
        match filled.with_context(|| format!("{}", self.path.display()))? {
            (Filled::Grown, count) => Ok(Some(count)),
            (Filled::End, _) => {
                if let Some(damage) = reading.damage() {
                    let why = format!("{}: a rotated log is {damage}", self.path.display());
                    self.gap.get_or_insert((self.last, why));
                }
                self.look_for_later()?;
                Ok(self.turn()?.then_some(0))
            }
            (Filled::Changed, _) => {
                self.past = None;
                self.reading = None;
                self.later.clear();
                self.appear()
            }
        }
    }

    /// Continues at the position; without a position, with the log itself, if it exists now.
    fn appear(&mut self) -> anyhow::Result<Option<u64>> {
        match self.position.take() {
            Some(position) => self.locate(position)?,
            None => self.reading = self.whole_log()?,
        }
        self.watch_files();
        Ok(self.reading.is_some().then_some(0))
    }

    /// The log itself, from its start, if it exists.
    pub(super) fn whole_log(&self) -> anyhow::Result<Option<FileReading>> {
        Ok(LogFile::open(&self.path)?
            .map(FileReading::begin)
            .transpose()?)
    }

    /// Continues at a position. If its file is not found, continues with the files that were written later, if there are any.
    pub(super) fn locate(&mut self, position: FilePosition) -> anyhow::Result<()> {
        self.last = position.time;
        let found = generations::find(&self.path, &position);
        self.position = Some(position.clone());
        if let Some(found) = found? {
            (self.reading, self.later) = (Some(found.reading), found.later);
            return Ok(());
        }
        let Some(log) = LogFile::open(&self.path)? else {
            // The log may be created in a moment.
            return Ok(());
        };
        self.later = match position.time {
            Time(0) => VecDeque::from([log]),
            time => generations::since(&self.path, time)?,
        };
        let rotated = self.later.len().saturating_sub(1);
        for file in self.later.iter_mut().take(rotated) {
            file.later_than = Some(position.time);
        }
        self.reading = self.later.pop_front().map(FileReading::begin).transpose()?;
        self.gap = Some((
            position.time,
            format!(
                "{}: what followed the last line that was read is gone: truncated, or rotated and deleted",
                self.path.display()
            ),
        ));
        Ok(())
    }

    /// Checks whether the log's name now belongs to another file, and notes all files that were written after the known ones.
    fn look_for_later(&mut self) -> anyhow::Result<()> {
        let known = self
            .later
            .back()
            .or(self.reading.as_ref().map(|reading| &reading.log));
        let (Some(known), Some(named)) = (known, named(&self.path)?) else {
            return Ok(());
        };
        if named == known.identity {
            return Ok(());
        }
        if self
            .reading
            .as_ref()
            .is_some_and(|reading| reading.log.identity == named)
        {
            // The file was moved away and is back.
            self.later.clear();
        } else {
            let later = generations::after(&self.path, known)?;
            self.later.extend(later);
        }
        self.watch_files();
        Ok(())
    }

    /// Switches to the next file when that file holds lines and this one is no longer written to.
    fn turn(&mut self) -> anyhow::Result<bool> {
        self.look_again = None;
        while self.later.len() > 1 && self.later[0].size()? == 0 {
            self.later.pop_front();
        }
        let (Some(next), Some(reading)) = (self.later.front(), &mut self.reading) else {
            return Ok(false);
        };
        if next.size()? == 0 {
            // The writer may not know of the rotation yet.
            return Ok(false);
        }
        if !reading.settled {
            // A modification time in the future means nothing: the clock was set back.
            let age = SystemTime::now()
                .duration_since(reading.log.modified()?)
                .unwrap_or(QUIET);
            let waiting = *self.waiting.get_or_insert_with(Instant::now);
            if age < QUIET {
                if waiting.elapsed() < PATIENCE {
                    self.look_again = Some(Instant::now() + (QUIET - age));
                    return Ok(false);
                }
                let why = "is still written to after its rotation; new lines in it are not read";
                self.remarks
                    .push(Remark::Said(format!("{}: {why}", self.path.display())));
            }
        }
        self.waiting = None;
        self.unreadable += u64::from(reading.has_unfinished_line());
        if (self.past.as_ref()).is_some_and(|past| past.is_of(reading.log.identity)) {
            self.past = None;
        }
        self.reading = self.later.pop_front().map(FileReading::begin).transpose()?;
        self.watch_files();
        Ok(true)
    }

    /// Lets the kernel report writes to the file that is read and to the log itself.
    pub(super) fn watch_files(&mut self) {
        let reading = self.reading.as_ref().map(|reading| &reading.log.file);
        let log = self.later.back().map(|log| &log.file);
        self.watch.files(reading.into_iter().chain(log));
    }
}
