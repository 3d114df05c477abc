//! Deliberate faults, to see that the simulation would find them.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use sftp_monitor::adapters::store::{Disk, FileVersion, StoredFile};

use crate::disk::{SimDisk, SimLock};

/// A way to break the protocol.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// The directory is never made durable.
    NoDirectorySync,
    /// Files are not made durable before they are renamed.
    NoFileSync,
    /// The position is committed apart from the counters.
    PositionApart,
    /// A message leaves the outbox before it was posted.
    EarlyAcknowledgement,
    /// The digest commits without the lock.
    DigestWithoutLock,
    /// The state is read before the lock is held.
    ReadBeforeLock,
    /// The old file is removed before the new one takes its place.
    RemoveBeforeRename,
    /// A message is posted before its commit.
    PostBeforeCommit,
    /// A reader that cannot be opened where the state stands goes on where it stood.
    StaysWhereItStands,
    /// An edit is taken for accepted before it was sent.
    EarlyEdit,
    /// The edits that wait are forgotten when a daemon starts.
    ForgottenEdits,
    /// A reply whose thread is gone is dropped.
    DroppedReplies,
}

/// A disk under a store that is broken as `fault` says.
pub(crate) struct Sabotaged {
    pub(crate) disk: SimDisk,
    pub(crate) fault: Fault,
    pub(crate) digest: bool,
    pub(crate) read_before: Option<Option<StoredFile>>,
}

impl Disk for Sabotaged {
    type Lock = Option<SimLock>;

    fn path(&self, name: &str) -> PathBuf {
        self.disk.path(name)
    }

    fn lock(&mut self, name: &str, wait: Duration) -> io::Result<Option<Option<SimLock>>> {
        if name == ".state.lock" {
            match self.fault {
                Fault::DigestWithoutLock if self.digest => return Ok(Some(None)),
                Fault::ReadBeforeLock => self.read_before = Some(self.disk.read("daily.json")?),
                _ => {}
            }
        }
        Ok(self.disk.lock(name, wait)?.map(Some))
    }

    fn enter(&mut self) -> io::Result<bool> {
        self.disk.enter()
    }

    fn read(&mut self, name: &str) -> io::Result<Option<StoredFile>> {
        match self.read_before.take() {
            Some(found) => Ok(found),
            None => self.disk.read(name),
        }
    }

    fn version(&mut self, name: &str) -> Option<FileVersion> {
        self.disk.version(name)
    }

    fn write_new(&mut self, name: &str, bytes: &[u8], like: &[&str]) -> io::Result<()> {
        self.disk.write_new(name, bytes, like)
    }

    fn link(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.disk.link(from, to)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        if self.fault == Fault::RemoveBeforeRename && to == "daily.json" {
            let _ = self.disk.unlink(to);
        }
        self.disk.rename(from, to)
    }

    fn unlink(&mut self, name: &str) -> io::Result<()> {
        self.disk.unlink(name)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.disk.sync(name)
    }

    fn sync_directory(&mut self) -> io::Result<()> {
        match self.fault {
            Fault::NoDirectorySync => Ok(()),
            _ => self.disk.sync_directory(),
        }
    }

    fn names(&mut self) -> io::Result<Vec<String>> {
        self.disk.names()
    }
}
