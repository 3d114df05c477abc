//! A directory in memory that loses at a power cut what was not made durable, and whose operations fail, or are the
//! last ones of their process, as the dice fall.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use sftp_monitor::adapters::store::{Disk, FileVersion, StoredFile};
use sftp_monitor::domain::base::time::Time;

use crate::dice::{Dice, Odds};

struct Inode {
    content: Vec<u8>,
    durable: Option<Vec<u8>>,
}

/// What one operation did to names; none removes one.
type Renaming = Vec<(String, Option<usize>)>;

#[derive(Default)]
struct Tree {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    not_durable: Vec<Renaming>,
    locks: BTreeMap<String, u64>,
    dead: BTreeSet<u64>,
    processes: u64,
}

type Hook = Rc<dyn Fn()>;

/// The machine: its disk and its processes.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) odds: Cell<Odds>,
    /// Runs between two operations: what other processes do meanwhile.
    pub(crate) meanwhile: RefCell<Option<Hook>>,
    /// Runs after each operation: what must hold at every instant.
    pub(crate) always: RefCell<Option<Hook>>,
    /// Counts the changes to names and contents.
    pub(crate) changes: Cell<u64>,
    /// Files' contents are not made durable: a deliberate fault.
    pub(crate) no_file_sync: Cell<bool>,
    /// How often the power failed.
    pub(crate) cuts: Cell<u64>,
    /// The directory cannot be made durable.
    pub(crate) broken_directory_sync: Cell<bool>,
    tree: RefCell<Tree>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Rc<Self> {
        Rc::new(World {
            dice: Dice(Cell::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))),
            odds: Cell::default(),
            meanwhile: RefCell::default(),
            always: RefCell::default(),
            changes: Cell::default(),
            no_file_sync: Cell::default(),
            cuts: Cell::default(),
            broken_directory_sync: Cell::default(),
            tree: RefCell::default(),
        })
    }

    /// Starts a process that sees the directory.
    pub(crate) fn process(self: &Rc<Self>) -> SimDisk {
        let mut tree = self.tree.borrow_mut();
        tree.processes += 1;
        SimDisk {
            world: self.clone(),
            process: tree.processes,
        }
    }

    pub(crate) fn is_dead(&self, process: u64) -> bool {
        self.tree.borrow().dead.contains(&process)
    }

    /// kill -9: whatever the process still tries has no effect, and its locks are free.
    pub(crate) fn kill(&self, process: u64) {
        let mut tree = self.tree.borrow_mut();
        tree.dead.insert(process);
        tree.locks.retain(|_, holder| *holder != process);
    }

    /// The power fails: of what was not durable some is there afterwards, some not, some in part.
    pub(crate) fn cut_power(&self) {
        let tree = &mut *self.tree.borrow_mut();
        tree.dead.extend(1..=tree.processes);
        tree.locks.clear();
        let in_order = self.dice.once_in(2);
        let mut names = tree.durable_names.clone();
        for renaming in tree.not_durable.drain(..) {
            if self.dice.once_in(2) {
                apply(&mut names, renaming);
            } else if in_order {
                break;
            }
        }
        tree.not_durable.clear();
        tree.names = names.clone();
        tree.durable_names = names;
        for inode in &mut tree.inodes {
            if inode.durable.as_ref() != Some(&inode.content) {
                inode.content = match self.dice.roll(4) {
                    0 => Vec::new(),
                    1 => vec![0; inode.content.len()],
                    2 => inode.content[..inode.content.len() / 2].to_vec(),
                    _ => inode.content.clone(),
                };
                inode.durable = Some(inode.content.clone());
            }
        }
        self.changes.set(self.changes.get() + 1);
        self.cuts.set(self.cuts.get() + 1);
    }

    /// A file as processes see it.
    pub(crate) fn content(&self, name: &str) -> Option<Vec<u8>> {
        let tree = self.tree.borrow();
        let inode = *tree.names.get(name)?;
        Some(tree.inodes[inode].content.clone())
    }

    /// A file as it would certainly be after a power cut; none where that is uncertain.
    pub(crate) fn durable(&self, name: &str) -> Option<Vec<u8>> {
        let tree = self.tree.borrow();
        tree.inodes[*tree.durable_names.get(name)?].durable.clone()
    }

    /// Someone else overwrites a file.
    pub(crate) fn damage(&self, name: &str, content: &[u8]) {
        let tree = &mut *self.tree.borrow_mut();
        tree.inodes.push(Inode {
            content: content.to_vec(),
            durable: Some(content.to_vec()),
        });
        let inode = tree.inodes.len() - 1;
        tree.names.insert(name.to_owned(), inode);
        tree.durable_names.insert(name.to_owned(), inode);
        for renaming in &mut tree.not_durable {
            renaming.retain(|(renamed, _)| renamed != name);
        }
        self.changes.set(self.changes.get() + 1);
    }
}

fn apply(names: &mut BTreeMap<String, usize>, renaming: Renaming) {
    for (name, inode) in renaming {
        match inode {
            Some(inode) => names.insert(name, inode),
            None => names.remove(&name),
        };
    }
}

/// A process's sight of the directory.
pub(crate) struct SimDisk {
    world: Rc<World>,
    pub(crate) process: u64,
}

/// A lock in the simulated world.
pub(crate) struct SimLock {
    world: Rc<World>,
    name: String,
    process: u64,
}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut tree = self.world.tree.borrow_mut();
        if tree.locks.get(&self.name) == Some(&self.process) {
            tree.locks.remove(&self.name);
        }
    }
}

/// What the system calls answer when they fail; the numbers are Linux's.
const ERRORS: [i32; 4] = [libc::ENOSPC, libc::EIO, libc::EROFS, libc::EDQUOT];

impl SimDisk {
    /// The moment before an operation: others may run, the process may die, the operation may fail.
    fn step(&self) -> io::Result<()> {
        let world = &self.world;
        let odds = world.odds.get();
        self.alive()?;
        if world.dice.once_in(odds.interleave) {
            let meanwhile = world.meanwhile.borrow().clone();
            if let Some(meanwhile) = meanwhile {
                meanwhile();
            }
        }
        if world.dice.once_in(odds.kill) {
            world.kill(self.process);
        }
        if world.dice.once_in(odds.power_cut) {
            world.cut_power();
        }
        let always = world.always.borrow().clone();
        if let Some(always) = always {
            always();
        }
        self.alive()?;
        if world.dice.once_in(odds.error) {
            let error = ERRORS[world.dice.index(ERRORS.len())];
            return Err(io::Error::from_raw_os_error(error));
        }
        Ok(())
    }

    fn alive(&self) -> io::Result<()> {
        match self.world.is_dead(self.process) {
            true => Err(io::Error::other("the process is dead")),
            false => Ok(()),
        }
    }

    fn inode(&self, name: &str) -> io::Result<usize> {
        let tree = self.world.tree.borrow();
        let inode = tree.names.get(name).copied();
        inode.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn rename_all(&self, renaming: Renaming) {
        let tree = &mut *self.world.tree.borrow_mut();
        apply(&mut tree.names, renaming.clone());
        tree.not_durable.push(renaming);
        self.world.changes.set(self.world.changes.get() + 1);
    }

    fn must_be_free(&self, name: &str) -> io::Result<()> {
        match self.inode(name) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => Ok(()),
        }
    }
}

impl Disk for SimDisk {
    type Lock = SimLock;

    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from("/simulated").join(name)
    }

    fn lock(&mut self, name: &str, _wait: Duration) -> io::Result<Option<SimLock>> {
        self.step()?;
        let mut tree = self.world.tree.borrow_mut();
        if tree.locks.contains_key(name) {
            return Ok(None);
        }
        tree.locks.insert(name.to_owned(), self.process);
        Ok(Some(SimLock {
            world: self.world.clone(),
            name: name.to_owned(),
            process: self.process,
        }))
    }

    fn enter(&mut self) -> io::Result<bool> {
        self.step().map(|()| true)
    }

    fn read(&mut self, name: &str) -> io::Result<Option<StoredFile>> {
        self.step()?;
        Ok(self.world.content(name).map(|bytes| StoredFile {
            bytes: Some(bytes),
            modified: Time::default(),
        }))
    }

    fn version(&mut self, name: &str) -> Option<FileVersion> {
        let inode = self.inode(name).ok()? as u64;
        Some(FileVersion {
            inode: (0, inode),
            ..FileVersion::default()
        })
    }

    fn write_new(&mut self, name: &str, bytes: &[u8], _like: &[&str]) -> io::Result<()> {
        self.step()?;
        self.must_be_free(name)?;
        let inode = self.world.tree.borrow().inodes.len();
        self.world.tree.borrow_mut().inodes.push(Inode {
            content: Vec::new(),
            durable: None,
        });
        self.rename_all(vec![(name.to_owned(), Some(inode))]);
        for part in [bytes.len() / 2, bytes.len()] {
            self.step()?;
            self.world.tree.borrow_mut().inodes[inode].content = bytes[..part].to_vec();
        }
        self.step()?;
        if !self.world.no_file_sync.get() {
            let tree = &mut *self.world.tree.borrow_mut();
            tree.inodes[inode].durable = Some(bytes.to_vec());
        }
        Ok(())
    }

    fn link(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.step()?;
        self.must_be_free(to)?;
        let inode = self.inode(from)?;
        self.rename_all(vec![(to.to_owned(), Some(inode))]);
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.step()?;
        let inode = self.inode(from)?;
        // rename(2): nothing happens where both names are one file.
        if self.inode(to).ok() != Some(inode) {
            self.rename_all(vec![(from.to_owned(), None), (to.to_owned(), Some(inode))]);
        }
        Ok(())
    }

    fn unlink(&mut self, name: &str) -> io::Result<()> {
        self.step()?;
        self.inode(name)?;
        self.rename_all(vec![(name.to_owned(), None)]);
        Ok(())
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.step()?;
        let inode = self.inode(name)?;
        let inode = &mut self.world.tree.borrow_mut().inodes[inode];
        inode.durable = Some(inode.content.clone());
        Ok(())
    }

    fn sync_directory(&mut self) -> io::Result<()> {
        self.step()?;
        if self.world.broken_directory_sync.get() {
            return Err(io::Error::from_raw_os_error(libc::EIO));
        }
        let tree = &mut *self.world.tree.borrow_mut();
        tree.durable_names = tree.names.clone();
        tree.not_durable.clear();
        Ok(())
    }

    fn names(&mut self) -> io::Result<Vec<String>> {
        self.step()?;
        Ok(self.world.tree.borrow().names.keys().cloned().collect())
    }
}
