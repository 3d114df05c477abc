//! The journal: boots and their entries, of which old ones are vacuumed and the last ones lost with the power; and a reader
//! that keeps the promises of the real one.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use sftp_monitor::directory::Directory;
use sftp_monitor::entry::{Boot, Entry, Origin, Record};
use sftp_monitor::reader::Batch;
use sftp_monitor::source::{JournalPosition, Position, Remark, hash};
use sftp_monitor::time::Time;

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
pub(crate) struct Reader {
    next: usize,
    position: Option<JournalPosition>,
    remarks: Vec<Remark>,
    pub(crate) asked: Vec<String>,
}

impl Reader {
    /// Goes on behind a position; what is no longer there is a gap.
    pub(crate) fn open(journal: &Journal, position: Option<JournalPosition>) -> Self {
        let mut reader = Reader {
            next: journal.behind(position.as_ref()),
            position,
            remarks: Vec::new(),
            asked: Vec::new(),
        };
        reader.look(journal);
        reader
    }

    /// Passes over what is gone, and says so.
    fn look(&mut self, journal: &Journal) {
        let entries = journal.entries.borrow();
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

    pub(crate) fn at_end(&self, journal: &Journal) -> bool {
        self.next == journal.entries.borrow().len()
    }

    /// Reads so many entries at most; none where there is nothing new.
    pub(crate) fn read(
        &mut self,
        journal: &Journal,
        most: usize,
        directory: &mut dyn Directory,
    ) -> Batch {
        if self.next < journal.entries.borrow().len() {
            self.look(journal);
        }
        let begins = self.position.clone().map(Position::Journal);
        let entries = journal.entries.borrow();
        let mut batch = Batch {
            begins,
            ..Batch::default()
        };
        let end = entries.len().min(self.next + most);
        for entry in &entries[self.next..end] {
            if !entry.fate.is_there() {
                break;
            }
            batch.records.extend(record(entry, directory));
            batch.until = Some(entry.realtime);
            self.next += 1;
        }
        batch.caught_up = self.next == entries.len();
        drop(entries);
        if self.next > 0 {
            self.position = Some(journal.position(self.next - 1));
        }
        batch.position = self.position.clone().map(Position::Journal);
        batch.remarks = std::mem::take(&mut self.remarks);
        self.asked.retain(|user| {
            use sftp_monitor::directory::Answer;
            match directory.account(user.as_bytes()) {
                Answer::Unknown => true,
                answer => {
                    batch.answers.push((user.clone(), answer));
                    false
                }
            }
        });
        batch
    }
}

fn record(entry: &Written, directory: &mut dyn Directory) -> Option<Record<'static>> {
    let origin = Origin {
        time: entry.realtime,
        boot: Boot(entry.boot + 1),
        host: Cow::Borrowed(b"sftp1"),
        identifier: Cow::Borrowed(entry.identifier.as_bytes()),
        pid: entry.pid,
        uid: Some(entry.uid),
        session: None,
        past: false,
        no_envelope: false,
    };
    let entry = Entry {
        origin,
        message: entry.message.as_bytes(),
        ..Entry::default()
    };
    Record::of(entry, directory).map(Record::into_owned)
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
