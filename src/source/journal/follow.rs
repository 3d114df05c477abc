//! The course of reading: entry by entry, boot by boot.

use std::time::Instant;

use systemd::id128::Id128;

use super::fields::{Stamp, Verdict};
use super::start::{From, Leg};
use super::{JournalReader, boots, handle};
use crate::entry::Entry;
use crate::source::{JournalPosition, Progress, Remark};
use crate::time::Time;

/// The boot being read.
pub(super) struct Reading {
    pub(super) leg: Leg,
    /// The cursor of the entry behind which reading goes on, as long as it may be the next one.
    skip: Option<String>,
    /// What is earlier than this time since boot was read, or is not to be read. libsystemd comes up with it all the same,
    /// where a file holds nothing that is later.
    floor: u64,
    /// The boot's last entry when reading of it began: once it is at its end, everything up to there was read.
    tail: Option<JournalPosition>,
    /// Everything up to this time since boot was read.
    pub(super) read: u64,
    pub(super) began: Instant,
}

/// What became of one step.
enum Step {
    HandOut {
        stamp: Stamp,
        past: bool,
        dropped: Option<u64>,
    },
    Nothing,
    /// An entry of a boot that was not known of.
    Foreign(Id128),
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
        while progress.entries < limit {
            match self.step()? {
                Step::HandOut {
                    stamp,
                    past,
                    dropped,
                } => {
                    each(&self.fields.entry(stamp, past, dropped));
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
                Step::End => {
                    self.mark();
                    self.finish_boot();
                    progress.at_end = !self.go_on()?;
                    if progress.at_end {
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
            Verdict::HandOut(dropped) => {
                self.told |= !past;
                Ok(Step::HandOut {
                    stamp,
                    past,
                    dropped,
                })
            }
            Verdict::Skip => Ok(Step::Nothing),
            Verdict::Unreadable => {
                self.unreadable();
                Ok(Step::Nothing)
            }
        }
    }

    fn unreadable(&mut self) {
        if let Some(Remark::Unreadable { count }) = self
            .remarks
            .iter_mut()
            .find(|remark| matches!(remark, Remark::Unreadable { .. }))
        {
            *count += 1;
        } else {
            self.remarks.push(Remark::Unreadable { count: 1 });
        }
    }

    /// Begins the next leg, if there is one.
    fn begin(&mut self) -> systemd::Result<bool> {
        let Some(leg) = self.legs.front() else {
            return Ok(false);
        };
        let (boot, from) = (leg.boot, leg.from.clone());
        let tail = boots::tail(&mut self.journal, boot)?;
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
            // Nothing is there yet: what comes will be behind what there is.
            skip = Some(tail.cursor.clone());
        }
        handle::match_ours(&mut self.journal, self.several_boots.then_some(boot))?;
        match &skip {
            Some(cursor) => self.journal.seek_cursor(cursor)?,
            None if floor > 0 => self.journal.seek_monotonic_usec(boot, floor)?,
            None => self.journal.seek_head()?,
        }
        self.reading = self.legs.pop_front().map(|leg| Reading {
            leg,
            skip,
            floor,
            tail,
            read: 0,
            began: Instant::now(),
        });
        Ok(true)
    }

    /// The boot has no more entries for now: everything up to the end it had in the beginning was read.
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
        if !self
            .position
            .as_ref()
            .is_some_and(|p| p.boot == boot && p.monotonic >= tail.monotonic)
        {
            self.position = Some(self.complete(tail));
        }
    }

    /// Makes the entry that was read last the position.
    pub(super) fn mark(&mut self) {
        let (Some(stamp), Some(reading)) = (self.unmarked.take(), self.reading.as_mut()) else {
            return;
        };
        reading.read = reading.read.max(stamp.monotonic);
        let boot = reading.leg.boot;
        // After an error the handle may stand elsewhere. Without a cursor the entry is found by the rest.
        let here = match (
            self.journal.timestamp_usec(),
            self.journal.monotonic_timestamp(),
        ) {
            (Ok(realtime), Ok(at)) => {
                Time(realtime as i64) == stamp.realtime && at == (stamp.monotonic, boot)
            }
            _ => false,
        };
        let cursor = if here {
            self.journal.cursor().unwrap_or_default()
        } else {
            String::new()
        };
        self.position = Some(self.complete(JournalPosition {
            cursor,
            boot: boot.to_string(),
            monotonic: stamp.monotonic,
            realtime: stamp.realtime,
            hash: self.fields.hash(),
            ..JournalPosition::default()
        }));
    }

    /// A position with what is the same for all entries.
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
