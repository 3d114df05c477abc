//! Reading the journal: entries of sshd and sftp-server, in order, from a position, for as long as it takes.
//!
//! What libsystemd promises and what it does not, and what is done about it:
//!
//! - A cursor is sought inclusively, and the entry found is tested: it may be the next one (sd_journal_seek_cursor(3)).
//! - `sd_journal_wait` answers "invalidate" the first time and on rotation; whatever it answers, reading is tried again.
//!   It also is what makes libsystemd notice new files and let go of deleted ones, so nothing here sleeps in its place.
//! - A journal of several boots is read boot by boot ([`boots`] says why).
//! - An unreadable journal looks like an empty one: [`readable`] tells them apart.
//!
//! libsystemd leaves out damaged entries and files without a word; there is nothing to be told about them.

mod access;
mod boots;
mod discover;
mod field;
mod fields;
mod follow;
mod handle;
pub(crate) mod limit;
mod reach;
mod start;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use systemd::id128::Id128;
use systemd::journal::{Journal, JournalWaitResult};

pub(crate) use access::namespaces_of_ours;
pub use access::{Readable, not_opened, readable, readable_in};
pub(in crate::adapters) use field::Field;
pub(crate) use fields::may_hold_ssh;
pub(in crate::adapters) use fields::{Fields, Stamp};
pub(crate) use handle::{DROPPED, ROOTS};
pub use reach::reach;

use self::discover::{Left, Trouble};
use self::follow::BootReading;
use self::handle::Roots;
use self::start::Leg;
use super::{Progress, Remark, Start};
use crate::domain::base::position::JournalPosition;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;

/// How long an entry that came while reading was about to end waits for those that come with it.
const BEYOND: Duration = Duration::from_millis(5);

/// A directory that holds the journals of several machines.
#[derive(Debug, thiserror::Error)]
#[error("{} holds journals of several machines ({}): only those of one machine can be followed", .0.display(), .1.join(", "))]
pub struct SeveralMachines(pub PathBuf, pub Vec<String>);

/// Reads a journal. Like the handle in it, it stays on the thread that opened it (sd-journal(3)).
pub struct JournalReader {
    directory: Option<PathBuf>,
    journal: Journal,
    roots: Roots,
    /// `_MACHINE_ID`; empty as long as nothing tells it.
    machine: String,
    start: Start<JournalPosition>,
    opened: Time,
    /// Whether the start has become legs: not before the journal holds anything.
    planned: bool,
    reading: Option<BootReading>,
    legs: VecDeque<Leg>,
    left: Vec<Left>,
    /// The boots that a position names: read before, or before the start; also such as are no longer in the journal.
    earlier: Vec<String>,
    /// The journal holds more than one boot, so that entries must be matched by boot: which costs time, so not otherwise.
    several_boots: bool,
    /// Boots of which an entry was seen: a damaged journal may not list them.
    met: Vec<Id128>,
    fields: Fields,
    /// The entry that was read last, as long as it is not yet the position.
    unmarked: Option<Stamp>,
    position: Option<JournalPosition>,
    /// The past is read: from here on, the position tells all.
    told: bool,
    /// The end was reached: reading rests until it is called again.
    rested: bool,
    /// The horizon was set in this call.
    fresh: bool,
    /// The last call ended before an entry beyond the horizon.
    beyond: bool,
    /// The time since boot of the first entry beyond the horizon.
    reach: u64,
    /// Something changed since boots were looked for.
    stirred: bool,
    next_look: Instant,
    trouble: Trouble,
    remarks: Vec<Remark>,
}

impl JournalReader {
    /// Opens the machine's own journal, or the journals in a directory, which must all be of one machine
    /// ([`SeveralMachines`]). An empty journal is none the worse: what comes to be in it is read.
    pub fn open(
        directory: Option<&Path>,
        start: Start<JournalPosition>,
    ) -> anyhow::Result<JournalReader> {
        // The directory's identity is taken first: one that changes in between is then opened once more, never missed.
        let roots = Roots::of(directory);
        let machine = match directory {
            None => Id128::from_machine()
                .map(|id| id.to_string())
                .unwrap_or_default(),
            Some(_) => String::new(),
        };
        let mut reader = JournalReader {
            directory: directory.map(Path::to_owned),
            journal: handle::open(directory)?,
            roots,
            machine,
            start: Start::Beginning,
            opened: Time::from(SystemTime::now()),
            planned: false,
            reading: None,
            legs: VecDeque::new(),
            left: Vec::new(),
            earlier: Vec::new(),
            several_boots: false,
            met: Vec::new(),
            fields: Fields::default(),
            unmarked: None,
            position: None,
            told: false,
            rested: false,
            fresh: false,
            beyond: false,
            reach: 0,
            stirred: true,
            next_look: Instant::now(),
            trouble: Trouble::default(),
            remarks: Vec::new(),
        };
        let from_now = matches!(start, Start::Now { .. });
        reader.start_at(start);
        reader.look()?;
        if from_now && !reader.planned {
            // Nothing is there: all that will be is new, whatever its clock says.
            reader.start_at(Start::Beginning);
        }
        Ok(reader)
    }

    /// The same journal, opened anew behind a position.
    pub fn again(&self, position: &JournalPosition) -> anyhow::Result<JournalReader> {
        JournalReader::open(self.directory.as_deref(), Start::At(position.clone()))
    }

    /// Hands out at most `limit` entries, in order. An error is final only in that this call ends; the next one tries
    /// again, at the same place.
    ///
    /// An entry whose `MESSAGE` or `SYSLOG_IDENTIFIER` is given several times is handed out with the values joined by line
    /// ends: sshd never sends such a thing, nor a message of several lines, so nothing that somebody put together is taken
    /// for one of its messages.
    pub fn read(
        &mut self,
        limit: usize,
        each: &mut dyn FnMut(&Entry<'_>),
    ) -> anyhow::Result<Progress> {
        let mut progress = Progress::default();
        if self.trouble.lost {
            self.reopen(None)?;
        }
        let mut reopened = false;
        loop {
            let result = self.pass(limit, each, &mut progress);
            self.mark();
            let Err(error) = result else {
                self.trouble = Trouble::default();
                return Ok(progress);
            };
            // The error may have come when other entries were matched, to look around: seek again in any case.
            self.retrace();
            if error.is::<SeveralMachines>()
                || self.trouble.lost
                || (reopened && self.trouble.is_lasting())
            {
                return Err(error);
            }
            if self.trouble.repeats(&error) {
                self.reopen(Some(format!("{error:#}")))?;
                reopened = true;
            }
        }
    }

    /// Waits until the journal changes, at most this long. Call [`JournalReader::read`] whatever came of it.
    pub fn wait(&mut self, at_most: Duration) -> anyhow::Result<()> {
        let until_look = self.next_look.saturating_duration_since(Instant::now());
        // The notice of an entry that was seen too early may have come already.
        let soon = [
            self.stirred.then_some(until_look),
            self.beyond.then_some(BEYOND),
        ];
        let at_most = soon.into_iter().flatten().fold(at_most, Duration::min);
        let result = self.journal.wait(Some(at_most));
        let result = result.context("waiting for the journal")?;
        self.stirred |= !matches!(result, JournalWaitResult::Nop);
        Ok(())
    }

    /// The position behind what was read: behind the last entry that was handed out, or further where no entry of ours
    /// lies between. None as long as only past entries were read, so that a new start reads them again.
    pub fn position(&self) -> Option<JournalPosition> {
        self.position.clone().filter(|_| self.told)
    }

    /// What there is to say since the last call.
    pub fn remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.remarks)
    }

    /// The machine whose journal it is, `_MACHINE_ID`; none as long as a directory is empty.
    pub fn machine(&self) -> Option<&str> {
        Some(self.machine.as_str()).filter(|machine| !machine.is_empty())
    }
}
