//! The reading thread, which does all blocking work: it reads the source, asks the user database, and sends batches to the
//! loop.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use crate::adapters::last_read::LastRead;
use crate::adapters::look_back::LookingBack;
use crate::adapters::source::{Entries, Remark, Source};
use crate::domain::base::position::Position;
use crate::domain::base::time::Time;
use crate::domain::directory::{Answer, Directory, Unseen};
use crate::domain::expiry::Expiry;
use crate::domain::record::Record;
use crate::domain::rules::{LookBack, LookedBack};

/// The most entries of one batch, and so of one commit.
const BATCH: usize = 5_000;

/// How long one batch is gathered at most.
const GATHERED: Duration = Duration::from_secs(1);

/// Entries that are read between two looks at the clock.
const SLICE: usize = 500;

/// How long the thread waits for the source while there is no other work. A reload can take as long, because the thread looks
/// for orders of the loop only after this wait.
const IDLE: Duration = Duration::from_secs(2);

/// How long the thread waits if an answer of the user database is outstanding, so that it asks again soon.
const ASKING: Duration = Duration::from_secs(1);

/// The pause after an error of the source; it doubles up to `BACK_OFF_MOST`.
const BACK_OFF: Duration = Duration::from_millis(200);

/// The longest pause between two tries to read a source that fails.
const BACK_OFF_MOST: Duration = Duration::from_secs(10);

/// The result of one turn of reading.
#[derive(Debug, Default)]
pub struct Batch {
    /// The records of the entries that were understood.
    pub records: Vec<Record<'static>>,
    /// The user database's answers to the loop's questions.
    pub answers: Vec<(String, Answer)>,
    /// All partners, if there is news of them and the configuration names some by a pattern.
    pub partners: Option<Vec<String>>,
    /// The partners whose files cannot be seen.
    pub unseen: Vec<Unseen>,
    /// When the partners' accounts, passwords and certificates expire, if this is to be judged now.
    pub expiries: Vec<Expiry>,
    /// The position before the batch. `None` if reading started without a position, or if nothing was read at all.
    pub begins: Option<Position>,
    /// The position after the batch.
    pub position: Option<Position>,
    /// The time of the last record.
    pub until: Option<Time>,
    /// Reading reached the present.
    pub caught_up: bool,
    /// The remarks of the source.
    pub remarks: Vec<Remark>,
    /// The error of the source, if it fails. It is reported once per episode; the position does not move.
    pub trouble: Option<String>,
    /// What new expectations had received before this batch.
    pub looked_back: Option<LookedBack>,
    /// The number of the last [`Order::Seek`] that was done before this batch.
    pub sought: u64,
    /// The number of the last [`Order::Directory`] that was done before this batch.
    pub directory: u64,
}

/// Makes the user database that is used from now on. It may be slow: it runs on the thread.
pub type MakeDirectory = Box<dyn FnOnce() -> Box<dyn Directory + Send> + Send>;

/// An order of the loop to the thread. Orders of each kind are numbered, so that a batch can name those that were done before
/// it.
pub enum Order {
    /// Use this user database from now on.
    Directory(u64, MakeDirectory),
    /// Ask the user database for these accounts until it answers.
    Ask(Vec<String>),
    /// Continue after this position.
    Seek(u64, Position),
    /// Read what new expectations have received already. It replaces an earlier order of this kind.
    LookBack(Box<LookBack>),
}

/// The state of reading and the orders to it: everything of the thread but waiting.
pub struct Reading<S> {
    source: S,
    /// The position at which the next batch begins.
    begins: Option<Position>,
    /// The position to continue at. It stays until the source could be opened there; nothing is read meanwhile.
    seeking: Option<(u64, Position)>,
    sought: u64,
    directory: u64,
    asked: VecDeque<String>,
    looking_back: Option<LookingBack<S>>,
    partners: Vec<String>,
    reported: Reported,
}

/// What the last batch reported, so that it is reported only once.
#[derive(Default)]
struct Reported {
    caught_up: bool,
    failing: bool,
    directory: u64,
}

/// The result of one turn.
pub struct ReadTurn {
    /// The batch for the loop, if there is news.
    pub batch: Option<Batch>,
    /// The source could not be read.
    pub failed: bool,
    /// There is nothing more to read for now.
    pub caught_up: bool,
}

impl<S: Entries> Reading<S> {
    /// Reads this source, which was opened after this position.
    pub fn new(source: S, begins: Option<Position>) -> Self {
        Reading {
            source,
            begins,
            seeking: None,
            sought: 0,
            directory: 0,
            asked: VecDeque::new(),
            looking_back: None,
            partners: Vec::new(),
            reported: Reported::default(),
        }
    }

    /// The source that is read.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Takes an order. Returns the maker of a new user database for the next turns, if the order sets one.
    pub fn obey(&mut self, order: Order) -> Option<MakeDirectory> {
        match order {
            Order::Directory(number, make) => {
                self.directory = number;
                self.partners.clear();
                return Some(make);
            }
            Order::Ask(users) => self.asked = users.into(),
            Order::Seek(number, position) => self.seeking = Some((number, position)),
            Order::LookBack(look_back) => {
                self.looking_back = Some(LookingBack::new(*look_back));
            }
        }
        None
    }

    /// Reads at most this many entries, within the time of a batch, and asks the user database for outstanding answers.
    pub fn turn(&mut self, directory: &mut dyn Directory, most: usize) -> ReadTurn {
        let mut batch = Batch::default();
        let mut read = self.go_there();
        if read.is_ok() {
            // Without a position reading is still in the past, unless the log is empty.
            if self.begins.is_some() || self.reported.caught_up {
                let stands = (&self.source, self.begins.as_ref());
                batch.looked_back = LookingBack::step(&mut self.looking_back, directory, stands);
            }
            batch.begins.clone_from(&self.begins);
            read = gather(&mut self.source, directory, &mut batch, most);
            self.begins.clone_from(&batch.position);
        }
        batch.sought = self.sought;
        batch.directory = self.directory;
        match &read {
            Ok(()) => {
                batch.answers = answers(&mut self.asked, directory);
                batch.partners = directory.partners().filter(|all| *all != self.partners);
                batch.unseen = directory.unseen().unwrap_or_default();
                batch.expiries = directory.expiries().unwrap_or_default();
            }
            // Entries that were read before the error are sent on: the source stands after them.
            Err(error) => {
                batch.trouble = (!self.reported.failing).then(|| format!("{error:#}"));
                batch.caught_up = false;
            }
        }
        let (failed, caught_up) = (read.is_err(), batch.caught_up);
        let news = !batch.records.is_empty()
            || !batch.answers.is_empty()
            || !batch.unseen.is_empty()
            || !batch.expiries.is_empty()
            || !batch.remarks.is_empty()
            || batch.looked_back.is_some()
            || batch.partners.is_some()
            || batch.position != batch.begins
            || (caught_up && !self.reported.caught_up)
            || failed != self.reported.failing
            || batch.directory != self.reported.directory;
        if news {
            self.reported.caught_up = caught_up;
            self.reported.directory = batch.directory;
        }
        if let Some(partners) = &batch.partners {
            self.partners.clone_from(partners);
        }
        self.reported.failing = failed;
        ReadTurn {
            batch: news.then_some(batch),
            failed,
            caught_up,
        }
    }

    /// Moves to the position that the loop ordered. If the source cannot be opened there, the next turn tries again: the
    /// entries in between must not be skipped.
    fn go_there(&mut self) -> anyhow::Result<()> {
        if let Some((number, position)) = &self.seeking {
            self.source = self.source.again(position)?;
            self.begins = Some(position.clone());
            self.sought = *number;
            self.seeking = None;
        }
        Ok(())
    }
}

/// The work of the thread, the only one of the process that has a journal open. It ends when the loop has dropped its end of the channel.
#[expect(unsafe_code, reason = "to give memory of libsystemd back")]
pub fn follow(
    mut reading: Reading<Source>,
    mut directory: Box<dyn Directory + Send>,
    orders: &Receiver<Order>,
    batches: &Sender<Batch>,
    last_read: &LastRead,
) {
    let mut pause = BACK_OFF;
    while !batches.is_closed() {
        loop {
            match orders.try_recv() {
                Ok(order) => {
                    if let Some(make) = reading.obey(order) {
                        directory = make();
                    }
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        let turn = reading.turn(directory.as_mut(), BATCH);
        if !turn.failed {
            last_read.note();
        }
        if turn
            .batch
            .is_some_and(|batch| batches.blocking_send(batch).is_err())
        {
            return;
        }
        if turn.failed {
            std::thread::sleep(pause);
            pause = (pause * 2).min(BACK_OFF_MOST);
            continue;
        }
        pause = BACK_OFF;
        if turn.caught_up && reading.looking_back.is_none() {
            let wait = if reading.asked.is_empty() {
                IDLE
            } else {
                ASKING
            };
            if let Source::Journal(journal) = &mut reading.source {
                // SAFETY: of this process, only this thread has a journal open.
                unsafe { journal.give_back() };
            }
            if reading.source.wait(wait).is_err() {
                std::thread::sleep(BACK_OFF);
            }
        }
    }
}

/// Reads until the batch is full, the time is up, or the present is reached.
fn gather(
    source: &mut impl Entries,
    directory: &mut dyn Directory,
    batch: &mut Batch,
    most: usize,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut entries = 0;
    let result = loop {
        let progress = source.read(SLICE.min(most - entries), &mut |entry| {
            if let Some(record) = Record::of(entry.clone(), directory) {
                batch.until = Some(record.origin.time);
                batch.records.push(record.into_owned());
            }
        });
        match progress {
            Err(error) => break Err(error),
            Ok(progress) => {
                entries += progress.entries;
                batch.caught_up = progress.at_end;
                if progress.at_end || entries >= most || begun.elapsed() >= GATHERED {
                    break Ok(());
                }
            }
        }
    };
    batch.position = source.position();
    batch.remarks = source.remarks();
    result
}

/// Asks the user database for outstanding answers. Those that are still missing are asked for again at the next turn.
fn answers(asked: &mut VecDeque<String>, directory: &mut dyn Directory) -> Vec<(String, Answer)> {
    let mut answers = Vec::new();
    for _ in 0..asked.len() {
        let Some(user) = asked.pop_front() else { break };
        match directory.account(user.as_bytes()) {
            Answer::Unknown => asked.push_back(user),
            answer => answers.push((user, answer)),
        }
    }
    answers
}
