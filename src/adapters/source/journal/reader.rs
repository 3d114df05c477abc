//! The reader of a journal: what it is, and how it is asked.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use systemd::id128::Id128;
use systemd::journal::{Journal, JournalWaitResult};

use crate::adapters::source::journal::fields::{Fields, Stamp};
use crate::adapters::source::journal::handle::{self, Roots};
use crate::adapters::source::journal::start::Leg;
use crate::adapters::source::{Progress, Remark, Start};
use crate::domain::base::position::JournalPosition;
use crate::domain::base::time::Time;
use crate::domain::record::Entry;

/// The boot being read.
pub(super) struct BootReading {
    pub(super) leg: Leg,
    /// The cursor of the entry that was read last, as long as libsystemd may return it once more.
    pub(super) skip: Option<String>,
    /// Entries before this time since boot were read, or are not to be read. libsystemd returns them all the same where a file
    /// holds no later entry.
    pub(super) floor: u64,
    /// Do not read past this time since boot. It is that of the boot's last entry when the files were last looked through for
    /// new ones: an earlier entry may still appear in a file that libsystemd does not know yet, or looked into just before,
    /// and it would skip that entry once it had gone past.
    pub(super) horizon: u64,
    /// The boot's last entry when reading of it began: once it is at its end, everything up to there was read.
    pub(super) tail: Option<JournalPosition>,
    /// The last one of those that root wrote, where it may be another.
    pub(super) tail_of_root: Option<JournalPosition>,
    /// Everything up to this time since boot was read.
    pub(super) read: u64,
    pub(super) began: Instant,
}

/// A boot that was read, and up to which time since boot. If more comes, it was left too early: clocks deceive.
pub(super) struct Left {
    pub(super) boot: Id128,
    pub(super) read: u64,
}

/// The errors of one episode.
#[derive(Default)]
pub(super) struct Trouble {
    error: String,
    times: u32,
    /// Why the journal is to be opened anew, and whether that was told.
    pub(super) why: Option<String>,
    pub(super) said: bool,
    /// The journal could not be opened anew; what is still open is no good.
    pub(super) lost: bool,
}

impl Trouble {
    /// Counts an error, and says whether it came too often.
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

    /// Whether the same error came often enough.
    pub(super) fn is_lasting(&self) -> bool {
        self.times >= EQUAL_ERRORS
    }
}

/// How long an entry that came while reading was about to end waits for those that come with it.
const BEYOND: Duration = Duration::from_millis(5);

/// A directory that holds the journals of several machines.
#[derive(Debug, thiserror::Error)]
#[error("{} holds journals of several machines ({}): only those of one machine can be followed", .0.display(), .1.join(", "))]
pub struct SeveralMachines(pub PathBuf, pub Vec<String>);

/// Reads a journal. Like the handle in it, it stays on the thread that opened it (sd-journal(3)).
pub struct JournalReader {
    pub(super) directory: Option<PathBuf>,
    pub(super) journal: Journal,
    pub(super) roots: Roots,
    /// `_MACHINE_ID`; empty as long as nothing tells it.
    pub(super) machine: String,
    pub(super) start: Start<JournalPosition>,
    pub(super) opened: Time,
    /// Whether the start has become legs: not before the journal holds anything.
    pub(super) planned: bool,
    pub(super) reading: Option<BootReading>,
    pub(super) legs: VecDeque<Leg>,
    pub(super) left: Vec<Left>,
    /// The boots that a position names: read before, or before the start; also such as are no longer in the journal.
    pub(super) earlier: Vec<String>,
    /// The journal holds more than one boot, so that entries must be matched by boot: which costs time, so not otherwise.
    pub(super) several_boots: bool,
    /// Boots of which an entry was seen: a damaged journal may not list them.
    pub(super) met: Vec<Id128>,
    pub(super) fields: Fields,
    /// The entry that was read last, as long as it is not yet the position.
    pub(super) unmarked: Option<Stamp>,
    pub(super) position: Option<JournalPosition>,
    /// The past is read: from here on, the position tells all.
    pub(super) told: bool,
    /// The end was reached: reading rests until it is called again.
    pub(super) rested: bool,
    /// The horizon was set in this call.
    pub(super) fresh: bool,
    /// The last call ended before an entry beyond the horizon.
    pub(super) beyond: bool,
    /// The time since boot of the first entry beyond the horizon.
    pub(super) reach: u64,
    /// Something changed since boots were looked for.
    pub(super) stirred: bool,
    pub(super) next_look: Instant,
    pub(super) trouble: Trouble,
    pub(super) remarks: Vec<Remark>,
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

/// After so many equal errors in a row the journal is opened anew: a corrupt or vanishing file can make
/// `sd_journal_next` fail for ever (systemd issue 43138).
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
