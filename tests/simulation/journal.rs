//! The journal: boots and their entries, of which old ones are vacuumed and the last ones lost with the power; and a reader
//! that keeps the promises of the real one.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::bail;
use sftp_monitor::adapters::source::{Entries, Progress, Remark};
use sftp_monitor::domain::alerts::Content;
use sftp_monitor::domain::base::position::{JournalPosition, Position, hash};
use sftp_monitor::domain::base::process::Boot;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::record::{Entry, Origin};

use crate::disk::World;
use crate::sabotage::Fault;
use crate::writer::Counts;

/// The machine whose journal it is.
pub(crate) const MACHINE: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// An entry, and what it must count.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    boot: u64,
    sequence: u64,
    monotonic: u64,
    pub(crate) realtime: Time,
    pub(crate) uid: u32,
    pub(crate) pid: u32,
    pub(crate) identifier: &'static str,
    pub(crate) message: String,
    pub(crate) counts: Option<Counts>,
    pub(crate) fate: Fate,
}

/// Whether an entry can be, or was, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is there.
    There,
    /// It was counted before it went.
    GoneCounted,
    /// It went when it may have been read, though nothing durable told so.
    GonePerhapsCounted,
    /// It went unread.
    GoneUnread,
}

impl Fate {
    fn is_there(self) -> bool {
        self == Fate::There
    }
}

#[derive(Default)]
pub(crate) struct Journal {
    pub(crate) entries: RefCell<Vec<Written>>,
    boot: Cell<u64>,
    sequence: Cell<u64>,
}

impl Journal {
    pub(crate) fn reboot(&self) {
        self.boot.set(self.boot.get() + 1);
    }

    /// Appends an entry of this moment.
    pub(crate) fn write(&self, running: u64, mut entry: Written) {
        self.sequence.set(self.sequence.get() + 1);
        entry.boot = self.boot.get();
        entry.sequence = self.sequence.get();
        entry.monotonic = running;
        self.entries.borrow_mut().push(entry);
    }

    /// The oldest entries go.
    pub(crate) fn vacuum(&self, count: usize, position: Option<&JournalPosition>) {
        let read = self.behind(position);
        let mut entries = self.entries.borrow_mut();
        let there = entries.iter_mut().enumerate();
        let there = there.filter(|(_, entry)| entry.fate.is_there());
        for (index, entry) in there.take(count) {
            entry.fate = match index < read {
                true => Fate::GoneCounted,
                false => Fate::GonePerhapsCounted,
            };
        }
    }

    /// The last entries were not durable when the power failed: their numbers are given again.
    pub(crate) fn lose_tail(&self, count: usize, position: Option<&JournalPosition>) {
        let read = self.behind(position);
        let mut entries = self.entries.borrow_mut();
        let boot = self.boot.get();
        let there = entries.iter_mut().enumerate().rev();
        let there = there.filter(|(_, e)| e.fate.is_there() && e.boot == boot);
        for (index, entry) in there.take(count) {
            entry.fate = match index < read {
                true => Fate::GoneCounted,
                false => Fate::GoneUnread,
            };
            self.sequence.set(entry.sequence - 1);
        }
    }

    /// How many entries lie before what is to be read behind a position.
    pub(crate) fn behind(&self, position: Option<&JournalPosition>) -> usize {
        let Some(position) = position else { return 0 };
        let entries = self.entries.borrow();
        let own = |e: &Written| {
            (boot_id(e.boot).as_str(), e.monotonic, e.realtime)
                == (&position.boot, position.monotonic, position.realtime)
                && hash(e.message.as_bytes()) == position.hash
        };
        entries.iter().rposition(own).map_or(0, |index| index + 1)
    }

    fn position(&self, index: usize) -> JournalPosition {
        let entry = &self.entries.borrow()[index];
        JournalPosition {
            machine: MACHINE.to_owned(),
            cursor: format!("i={}", entry.sequence),
            boot: boot_id(entry.boot),
            monotonic: entry.monotonic,
            realtime: entry.realtime,
            hash: hash(entry.message.as_bytes()),
            boots: Vec::new(),
        }
    }
}

fn boot_id(number: u64) -> String {
    format!("{number:016x}b007b007b007b007")
}

/// How far reading has come.
#[derive(Clone)]
pub(crate) struct Reader {
    world: Rc<World>,
    journal: Rc<Journal>,
    fault: Fault,
    next: usize,
    position: Option<JournalPosition>,
    remarks: Vec<Remark>,
}

impl Reader {
    /// Goes on behind a position; what is no longer there is a gap.
    pub(crate) fn open(
        (world, journal): (&Rc<World>, &Rc<Journal>),
        fault: Fault,
        position: Option<JournalPosition>,
    ) -> anyhow::Result<Self> {
        if world.dice.once_in(world.odds.get().journal) {
            bail!("the journal cannot be opened");
        }
        let mut reader = Reader {
            world: world.clone(),
            journal: journal.clone(),
            fault,
            next: journal.behind(position.as_ref()),
            position,
            remarks: Vec::new(),
        };
        reader.look();
        Ok(reader)
    }

    /// Passes over what is gone, and says so.
    fn look(&mut self) {
        let entries = self.journal.entries.borrow();
        let lost = self.next > 0 && !entries[self.next - 1].fate.is_there();
        let before = self.next;
        while self.next < entries.len() && !entries[self.next].fate.is_there() {
            self.next += 1;
        }
        if (lost && self.remarks.is_empty()) || self.next > before {
            let from = self
                .position
                .as_ref()
                .map_or(Time::default(), |p| p.realtime);
            let to = entries.get(self.next).map_or(from, |entry| entry.realtime);
            self.remarks.push(Remark::Gap {
                from,
                to,
                why: "vacuumed".to_owned(),
            });
        }
    }

    pub(crate) fn at_end(&self) -> bool {
        self.next == self.journal.entries.borrow().len()
    }
}

impl Entries for Reader {
    fn read(&mut self, limit: usize, each: &mut dyn FnMut(&Entry<'_>)) -> anyhow::Result<Progress> {
        if self.world.dice.once_in(self.world.odds.get().journal) {
            bail!("the journal cannot be read");
        }
        if !self.at_end() {
            self.look();
        }
        let entries = self.journal.entries.borrow();
        let begun = self.next;
        for written in entries[begun..].iter().take(limit) {
            if !written.fate.is_there() {
                break;
            }
            each(&entry(written));
            self.next += 1;
        }
        drop(entries);
        if self.next > 0 {
            self.position = Some(self.journal.position(self.next - 1));
        }
        Ok(Progress {
            entries: self.next - begun,
            at_end: self.at_end(),
        })
    }

    fn again(&self, position: &Position) -> anyhow::Result<Self> {
        let Position::Journal(position) = position else {
            bail!("the position is another source's");
        };
        let of = (&self.world, &self.journal);
        match Reader::open(of, self.fault, Some(position.clone())) {
            // The reader stays where it stands, and nobody is told.
            Err(_) if self.fault == Fault::StaysWhereItStands => Ok(self.clone()),
            other => other,
        }
    }

    fn since(&self, _: Time) -> anyhow::Result<Self> {
        Reader::open((&self.world, &self.journal), self.fault, None)
    }

    fn position(&self) -> Option<Position> {
        self.position.clone().map(Position::Journal)
    }

    fn remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.remarks)
    }
}

fn entry(written: &Written) -> Entry<'_> {
    let origin = Origin {
        time: written.realtime,
        boot: Boot(written.boot + 1),
        host: Cow::Borrowed(b"sftp1"),
        identifier: Cow::Borrowed(written.identifier.as_bytes()),
        pid: written.pid,
        uid: Some(written.uid),
        session: None,
        past: false,
        no_envelope: false,
    };
    Entry {
        origin,
        message: written.message.as_bytes(),
        ..Entry::default()
    }
}

/// What entries of each kind must count, and what they may count beyond it.
pub(crate) fn due(entries: &[Written]) -> BTreeMap<Counts, (u64, u64)> {
    let mut due: BTreeMap<Counts, (u64, u64)> = BTreeMap::new();
    for entry in entries {
        let Some(counts) = entry.counts else { continue };
        let (least, most) = due.entry(counts).or_default();
        let sure = matches!(entry.fate, Fate::There | Fate::GoneCounted);
        *least += u64::from(sure);
        *most += u64::from(sure || entry.fate == Fate::GonePerhapsCounted);
    }
    due
}

impl Written {
    /// Does what it says mend this trouble, which was told?
    pub(crate) fn mends(&self, trouble: &Content) -> bool {
        let there = self.fate.is_there();
        match trouble {
            Content::Failures(failures) => {
                let accepted = format!("Accepted password for {} from ", failures.partner);
                let from = self.message.strip_prefix(&accepted).unwrap_or_default();
                let own = |address: &String| from.starts_with(&format!("{address} "));
                let last = failures.addresses.iter().any(own) && failures.addresses.len() == 1;
                there && self.uid == 0 && last && self.realtime >= failures.at
            }
            Content::Troubled(files) => {
                let whole = |path: &String| self.message.starts_with(&format!("close \"{path}\""));
                let all =
                    files.files.len() == 1 && files.files.iter().all(|file| whole(&file.path));
                there && all && self.realtime >= files.at
            }
            _ => false,
        }
    }

    /// An entry that is stamped when it is written.
    pub(crate) fn new(
        (identifier, uid, pid): (&'static str, u32, u32),
        realtime: Time,
        message: String,
        counts: Option<Counts>,
    ) -> Self {
        Written {
            boot: 0,
            sequence: 0,
            monotonic: 0,
            realtime,
            uid,
            pid,
            identifier,
            message,
            counts,
            fate: Fate::There,
        }
    }
}
