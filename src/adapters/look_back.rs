//! Reads the log once more from a window's start up to where reading stands, a little at a time, for new expectations.

use std::time::{Duration, Instant};

use crate::adapters::log::{Priority, line};
use crate::adapters::source::Entries;
use crate::domain::base::position::Position;
use crate::domain::base::time::Time;
use crate::domain::directory::Directory;
use crate::domain::rules::{LookBack, LookedBack};

/// How long one step reads, so that new entries do not wait.
const STEP: Duration = Duration::from_millis(500);

/// Entries that are read between two looks at the clock.
const SLICE: usize = 500;

/// The most entries that are read: weeks of a busy server.
const MOST: usize = 5_000_000;

/// After so many errors in a row the log counts as unreadable.
const ERRORS: u32 = 10;

/// A look back that is under way.
pub(super) struct LookingBack<S> {
    look_back: LookBack,
    /// The source, opened a second time.
    source: Option<S>,
    entries: usize,
    errors: u32,
}

impl<S: Entries> LookingBack<S> {
    pub(super) fn new(look_back: LookBack) -> Self {
        LookingBack {
            look_back,
            source: None,
            entries: 0,
            errors: 0,
        }
    }

    /// Reads for a while, if a look back is under way. Returns what was found once it has come to `until`, where reading
    /// stands.
    pub(super) fn step(
        under_way: &mut Option<Self>,
        directory: &mut dyn Directory,
        (source, until): (&S, Option<&Position>),
    ) -> Option<LookedBack> {
        let mut own = under_way.take()?;
        let whole = match own.read(directory, source, until.map(time)) {
            Ok(None) => {
                own.errors = 0;
                *under_way = Some(own);
                return None;
            }
            Ok(Some(whole)) => whole,
            Err(_) if own.errors < ERRORS => {
                own.errors += 1;
                *under_way = Some(own);
                return None;
            }
            Err(error) => {
                let said = format!("cannot look back for new expectations: {error:#}");
                line(Priority::Warning, &said);
                false
            }
        };
        Some(own.look_back.end(whole))
    }

    /// Reads for a while. Returns at the end whether all entries up to this time were taken in.
    fn read(
        &mut self,
        directory: &mut dyn Directory,
        source: &S,
        until: Option<Time>,
    ) -> anyhow::Result<Option<bool>> {
        // An entry at the window's start itself belongs to it.
        let before = Time(self.look_back.since().0.saturating_sub(1));
        let own = match &mut self.source {
            Some(own) => own,
            none => none.insert(source.since(before)?),
        };
        let begun = Instant::now();
        while begun.elapsed() < STEP {
            let (look_back, mut over) = (&mut self.look_back, false);
            let progress = own.read(SLICE, &mut |entry| {
                over |= until.is_some_and(|until| entry.origin.time > until);
                if !over {
                    look_back.take(entry.clone(), directory);
                }
            })?;
            self.entries += progress.entries;
            if over || progress.at_end || self.entries >= MOST {
                return Ok(Some(self.entries < MOST));
            }
        }
        Ok(None)
    }
}

/// The time of the last entry before a position.
fn time(position: &Position) -> Time {
    match position {
        Position::Journal(position) => position.realtime,
        Position::File(position) => position.time,
    }
}
