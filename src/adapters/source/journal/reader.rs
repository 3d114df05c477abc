//! The reader of a journal: its state and its interface.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use systemd::id128::Id128;
use systemd::journal::{Journal, JournalWaitResult};

use crate::adapters::source::journal::fields::{Fields, Stamp};
use crate::adapters::source::journal::handle::{self, Roots};
use crate::adapters::source::journal::pages;
use crate::adapters::source::journal::start::Leg;
use crate::adapters::source::{Progress, Remark, Start};
use crate::domain::base::position::JournalPosition;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;

/// The boot being read.
pub(super) struct BootReading {
    pub(super) leg: Leg,
    /// The cursor of the last entry that was read, as long as libsystemd may return this entry once more.
    pub(super) skip: Option<String>,
    /// Entries before this time since boot were read already, or must not be read. libsystemd returns them anyway if a file
    /// holds no later entry.
    pub(super) floor: u64,
    /// Reading stops at this time since boot. It is the time of the boot's last entry when libsystemd last looked for new
    /// files. An earlier entry may still appear in a file that libsystemd does not know yet or has just read; libsystemd
    /// would skip this entry if reading had gone past it.
    pub(super) horizon: u64,
    /// The boot's last entry when reading of the boot began. At the end of the boot, everything up to this entry was read.
    pub(super) tail: Option<JournalPosition>,
    /// The last entry that root wrote; it may be another one.
    pub(super) tail_of_root: Option<JournalPosition>,
    /// Everything up to this time since boot was read.
    pub(super) read: u64,
    pub(super) began: Instant,
}

/// A boot that was read, and the time since boot up to which it was read. If it gets more entries, it was left too early,
/// because a clock was wrong.
pub(super) struct Left {
    pub(super) boot: Id128,
    pub(super) read: u64,
}

/// The errors of one episode.
#[derive(Default)]
pub(super) struct Trouble {
    error: String,
    times: u32,
    /// Why the journal must be opened again; `said` means that this was reported.
    pub(super) why: Option<String>,
    pub(super) said: bool,
    /// The journal could not be opened again; the open handle must not be used.
    pub(super) lost: bool,
}

impl Trouble {
    /// Counts an error. Whether the same error came too often.
    pub(super) fn repeats(&mut self, error: &anyhow::Error) -> bool {
        let error = format!("{error:#}");
        self.times = if error == self.error {
            self.times + 1
        } else {
            1
        };
        self.error = error;
        self.is_lasting()
    }

    /// Whether the same error came too often.
    pub(super) fn is_lasting(&self) -> bool {
        self.times >= EQUAL_ERRORS
    }
}

/// If an entry came while reading was about to end, how long to wait for the entries that come with it.
const BEYOND: Duration = Duration::from_millis(5);

/// So often at most, the pages of the journal's files are given back. So long at most, nothing is read if nothing tells of a
/// change: on some file systems nothing does.
const GIVEN_BACK: Duration = Duration::from_secs(5);

/// A directory with the journals of several machines.
#[derive(Debug, thiserror::Error)]
#[error("{} holds journals of several machines ({}): only those of one machine can be followed", .0.display(), .1.join(", "))]
pub struct SeveralMachines(pub PathBuf, pub Vec<String>);

/// Reads a journal. Like its handle, it stays on the thread that opened it (sd-journal(3)).
pub struct JournalReader {
    pub(super) directory: Option<PathBuf>,
    pub(super) journal: Journal,
    pub(super) roots: Roots,
    /// `_MACHINE_ID`; empty while it is unknown.
    pub(super) machine: String,
    pub(super) start: Start<JournalPosition>,
    pub(super) opened: Time,
    /// The start was converted into legs, which needs a journal with entries.
    pub(super) planned: bool,
    pub(super) reading: Option<BootReading>,
    pub(super) legs: VecDeque<Leg>,
    pub(super) left: Vec<Left>,
    /// The boots in a position: they were read, or lie before the start; some may no longer be in the journal.
    pub(super) earlier: Vec<String>,
    /// The journal holds more than one boot, so entries must be matched by boot. This costs time, so it is done only then.
    pub(super) several_boots: bool,
    /// Boots of which an entry was seen: a damaged journal may not list them.
    pub(super) met: Vec<Id128>,
    pub(super) fields: Fields,
    /// The last entry that was read, while it is not yet the position.
    pub(super) unmarked: Option<Stamp>,
    /// When pages were last given back.
    pub(super) given_back: Option<Instant>,
    /// Since then, libsystemd has looked for entries.
    pub(super) touched: bool,
    pub(super) position: Option<JournalPosition>,
    /// The past was read: from here on, the position describes all progress.
    pub(super) told: bool,
    /// The end was reached: reading rests until the next call.
    pub(super) rested: bool,
    /// The horizon was set in this call.
    pub(super) fresh: bool,
    /// Since the end was reached, nothing has changed.
    pub(super) unchanged: bool,
    /// The last call ended before an entry after the horizon.
    pub(super) beyond: bool,
    /// Time since boot of the first entry after the horizon.
    pub(super) reach: u64,
    /// Something changed since the last search for boots.
    pub(super) stirred: bool,
    pub(super) next_look: Instant,
    pub(super) trouble: Trouble,
    pub(super) remarks: Vec<Remark>,
}

impl JournalReader {
    /// Opens the machine's own journal, or the journals in a directory, which must all be of one machine
    /// ([`SeveralMachines`]). The journal may be empty: later entries are read.
    pub fn open(
        directory: Option<&Path>,
        start: Start<JournalPosition>,
    ) -> anyhow::Result<JournalReader> {
        // The directory's identity is taken first: if the directory is replaced in between, it is opened once more and never
        // missed.
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
            given_back: None,
            touched: true,
            position: None,
            told: false,
            rested: false,
            fresh: false,
            unchanged: false,
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
            // The journal is empty: all later entries are new, whatever their clock says.
            reader.start_at(Start::Beginning);
        }
        Ok(reader)
    }

    /// The same journal, opened again after a position.
    pub fn again(&self, position: &JournalPosition) -> anyhow::Result<JournalReader> {
        JournalReader::open(self.directory.as_deref(), Start::At(position.clone()))
    }

    /// The same journal, opened again for the entries later than this time.
    pub fn since(&self, time: Time, look_back: Duration) -> anyhow::Result<JournalReader> {
        JournalReader::open(self.directory.as_deref(), Start::After { time, look_back })
    }

    /// Hands out at most `limit` entries, in order. An error only ends this call; the next call tries again at the same
    /// place.
    ///
    /// If an entry has several values of `MESSAGE` or `SYSLOG_IDENTIFIER`, it is handed out with the values joined by line
    /// feeds. sshd never sends such an entry, nor a message of several lines, so a forged entry of this kind is not taken for
    /// one of its messages.
    pub fn read(
        &mut self,
        limit: usize,
        each: &mut dyn FnMut(&Entry<'_>),
    ) -> anyhow::Result<Progress> {
        let mut progress = Progress::default();
        if std::mem::take(&mut self.unchanged) && self.roots.changed().is_none() {
            // Reading deals with an error.
            if self.files_changed().is_ok() && !self.stirred {
                progress.at_end = true;
                return Ok(progress);
            }
        }
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
            // The error may have come while other matches were set, for a search: seek again in any case.
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

    /// Waits until the journal changes, but at most this long. Call [`JournalReader::read`] after any result.
    pub fn wait(&mut self, at_most: Duration) -> anyhow::Result<()> {
        let until_look = self.next_look.saturating_duration_since(Instant::now());
        // The event of an entry that was seen too early may have come already.
        let soon = [
            self.stirred.then_some(until_look),
            self.beyond.then_some(BEYOND),
        ];
        let at_most = soon.into_iter().flatten().fold(at_most, Duration::min);
        let result = self.journal.wait(Some(at_most));
        let result = result.context("waiting for the journal")?;
        self.stirred |= !matches!(result, JournalWaitResult::Nop);
        let knows_all = self.rested && !self.beyond && !self.stirred;
        self.unchanged = knows_all && self.has_given_back();
        Ok(())
    }

    /// Were pages given back a short time ago?
    fn has_given_back(&self) -> bool {
        self.given_back.is_some_and(|at| at.elapsed() < GIVEN_BACK)
    }

    /// Gives back the memory that libsystemd needed to read, if it is time to. Call it before a wait.
    ///
    /// # Safety
    ///
    /// While this runs, no other thread of the process may have a journal open.
    #[expect(unsafe_code, reason = "see `pages`")]
    pub unsafe fn give_back(&mut self) {
        if self.touched && !self.has_given_back() {
            (self.touched, self.given_back) = (false, Some(Instant::now()));
            // Best effort: without it, only more memory is in use.
            // SAFETY: the caller promises the same.
            let _ = unsafe { pages::give_back() };
        }
    }

    /// The position after the last entry that was handed out, or further if no entry of our programs lies between. `None`
    /// while only past entries were read, so that a restart reads them again.
    pub fn position(&self) -> Option<JournalPosition> {
        self.position.clone().filter(|_| self.told)
    }

    /// The remarks since the last call.
    pub fn remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.remarks)
    }

    /// The machine of the journal, `_MACHINE_ID`. `None` while a directory is empty.
    pub fn machine(&self) -> Option<&str> {
        Some(self.machine.as_str()).filter(|machine| !machine.is_empty())
    }
}

/// After this many equal errors in a row, the journal is opened again: a corrupt or vanishing file can make `sd_journal_next`
/// fail for ever (systemd issue 43138).
const EQUAL_ERRORS: u32 = 3;

#[cfg(test)]
mod tests {
    use super::Trouble;

    #[test]
    fn only_the_third_equal_error_in_a_row_is_too_many() {
        let mut trouble = Trouble::default();
        let came = ["a", "a", "b", "b", "a", "a", "a", "a"];
        let lasting = came.map(|error| trouble.repeats(&anyhow::anyhow!(error)));
        assert_eq!(
            lasting,
            [false, false, false, false, false, false, true, true]
        );
    }
}
