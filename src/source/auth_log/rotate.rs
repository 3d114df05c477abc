//! Rotation: the old file is read to its end first, then those that came after it, in order.

use std::path::Path;

use super::file::{self, LogFile};
use super::{AuthLogReader, QUIET};
use crate::source::{FilePosition, Remark};
use crate::time::Time;

impl AuthLogReader {
    /// Goes on behind a position: in the file itself wherever it is now, in a copy of it, or, where neither is left, at
    /// the beginning of what there is, and says that something is missing.
    pub(super) fn resume(&mut self, position: &FilePosition) -> anyhow::Result<()> {
        self.position = position.clone();
        let current = file::open(&self.path)?;
        if position.inode == 0 {
            // There was no file when reading stood here: what appeared since is new from its beginning.
            self.current = current;
            return Ok(());
        }
        if let Some(same) = &current
            && same.is(position)
            && same.continues(position)?
        {
            self.stand(current, position.offset);
            return Ok(());
        }
        let mut newer: Vec<LogFile> = current.into_iter().collect();
        for path in file::generations(&self.path) {
            if let Some(found) = self.generation(&path, position)? {
                self.next = newer.into_iter().rev().collect();
                self.stand(Some(found), position.offset);
                return Ok(());
            }
            // Only plain files can lie between: one compressed is older than the last two rotations.
            if let Some(between) = file::open(&path).ok().flatten().filter(|_| !is_compressed(&path)) {
                newer.push(between);
            }
        }
        let current = file::open(&self.path)?;
        self.gap("the file that was read last is gone, and no copy of it is left");
        self.stand(current, 0);
        Ok(())
    }

    /// This generation, if it holds what was read up to the position.
    fn generation(&self, path: &Path, position: &FilePosition) -> anyhow::Result<Option<LogFile>> {
        if is_compressed(path) {
            return file::uncompressed(path, position);
        }
        let Some(found) = file::open(path).ok().flatten() else { return Ok(None) };
        // An empty beginning is every file's: then only the file itself will do.
        let known = found.continues(position)? && (position.hashed > 0 || found.is(position));
        Ok(known.then_some(found))
    }

    fn stand(&mut self, current: Option<LogFile>, offset: u64) {
        self.current = current;
        self.offset = offset;
        self.past_until = 0;
        self.buffer.clear();
        self.skipping = false;
        self.grew = std::time::Instant::now();
    }

    fn gap(&mut self, why: &str) {
        let from = self.last_time;
        let to = Time::from(std::time::SystemTime::now());
        self.remarks.push(Remark::Gap { from, to, why: format!("{}: {why}", self.path.display()) });
    }

    /// A file where there was none: it is read from its beginning.
    pub(super) fn appeared(&mut self) -> anyhow::Result<bool> {
        let Some(found) = file::open(&self.path)? else { return Ok(false) };
        self.stand(Some(found), 0);
        // What is written into a file that appears now is news whatever its stamps say.
        self.counts_after = None;
        Ok(true)
    }

    /// Does the path lead to another file than the one that is being read, or to none?
    pub(super) fn rotated(&self) -> bool {
        let Some(current) = &self.current else { return false };
        match std::fs::symlink_metadata(&self.path) {
            Ok(meta) => {
                use std::os::unix::fs::MetadataExt;
                meta.dev() != current.device || meta.ino() != current.inode
            }
            Err(_) => true,
        }
    }

    /// The current file has no more: the next one, where there is one. False where there is nothing to do for now.
    pub(super) fn next_file(&mut self) -> anyhow::Result<bool> {
        if self.truncated()? {
            return Ok(true);
        }
        if let Some(next) = self.next.pop_front() {
            self.leave(next);
            return Ok(true);
        }
        if !self.rotated() {
            return Ok(false);
        }
        let from_elsewhere = self.current.as_ref().is_some_and(|current| current.path != self.path);
        if !from_elsewhere && self.grew.elapsed() < QUIET {
            return Ok(false);
        }
        let missed = self.missed()?;
        let Some(new) = file::open(&self.path)? else { return Ok(false) };
        let mut queue = missed;
        queue.push(new);
        self.next = queue.into();
        if let Some(next) = self.next.pop_front() {
            self.leave(next);
        }
        Ok(true)
    }

    /// Generations between the current file and the one at the path: it was rotated more than once meanwhile.
    fn missed(&self) -> anyhow::Result<Vec<LogFile>> {
        let mut between = Vec::new();
        let Some(current) = &self.current else { return Ok(between) };
        for path in file::generations(&self.path) {
            let Some(found) = file::open(&path).ok().flatten().filter(|_| !is_compressed(&path)) else { continue };
            if found.device == current.device && found.inode == current.inode {
                between.reverse();
                return Ok(between);
            }
            between.push(found);
        }
        // The current file is not among them: deleted, or compressed; then nothing tells what lay between.
        Ok(Vec::new())
    }

    /// Goes on with another file. A last line without its end will not be completed any more.
    fn leave(&mut self, next: LogFile) {
        if !self.buffer.is_empty() {
            self.remarks.push(Remark::Unreadable { count: 1 });
        }
        self.stand(Some(next), 0);
        self.counts_after = None;
    }

    /// The file became shorter, or what was read of it is no longer there: it was truncated, or copied and truncated.
    fn truncated(&mut self) -> anyhow::Result<bool> {
        let Some(current) = &self.current else { return Ok(false) };
        let behind = self.offset + self.buffer.len() as u64;
        if current.length()? >= behind && (self.position.inode != current.inode || current.continues(&self.position)?) {
            return Ok(false);
        }
        let position = self.position.clone();
        let inode = current.inode;
        for path in file::generations(&self.path) {
            let Some(copy) = self.generation(&path, &position)? else { continue };
            if copy.inode != inode && position.hashed > 0 {
                let again = file::open(&self.path)?;
                self.next.extend(again);
                self.stand(Some(copy), position.offset);
                return Ok(true);
            }
        }
        self.gap("it was truncated, and no copy of it is left");
        let again = file::open(&self.path)?;
        self.stand(again, 0);
        self.position = FilePosition { path: self.path.clone(), ..FilePosition::default() };
        Ok(true)
    }
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gz")
}
