//! Reads entry by entry and boot by boot.

use std::time::Instant;

use systemd::id128::Id128;
use systemd::journal::JournalWaitResult;

use super::fields::{Disposition, Own, Stamp};
use super::start::From;
use super::{JournalReader, boots, handle};
use crate::adapters::source::journal::reader::BootReading;
use crate::adapters::source::{Progress, Remark};
use crate::domain::base::position::JournalPosition;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;

/// How often the end of a boot is looked up again while files come and go.
const LOOKS_FOR_FILES: u32 = 10;

/// Result of one step.
enum Step {
    HandOut {
        stamp: Stamp,
        past: bool,
        own: Own,
    },
    Nothing,
    /// An entry of an unknown boot.
    Foreign(Id128),
    /// An entry after the horizon.
    Beyond(u64),
    End,
}

impl JournalReader {
    /// Reads until the limit or the end is reached.
    pub(super) fn pass(
        &mut self,
        limit: usize,
        each: &mut dyn FnMut(&Entry<'_>),
        progress: &mut Progress,
    ) -> anyhow::Result<()> {
        self.beyond = false;
        self.touched = true;
        self.fresh = std::mem::take(&mut self.rested);
        if self.fresh {
            self.widen()?;
        }
        while progress.entries < limit {
            match self.step()? {
                Step::HandOut { stamp, past, own } => {
                    each(&self.fields.entry(stamp, past, own));
                    progress.entries += 1;
                }
                Step::Nothing => {}
                Step::Foreign(boot) => {
                    self.mark();
                    self.retrace();
                    self.met.push(boot);
                    self.several_boots = true;
                    self.stirred = true;
                    self.next_look = Instant::now();
                }
                Step::Beyond(monotonic) => {
                    self.mark();
                    self.retrace();
                    self.reach = monotonic;
                    if self.fresh && self.legs.len() == 1 {
                        // Everything that was there at the beginning of this call was read: this is the present. The next
                        // calls read newer entries in larger pieces.
                        self.told = true;
                        self.beyond = true;
                        progress.at_end = true;
                        return Ok(());
                    }
                }
                Step::End => {
                    self.mark();
                    self.finish_boot();
                    progress.at_end = !self.go_on()?;
                    if progress.at_end {
                        self.rested = true;
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Goes to the next entry and reads it.
    fn step(&mut self) -> systemd::Result<Step> {
        if self.reading.is_none() && !self.begin()? {
            return Ok(Step::End);
        }
        let Some(reading) = self.reading.as_mut() else {
            return Ok(Step::End);
        };
        if self.journal.next()? == 0 {
            return Ok(Step::End);
        }
        let (Ok(realtime), Ok((monotonic, boot))) = (
            self.journal.timestamp_usec(),
            self.journal.monotonic_timestamp(),
        ) else {
            self.unreadable();
            return Ok(Step::Nothing);
        };
        if boot != reading.leg.boot {
            return Ok(Step::Foreign(boot));
        }
        if monotonic < reading.floor {
            return Ok(Step::Nothing);
        }
        if monotonic > reading.horizon {
            return Ok(Step::Beyond(monotonic));
        }
        if let Some(cursor) = reading.skip.take() {
            if self.journal.test_cursor(&cursor)? {
                return Ok(Step::Nothing);
            }
        }
        let realtime = Time(i64::try_from(realtime).unwrap_or(i64::MAX));
        let stamp = Stamp {
            boot: boots::carried(boot),
            monotonic,
            realtime,
        };
        let past = reading.leg.past.holds(monotonic, realtime);
        self.fields.read(&mut self.journal, realtime);
        self.unmarked = Some(stamp);
        match self.fields.verdict() {
            Disposition::HandOut(own) => {
                self.told |= !past;
                Ok(Step::HandOut { stamp, past, own })
            }
            Disposition::Skip => Ok(Step::Nothing),
            Disposition::Unreadable => {
                self.unreadable();
                Ok(Step::Nothing)
            }
        }
    }

    fn unreadable(&mut self) {
        let known = self.remarks.iter_mut().find_map(|remark| match remark {
            Remark::Unreadable { count } => Some(count),
            Remark::Gap { .. } | Remark::Reopened { .. } | Remark::Said(_) => None,
        });
        match known {
            Some(count) => *count += 1,
            None => self.remarks.push(Remark::Unreadable { count: 1 }),
        }
    }

    /// Begins the next leg, if there is one.
    fn begin(&mut self) -> systemd::Result<bool> {
        let Some(leg) = self.legs.front() else {
            return Ok(false);
        };
        let (boot, from) = (leg.boot, leg.from.clone());
        let tail = self.known_tail(boot)?;
        // The horizon must reach at least the last entry that was beyond it: otherwise, reading would never continue in a
        // damaged journal.
        let reach = std::mem::take(&mut self.reach);
        let horizon = tail
            .as_ref()
            .map_or(u64::MAX, |tail| tail.monotonic.max(reach));
        self.fresh = true;
        let (mut skip, mut floor) = (None, 0);
        match from {
            From::Head => {}
            From::Monotonic(monotonic) => floor = monotonic,
            From::Behind(position) => {
                floor = position.monotonic;
                skip = boots::find(&mut self.journal, boot, &position)?;
            }
        }
        if let Some(tail) = tail.as_ref().filter(|tail| tail.monotonic < floor) {
            // There is no entry from the floor on yet: new entries will come after the tail.
            skip = Some(tail.cursor.clone());
        }
        let tail_of_root = match &tail {
            Some(_) => boots::tail(&mut self.journal, boot, true)?,
            None => None,
        };
        handle::match_ours(&mut self.journal, self.several_boots.then_some(boot))?;
        match &skip {
            Some(cursor) => self.journal.seek_cursor(cursor)?,
            None if floor > 0 => self.journal.seek_monotonic_usec(boot, floor)?,
            None => self.journal.seek_head()?,
        }
        self.reading = self.legs.pop_front().map(|leg| BootReading {
            leg,
            skip,
            floor,
            horizon,
            tail,
            tail_of_root,
            read: 0,
            began: Instant::now(),
        });
        Ok(true)
    }

    /// The boot's last entry, if all files that hold earlier entries are known.
    fn known_tail(&mut self, boot: Id128) -> systemd::Result<Option<JournalPosition>> {
        for _ in 0..LOOKS_FOR_FILES {
            let tail = boots::tail(&mut self.journal, boot, false)?;
            // journald writes one entry after the other: the file of each entry before the tail exists already.
            if !self.files_changed()? {
                return Ok(tail);
            }
        }
        Ok(None)
    }

    /// Notes changes of the files. Whether a file came or went.
    pub(super) fn files_changed(&mut self) -> systemd::Result<bool> {
        let change = self.journal.process()?;
        self.stirred |= !matches!(change, JournalWaitResult::Nop);
        Ok(matches!(change, JournalWaitResult::Invalidate))
    }

    /// Sets the horizon to the boot's present end, before libsystemd looks for the next entry.
    fn widen(&mut self) -> anyhow::Result<()> {
        let Some(reading) = self.reading.as_mut() else {
            return Ok(());
        };
        reading.horizon = boots::end(&self.journal, reading.leg.boot).unwrap_or(u64::MAX);
        if self.files_changed()? {
            // A file came or went. libsystemd also drops a file that it could not read for a moment.
            self.reopen(None)?;
        }
        Ok(())
    }

    /// Ends a boot that has no more entries for now: everything up to the end that it had at the beginning was read.
    fn finish_boot(&mut self) {
        let Some(reading) = self.reading.as_mut() else {
            return;
        };
        reading.skip = None;
        let boot = reading.leg.boot.to_string();
        let Some(tail) = reading.tail.take() else {
            return;
        };
        reading.read = reading.read.max(tail.monotonic);
        // Uses root's last entry: other users cannot cause it to be vacuumed away while no entry of ours is lost.
        let tail = reading.tail_of_root.take().unwrap_or(tail);
        if !self
            .position
            .as_ref()
            .is_some_and(|p| p.boot == boot && p.monotonic >= tail.monotonic)
        {
            self.position = Some(self.complete(tail));
        }
    }

    /// Makes the last entry that was read the position.
    pub(super) fn mark(&mut self) {
        let (Some(stamp), Some(reading)) = (self.unmarked.take(), self.reading.as_mut()) else {
            return;
        };
        reading.read = reading.read.max(stamp.monotonic);
        let boot = reading.leg.boot;
        // After an error, the handle may be at another entry. Without a cursor, the entry is found by the other values.
        let (realtime, at) = (
            self.journal.timestamp_usec(),
            self.journal.monotonic_timestamp(),
        );
        let here = realtime.is_ok_and(|realtime| Time::from_micros(realtime) == stamp.realtime)
            && at.is_ok_and(|at| at == (stamp.monotonic, boot));
        let cursor = here.then(|| self.journal.cursor().unwrap_or_default());
        self.position = Some(self.complete(JournalPosition {
            cursor: cursor.unwrap_or_default(),
            boot: boot.to_string(),
            monotonic: stamp.monotonic,
            realtime: stamp.realtime,
            hash: self.fields.hash(),
            ..JournalPosition::default()
        }));
    }

    /// Adds the values to a position that are the same for all entries.
    fn complete(&self, position: JournalPosition) -> JournalPosition {
        let others = self
            .earlier
            .iter()
            .filter(|boot| !position.boot.starts_with(boot.as_str()));
        JournalPosition {
            machine: self.machine.clone(),
            boots: others.cloned().collect(),
            ..position
        }
    }
}
