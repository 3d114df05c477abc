//! The reading thread: all that blocks. It reads the source, asks the user database, and hands batches to the loop.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use crate::adapters::source::{Entries, Remark, Source};
use crate::domain::base::position::Position;
use crate::domain::base::time::Time;
use crate::domain::directory::{Answer, Directory, Unseen};
use crate::domain::record::Record;

/// How many entries one batch, and so one commit, takes at most.
const BATCH: usize = 5_000;

/// How long one batch is gathered at most.
const GATHERED: Duration = Duration::from_secs(1);

/// How many entries are read between two looks at the clock.
const SLICE: usize = 500;

/// How long the thread waits for the source while nothing else is to be done. A reload waits as long: only then does the
/// thread look what the loop wants of it.
const IDLE: Duration = Duration::from_secs(2);

/// How long it waits while the user database owes an answer, so that it is asked again soon.
const ASKING: Duration = Duration::from_secs(1);

/// The pause after an error of the source; doubled up to `BACK_OFF_MOST`.
const BACK_OFF: Duration = Duration::from_millis(200);

/// The longest pause between two tries to read a source that fails.
const BACK_OFF_MOST: Duration = Duration::from_secs(10);

/// What was read at one go.
#[derive(Debug, Default)]
pub struct Batch {
    /// What was understood of it.
    pub records: Vec<Record<'static>>,
    /// What the user database said to questions of the loop.
    pub answers: Vec<(String, Answer)>,
    /// Whose files cannot be seen.
    pub unseen: Vec<Unseen>,
    /// The position before it; none where reading started from no position, or nothing was read at all.
    pub begins: Option<Position>,
    /// The position behind it.
    pub position: Option<Position>,
    /// The time of the last record.
    pub until: Option<Time>,
    /// The present was reached.
    pub caught_up: bool,
    /// What the source says about itself.
    pub remarks: Vec<Remark>,
    /// The source fails: why. Said once an episode; the position stands where it stood.
    pub trouble: Option<String>,
    /// The number of the last [`Order::Seek`] that was obeyed before it was read.
    pub sought: u64,
    /// The number of the last [`Order::Directory`] that was obeyed before it was read.
    pub directory: u64,
}

/// Makes the user database that is asked from here on. It may take its time: the thread calls it.
pub type MakeDirectory = Box<dyn FnOnce() -> Box<dyn Directory + Send> + Send>;

/// What the loop wants of the thread. Orders of a kind are numbered, so that a batch can say which were obeyed before it.
pub enum Order {
    /// Ask this user database from here on.
    Directory(u64, MakeDirectory),
    /// Ask the user database for these accounts until it answers.
    Ask(Vec<String>),
    /// Go on behind this position.
    Seek(u64, Position),
}

/// When the source was last read without an error: the loop feeds the watchdog by it. Nobody can set the clock that it
/// goes by.
#[derive(Clone, Debug)]
pub struct LastRead {
    begun: Instant,
    /// How many milliseconds later.
    after: Arc<AtomicU64>,
}

impl LastRead {
    /// Reading begins.
    pub fn begin() -> Self {
        LastRead {
            begun: Instant::now(),
            after: Arc::default(),
        }
    }

    fn note(&self) {
        let after = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.after.store(after, Ordering::Relaxed);
    }

    /// How long ago.
    pub fn ago(&self) -> Duration {
        let after = Duration::from_millis(self.after.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(after)
    }
}

/// How far reading is, and what it was ordered to do: all of the thread but waiting.
pub struct Reading<S> {
    source: S,
    /// Where the next batch begins.
    begins: Option<Position>,
    /// Where to go on instead, until the source could be opened there: nothing is read meanwhile.
    seeking: Option<(u64, Position)>,
    sought: u64,
    directory: u64,
    asked: VecDeque<String>,
    reported: Reported,
}

/// What the last batch reported, so that it is reported once.
#[derive(Default)]
struct Reported {
    caught_up: bool,
    failing: bool,
    directory: u64,
}

/// What one turn brought.
pub struct Turn {
    /// What the loop is to know.
    pub batch: Option<Batch>,
    /// The source could not be read.
    pub failed: bool,
    /// There is nothing more to read for now.
    pub caught_up: bool,
}

impl<S: Entries> Reading<S> {
    /// Reads this source, which was opened behind this position.
    pub fn new(source: S, begins: Option<Position>) -> Self {
        Reading {
            source,
            begins,
            seeking: None,
            sought: 0,
            directory: 0,
            asked: VecDeque::new(),
            reported: Reported::default(),
        }
    }

    /// What is read.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Takes an order; returns what makes the user database of the next turns, where there is to be another.
    pub fn obey(&mut self, order: Order) -> Option<MakeDirectory> {
        match order {
            Order::Directory(number, make) => {
                self.directory = number;
                return Some(make);
            }
            Order::Ask(users) => self.asked = users.into(),
            Order::Seek(number, position) => self.seeking = Some((number, position)),
        }
        None
    }

    /// Reads so many entries at most, for so long at most, and asks the user database what it owes.
    pub fn turn(&mut self, directory: &mut dyn Directory, most: usize) -> Turn {
        let mut batch = Batch::default();
        let mut read = self.go_there();
        if read.is_ok() {
            batch.begins.clone_from(&self.begins);
            read = gather(&mut self.source, directory, &mut batch, most);
            self.begins.clone_from(&batch.position);
        }
        batch.sought = self.sought;
        batch.directory = self.directory;
        match &read {
            Ok(()) => {
                batch.answers = answers(&mut self.asked, directory);
                batch.unseen = directory.unseen().unwrap_or_default();
            }
            // What was read before the error goes on its way: the source stands behind it.
            Err(error) => {
                batch.trouble = (!self.reported.failing).then(|| format!("{error:#}"));
                batch.caught_up = false;
            }
        }
        let (failed, caught_up) = (read.is_err(), batch.caught_up);
        let news = !batch.records.is_empty()
            || !batch.answers.is_empty()
            || !batch.unseen.is_empty()
            || !batch.remarks.is_empty()
            || batch.position != batch.begins
            || (caught_up && !self.reported.caught_up)
            || failed != self.reported.failing
            || batch.directory != self.reported.directory;
        if news {
            self.reported.caught_up = caught_up;
            self.reported.directory = batch.directory;
        }
        self.reported.failing = failed;
        Turn {
            batch: news.then_some(batch),
            failed,
            caught_up,
        }
    }

    /// Goes where the loop wants reading to go on. Where the source cannot be opened there, that is tried again at the next
    /// turn: what lies between must not be passed over.
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

/// The thread's work: it ends when the loop has dropped its end of the channel.
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
        if turn.caught_up {
            let wait = if reading.asked.is_empty() {
                IDLE
            } else {
                ASKING
            };
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

/// Asks the user database again what it owed. What it still owes is asked at the next turn.
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
