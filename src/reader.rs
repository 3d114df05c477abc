//! The reading thread: all that blocks. It reads the source, asks the user database, and hands batches to the loop.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc::Sender;

use crate::directory::{Answer, Directory};
use crate::entry::Record;
use crate::log::{Priority, line};
use crate::source::{Position, Remark, Source};
use crate::time::Time;

/// How many entries one batch, and so one commit, takes at most.
const BATCH: usize = 5_000;

/// How long one batch is gathered at most.
const GATHERED: Duration = Duration::from_secs(1);

/// How many entries are read between two looks at the clock.
const SLICE: usize = 500;

/// How long the thread waits for the source while nothing else is to be done.
const IDLE: Duration = Duration::from_secs(10);

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
}

/// What the loop wants of the thread.
pub enum Order {
    /// Ask this user database from here on.
    Directory(Box<dyn Directory + Send>),
    /// Ask the user database for these accounts until it answers.
    Ask(Vec<String>),
    /// Go on behind this position.
    Seek(Position),
}

/// When the source was last read without an error: the loop feeds the watchdog by it.
#[derive(Clone, Debug, Default)]
pub struct LastRead(Arc<AtomicI64>);

impl LastRead {
    fn note(&self) {
        self.0
            .store(Time::from(SystemTime::now()).0, Ordering::Relaxed);
    }

    /// The time.
    pub fn time(&self) -> Time {
        Time(self.0.load(Ordering::Relaxed))
    }
}

/// The thread's work: it ends when the loop has dropped its end of the channel.
pub fn follow(
    mut source: Source,
    mut begins: Option<Position>,
    mut directory: Box<dyn Directory + Send>,
    orders: &Receiver<Order>,
    batches: &Sender<Batch>,
    last_read: &LastRead,
) {
    let mut asked: VecDeque<String> = VecDeque::new();
    let mut was_caught_up = false;
    let mut failing: Option<Duration> = None;
    loop {
        let Ok(seek) = take_orders(orders, &mut directory, &mut asked) else {
            return;
        };
        if let Some(position) = seek {
            match source.again(&position) {
                Ok(again) => source = again,
                Err(error) => line(Priority::Error, &format!("{error:#}")),
            }
            begins = Some(position);
        }
        let mut batch = Batch {
            begins: begins.clone(),
            ..Batch::default()
        };
        let failed = gather(&mut source, directory.as_mut(), &mut batch).err();
        match &failed {
            Some(error) => {
                // What was read before the error goes on its way: the source stands behind it.
                batch.trouble = failing.is_none().then(|| format!("{error:#}"));
                batch.caught_up = false;
            }
            None => {
                last_read.note();
                batch.answers = answers(&mut asked, directory.as_mut());
            }
        }
        let caught_up = batch.caught_up;
        let news = !batch.records.is_empty()
            || !batch.answers.is_empty()
            || !batch.remarks.is_empty()
            || batch.trouble.is_some()
            || batch.position != begins
            || (caught_up && !was_caught_up)
            || (failed.is_none() && failing.is_some());
        if news {
            begins.clone_from(&batch.position);
            was_caught_up = caught_up;
            if batches.blocking_send(batch).is_err() {
                return;
            }
        }
        failing = failed.map(|_| failing.map_or(BACK_OFF, |pause| (pause * 2).min(BACK_OFF_MOST)));
        if let Some(pause) = failing {
            std::thread::sleep(pause);
        }
        if caught_up {
            let wait = if asked.is_empty() { IDLE } else { ASKING };
            if source.wait(wait).is_err() {
                std::thread::sleep(BACK_OFF);
            }
        }
        if batches.is_closed() {
            return;
        }
    }
}

/// The loop has dropped its end of the channel.
struct Over;

/// Takes what the loop has ordered. Returns behind which position to go on, where it said so.
fn take_orders(
    orders: &Receiver<Order>,
    directory: &mut Box<dyn Directory + Send>,
    asked: &mut VecDeque<String>,
) -> Result<Option<Position>, Over> {
    let mut seek = None;
    loop {
        match orders.try_recv() {
            Ok(Order::Directory(other)) => *directory = other,
            Ok(Order::Ask(users)) => *asked = users.into(),
            Ok(Order::Seek(position)) => seek = Some(position),
            Err(TryRecvError::Empty) => return Ok(seek),
            Err(TryRecvError::Disconnected) => return Err(Over),
        }
    }
}

/// Reads until the batch is full, the time is up, or the present is reached.
fn gather(
    source: &mut Source,
    directory: &mut dyn Directory,
    batch: &mut Batch,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut entries = 0;
    let result = loop {
        let progress = source.read(SLICE, &mut |entry| {
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
                if progress.at_end || entries >= BATCH || begun.elapsed() >= GATHERED {
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
