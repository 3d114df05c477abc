//! The journal through libsystemd: sd_journal_open(3), sd_journal_next(3), sd_journal_get_data(3).

mod access;
mod entries;
mod position;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use systemd::journal::{Journal, JournalRef, OpenDirectoryOptions, OpenOptions};

use super::{JournalPosition, Progress, Remark, Start};
use crate::entry::Entry;
use crate::time::Time;

pub use access::{Readable, readable};

use entries::{Buffers, Read};
use position::Here;

/// The identifiers whose entries are read; what they may say is judged later, by fields that nobody can forge.
const IDENTIFIERS: [&str; 4] = ["sshd", "sshd-session", "internal-sftp", "sftp-server"];

/// `SD_MESSAGE_JOURNAL_DROPPED` (sd-messages.h): journald dropped messages of a unit that logged too much.
const DROPPED: &str = "a596d6fe7bfa4994828e72309e95d61e";

/// The longest field that is read whole: sshd's messages end at 500 bytes.
const FIELD: usize = 8 * 1024;

/// How many equal errors in a row make the journal be opened anew: a corrupt or vanished file may repeat one for ever.
const ERRORS: u32 = 3;

/// A directory that holds the journals of several machines.
#[derive(Debug, thiserror::Error)]
#[error("{} holds journals of several machines ({}): only those of one machine can be followed", .0.display(), .1.join(", "))]
pub struct SeveralMachines(pub PathBuf, pub Vec<String>);

/// Reads the journal in order from a position. Stays in the thread that opened it (sd-journal(3)).
pub struct JournalReader {
    journal: Journal,
    directory: Option<PathBuf>,
    /// The boots that are still to be read one by one, from their beginnings; then everything is followed.
    boots: VecDeque<String>,
    /// The boot that is being read alone.
    boot: Option<String>,
    position: JournalPosition,
    /// What was read up to then is past, or was counted.
    counts_after: Option<Time>,
    /// What was read last is to be found again and skipped, or else is missing.
    resuming: bool,
    /// The position's entry is gone: told with the first entry that is there.
    gap: Option<Time>,
    buffers: Buffers,
    remarks: Vec<Remark>,
    errors: u32,
    reopened: bool,
}

impl JournalReader {
    /// Opens the machine's own journal, or the one in a directory.
    pub fn open(directory: Option<&Path>, start: Start<JournalPosition>) -> anyhow::Result<Self> {
        let mut journal = open(directory)?;
        let machine = machine(&mut journal, directory)?;
        let boots = position::boots(&mut journal)?;
        let now = Time::from(SystemTime::now());
        let mut reader = JournalReader {
            journal,
            directory: directory.map(Path::to_owned),
            boots: VecDeque::new(),
            boot: None,
            position: JournalPosition { machine, realtime: now, ..JournalPosition::default() },
            counts_after: None,
            resuming: false,
            gap: None,
            buffers: Buffers::default(),
            remarks: Vec::new(),
            errors: 0,
            reopened: false,
        };
        match start {
            Start::Now { look_back } => reader.from(now, look_back)?,
            Start::After { time, look_back } => reader.from(time, look_back)?,
            Start::At(position) if position.cursor.is_empty() => reader.from(position.realtime, Duration::ZERO)?,
            Start::At(position) => reader.resume(position, &boots)?,
            Start::Beginning => {
                reader.match_all(None)?;
                reader.journal.seek_head()?;
                reader.position.realtime = Time::default();
            }
        }
        reader.position.boots = boots.iter().map(|boot| short(boot)).collect();
        Ok(reader)
    }

    /// The same journal, opened anew behind a position.
    pub fn again(&self, position: &JournalPosition) -> anyhow::Result<Self> {
        JournalReader::open(self.directory.as_deref(), Start::At(position.clone()))
    }

    /// Starts behind a time; what lies up to `look_back` before it is past.
    fn from(&mut self, time: Time, look_back: Duration) -> anyhow::Result<()> {
        self.match_all(None)?;
        // Seeking a time works where nothing matches yet; seeking the tail does not.
        self.journal.seek_realtime_usec(time.minus(look_back).0.max(0).unsigned_abs())?;
        self.counts_after = Some(time);
        self.position.realtime = time;
        Ok(())
    }

    /// Goes on behind a position: first through the rest of its boot, then through the boots that are new since. A clock
    /// that was set back, or sequence numbers that were used again after a power cut, would else hide them.
    fn resume(&mut self, position: JournalPosition, boots: &[String]) -> anyhow::Result<()> {
        let new = |boot: &&String| **boot != position.boot && !position.boots.contains(&short(boot));
        self.boots = boots.iter().filter(new).cloned().collect();
        let boot = position.boot.clone();
        self.match_all(Some(&boot))?;
        self.boot = Some(boot);
        self.journal.seek_cursor(position.cursor.as_str()).or_else(|_| self.journal.seek_head())?;
        let machine = std::mem::take(&mut self.position.machine);
        self.position = JournalPosition { machine, ..position };
        self.resuming = true;
        Ok(())
    }

    /// Matches our identifiers and journald's own word about dropped messages, of one boot or of all.
    fn match_all(&mut self, boot: Option<&str>) -> anyhow::Result<()> {
        let journal: &mut JournalRef = &mut self.journal;
        journal.match_flush()?;
        for identifier in IDENTIFIERS {
            journal.match_add("SYSLOG_IDENTIFIER", identifier)?;
        }
        journal.match_or()?;
        journal.match_add("MESSAGE_ID", DROPPED)?;
        if let Some(boot) = boot {
            journal.match_and()?;
            journal.match_add("_BOOT_ID", boot)?;
        }
        Ok(())
    }

    /// Hands out at most `limit` entries, in order.
    pub fn read(&mut self, limit: usize, each: &mut dyn FnMut(&Entry<'_>)) -> anyhow::Result<Progress> {
        let mut progress = Progress::default();
        while progress.entries < limit {
            match self.journal.next() {
                Ok(0) => {
                    if !self.next_boot()? {
                        progress.at_end = true;
                        break;
                    }
                }
                Ok(_) => {
                    self.errors = 0;
                    progress.entries += usize::from(self.take(each)?);
                }
                Err(error) => self.failed(error.into())?,
            }
        }
        if progress.at_end {
            self.reopened = false;
        }
        Ok(progress)
    }

    /// The boot that was read alone has ended: the next one, or everything from here on. False at the very end.
    fn next_boot(&mut self) -> anyhow::Result<bool> {
        if self.boot.is_none() {
            return Ok(false);
        }
        if std::mem::take(&mut self.resuming) {
            self.gap = Some(self.position.realtime);
        }
        self.boot = self.boots.pop_front();
        match self.boot.clone() {
            Some(boot) => {
                self.match_all(Some(&boot))?;
                self.journal.seek_head()?;
            }
            None => {
                self.match_all(None)?;
                self.journal.seek_cursor(self.position.cursor.as_str()).or_else(|_| self.journal.seek_head())?;
                self.resuming = self.gap.is_none();
            }
        }
        Ok(true)
    }

    /// Takes the entry on which the journal stands. False where it was read before.
    fn take(&mut self, each: &mut dyn FnMut(&Entry<'_>)) -> anyhow::Result<bool> {
        let here = Here::of(&mut self.journal, &mut self.buffers.message)?;
        if here.was_read(&self.journal, &self.position, self.boot.is_none()) {
            self.resuming &= !here.is(&self.journal, &self.position);
            return Ok(false);
        }
        if std::mem::take(&mut self.resuming) {
            self.gap = Some(self.position.realtime);
        }
        if let Some(from) = self.gap.take() {
            let why = "the entry that was read last is no longer in the journal".to_owned();
            self.remarks.push(Remark::Gap { from, to: here.realtime, why });
        }
        let past = self.counts_after.is_some_and(|after| here.realtime <= after);
        let read = entries::hand_out(&mut self.journal, &mut self.buffers, &here, past, each)?;
        if read == Read::NoMessage {
            self.remarks.push(Remark::Unreadable { count: 1 });
        }
        here.note(&self.journal, &mut self.position)?;
        Ok(true)
    }

    /// Opens the journal anew, at our position, once the same error has come often enough.
    fn failed(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        self.errors += 1;
        if self.errors < ERRORS {
            return Ok(());
        }
        let fresh = JournalReader::open(self.directory.as_deref(), Start::At(self.position.clone()));
        let mut fresh = fresh.with_context(|| format!("opening the journal again after: {error:#}"))?;
        fresh.counts_after = self.counts_after;
        fresh.remarks = std::mem::take(&mut self.remarks);
        if !self.reopened {
            fresh.remarks.push(Remark::Reopened { why: format!("{error:#}") });
        }
        let again = self.reopened;
        *self = fresh;
        self.reopened = true;
        if again {
            // It fails at the same place: the caller backs off.
            return Err(error);
        }
        Ok(())
    }

    /// Waits until there may be more to read, at most this long. Never replaced by sleeping: only this notices new files
    /// and lets go of deleted ones. Whatever it answers, what counts is what `next` finds.
    pub fn wait(&mut self, at_most: Duration) -> anyhow::Result<()> {
        self.journal.wait(Some(at_most)).context("waiting for the journal")?;
        Ok(())
    }

    /// The position behind the last entry that was read; without one, the time from which on everything is to be read.
    pub fn position(&self) -> Option<JournalPosition> {
        Some(self.position.clone())
    }

    /// What there is to say since the last call.
    pub fn remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.remarks)
    }
}

/// Opens all files of the machine: also those of users, in which the sftp lines are.
fn open(directory: Option<&Path>) -> anyhow::Result<Journal> {
    let mut journal = match directory {
        Some(directory) => {
            let path = directory.to_str().context("the journal's directory is no UTF-8")?;
            OpenDirectoryOptions::default()
                .open_directory(path)
                .with_context(|| format!("opening the journals in {path}"))?
        }
        None => OpenOptions::default().local_only(true).open().context("opening the journal")?,
    };
    journal.set_data_threshold(FIELD)?;
    Ok(journal)
}

/// The machine whose journal it is.
fn machine(journal: &mut Journal, directory: Option<&Path>) -> anyhow::Result<String> {
    let Some(directory) = directory else {
        let id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        return Ok(id.trim().to_owned());
    };
    let machines = position::unique(journal, "_MACHINE_ID")?;
    match machines.as_slice() {
        [] => Ok(String::new()),
        [one] => Ok(one.clone()),
        _ => Err(SeveralMachines(directory.to_owned(), machines).into()),
    }
}

/// The first eight digits of a boot id: enough to tell the boots of one machine apart.
fn short(boot: &str) -> String {
    boot.chars().take(8).collect()
}
