//! The files of a state directory, and the order in which a commit changes them.

use std::io;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use super::base::{Base, Former};
use super::disk::{Disk, FileVersion, LARGEST_FILE, StoredFile};
use super::error::{StateError, UnsafePath};
use super::last::LastCommit;
use super::lines;
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;
use crate::domain::state::{Daily, RESUME_VERSION};
use chrono::NaiveDate;
use rustix::io::Errno;

/// The file of the state.
pub(crate) const FILE: &str = "daily.json";

/// The file of the state before the last commit.
pub(crate) const BACKUP: &str = "daily.json.bak";

/// The beginning of the names of unfinished files.
const UNFINISHED: &str = ".daily.json.tmp.";

/// A second name of the state before it becomes the backup.
const NEXT_BACKUP: &str = ".daily.json.tmp.bak";

/// The most files of the same time that are set aside, each under its own name.
const NAMES_TRIED: u32 = 100;

/// A counter that makes the names of unfinished files differ within a process.
static UNFINISHED_FILES: AtomicU64 = AtomicU64::new(0);

/// A state directory as one process knows it. All operations except [`StateFiles::load`] need the state lock.
#[derive(Debug)]
pub(crate) struct StateFiles<D> {
    pub(crate) disk: D,
    /// The last state that is known to be complete and durable.
    pub(crate) kept: Option<LastCommit>,
    /// The version of the file after the last commit of this process.
    pub(crate) version: Option<FileVersion>,
    swept: bool,
}

impl<D: Disk> StateFiles<D> {
    pub(crate) fn new(disk: D) -> Self {
        StateFiles {
            disk,
            kept: None,
            version: None,
            swept: false,
        }
    }

    /// Commits what became of `base`, unless the file already has the same content.
    pub(crate) fn commit(&mut self, base: Base) -> Result<(), StateError> {
        let mut daily = base.daily;
        let kept = self.kept.as_mut().filter(|_| base.recoveries.is_empty());
        if let Some(kept) = kept.filter(|kept| kept.is(&daily)) {
            kept.give_back(daily);
            return Ok(());
        }
        daily.resume.version = RESUME_VERSION;
        add(&mut daily.resume.commits, 1);
        let bytes = self.written(&daily)?;
        self.sweep();
        let number = UNFINISHED_FILES.fetch_add(1, Ordering::Relaxed);
        let temporary = format!("{UNFINISHED}{}-{number}", process::id());
        let done = self.replace(&temporary, &bytes, &base.former);
        if let Err(error) = done {
            // Best effort: the next start removes remains.
            let _ = self.disk.unlink(&temporary);
            return Err(error);
        }
        self.kept = Some(LastCommit::of(bytes, daily));
        Ok(())
    }

    /// Reads the present state from the file; `None` if there is no file.
    pub(crate) fn load(&mut self, today: NaiveDate) -> Result<Option<Daily>, StateError> {
        let entered = self.disk.enter();
        if !entered.map_err(|error| self.failed("opening", "", error))? {
            return Ok(None);
        }
        let Some(found) = self.read(FILE)? else {
            return Ok(None);
        };
        match self.judged(&found, today)? {
            Ok(parsed) => Ok(Some(parsed.daily())),
            Err(why) => Err(StateError::Damaged {
                path: self.disk.path(FILE),
                why,
            }),
        }
    }

    fn written(&self, daily: &Daily) -> Result<Vec<u8>, StateError> {
        // A state is about as large as the one before it.
        let before = self.kept.as_ref().map_or(0, |kept| kept.bytes().len());
        let bytes = lines::written(daily, before + before / 16 + 1024)
            .map_err(|error| self.failed("writing", FILE, error))?;
        if bytes.len() as u64 > LARGEST_FILE {
            let why = format!(
                "would have {} bytes, too many to be read again",
                bytes.len()
            );
            let refusal = UnsafePath::new(&self.disk.path(FILE), why, "please report this");
            return Err(refusal.into());
        }
        Ok(bytes)
    }

    fn replace(&mut self, new: &str, bytes: &[u8], former: &Former) -> Result<(), StateError> {
        let written = self.disk.write_new(new, bytes, &[FILE, BACKUP]);
        written.map_err(|error| self.failed("writing", new, error))?;
        if let Former::State = former {
            self.back_up()?;
        }
        let renamed = self.disk.rename(new, FILE);
        renamed.map_err(|error| self.failed("renaming", new, error))?;
        if let Err(error) = self.disk.sync_directory() {
            self.undo(new, former);
            return Err(self.failed("making durable", FILE, error));
        }
        Ok(())
    }

    /// Makes the state the backup too. At every moment there is a complete state and, from the second commit on, a
    /// complete backup.
    fn back_up(&mut self) -> Result<(), StateError> {
        self.clear(NEXT_BACKUP)?;
        self.link(FILE, NEXT_BACKUP)
            .map_err(|error| self.failed("linking", FILE, error))?;
        let renamed = self.disk.rename(NEXT_BACKUP, BACKUP);
        renamed.map_err(|error| self.failed("renaming", NEXT_BACKUP, error))?;
        // rename(2) does nothing if both names are the same file already, as after an interrupted commit.
        self.clear(NEXT_BACKUP)
    }

    /// Restores the previous file: the new state is not durable, so the caller gets an error and tries the commit again
    /// on the old state. If this fails too, the new state stays.
    fn undo(&mut self, free: &str, former: &Former) {
        let former = match former {
            Former::None => {
                let _ = self.disk.unlink(FILE);
                return;
            }
            Former::State => BACKUP,
            Former::Aside(name) => name,
        };
        if self.link(former, free).is_ok() {
            let _ = self.disk.rename(free, FILE);
        }
    }

    /// Gives a file a second name, or copies it if that is impossible: some file systems have no links, and links to
    /// files of other users are forbidden (`fs.protected_hardlinks` in proc_sys_fs(5)).
    fn link(&mut self, from: &str, to: &str) -> io::Result<()> {
        let error = match self.disk.link(from, to) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        match Errno::from_io_error(&error) {
            Some(Errno::PERM | Errno::NOTSUP | Errno::NOSYS | Errno::MLINK) => {
                let bytes = self.disk.read(from)?.and_then(|found| found.bytes);
                self.disk.write_new(to, &bytes.ok_or(error)?, &[from])
            }
            _ => Err(error),
        }
    }

    /// Keeps a file under a name with its time of writing, so that a second try does not set it aside again.
    pub(crate) fn set_aside(
        &mut self,
        name: &str,
        why: &str,
        at: Time,
    ) -> Result<String, StateError> {
        let stem = format!("{name}.{why}-{}", at.utc().format("%Y%m%dT%H%M%SZ"));
        for number in 1..=NAMES_TRIED {
            let aside = match number {
                1 => stem.clone(),
                _ => format!("{stem}.{number}"),
            };
            match self.link(name, &aside) {
                Ok(()) => return Ok(aside),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let (one, other) = (self.read(name)?, self.read(&aside)?);
                    if one.map(|found| found.bytes) == other.map(|found| found.bytes) {
                        return Ok(aside);
                    }
                }
                Err(error) => return Err(self.failed("setting aside", name, error)),
            }
        }
        let exists = io::ErrorKind::AlreadyExists.into();
        Err(self.failed("setting aside", &stem, exists))
    }

    /// Makes a file durable that another process wrote.
    pub(crate) fn settle(&mut self) -> Result<(), StateError> {
        let settled = self
            .disk
            .sync(FILE)
            .and_then(|()| self.disk.sync_directory());
        settled.map_err(|error| self.failed("making durable", FILE, error))
    }

    /// Removes, once, the remains of commits that were killed; best effort.
    fn sweep(&mut self) {
        if self.swept {
            return;
        }
        self.swept = true;
        for name in self.disk.names().unwrap_or_default() {
            if name.starts_with(UNFINISHED) {
                let _ = self.disk.unlink(&name);
            }
        }
    }

    /// Removes a name, which may be missing.
    fn clear(&mut self, name: &str) -> Result<(), StateError> {
        match self.disk.unlink(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("removing", name, error))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn read(&mut self, name: &str) -> Result<Option<StoredFile>, StateError> {
        let found = self.disk.read(name);
        found.map_err(|error| self.failed("reading", name, error))
    }

    pub(crate) fn failed(&self, action: &'static str, name: &str, cause: io::Error) -> StateError {
        StateError::of(action, self.disk.path(name), cause)
    }
}
