//! Converts a start into legs, one for each boot that must be read.

use std::time::{Duration, SystemTime};

use systemd::id128::Id128;
use systemd::journal::Journal;

use super::boots;
use super::handle::match_boot;
use crate::adapters::source::{Remark, Start};
use crate::domain::base::position::JournalPosition;
use crate::domain::base::time::Time;

/// A boot that is read to its end.
pub(super) struct Leg {
    pub(super) boot: Id128,
    pub(super) from: From,
    pub(super) past: PastUntil,
}

impl Leg {
    /// A leg without past entries.
    pub(super) fn new(boot: Id128, from: From) -> Self {
        Leg {
            boot,
            from,
            past: PastUntil::Nothing,
        }
    }
}

/// Where in its boot a leg begins. Uses only times since boot, because they do not depend on a clock that is set.
#[derive(Clone)]
pub(super) enum From {
    /// At the boot's first entry.
    Head,
    /// At the first entry at or after this time since boot.
    Monotonic(u64),
    /// After the entry of this position, if it is still there.
    Behind(JournalPosition),
}

/// Which entries of a leg are past.
#[derive(Clone, Copy)]
pub(super) enum PastUntil {
    /// No entries.
    Nothing,
    /// Entries up to this time since boot.
    Monotonic(u64),
    /// Entries up to this time.
    Time(Time),
}

impl PastUntil {
    /// Whether an entry is past.
    pub(super) fn holds(self, monotonic: u64, realtime: Time) -> bool {
        match self {
            PastUntil::Nothing => false,
            PastUntil::Monotonic(end) => monotonic <= end,
            PastUntil::Time(end) => realtime <= end,
        }
    }
}

/// The boots to read and those to skip.
#[derive(Default)]
pub(super) struct Plan {
    /// The boots to read, in order. The last one is followed.
    pub(super) legs: Vec<Leg>,
    /// The boots before the start.
    pub(super) left: Vec<Id128>,
    /// A gap, if there is one.
    pub(super) remark: Option<Remark>,
}

impl Plan {
    /// The plan for the boots that a journal holds when reading starts, without those that were read before.
    pub(super) fn of(
        journal: &mut Journal,
        start: &Start<JournalPosition>,
        boots: Vec<Id128>,
    ) -> systemd::Result<Plan> {
        match start {
            Start::Beginning => Plan::whole(journal, boots),
            Start::At(position) => Plan::behind(journal, position, boots),
            Start::Now { look_back } => {
                let now = Time::from(SystemTime::now());
                let mut plan = Plan::since(journal, now, *look_back, boots)?;
                for leg in &mut plan.legs {
                    // All present entries are past, whatever their clock says.
                    leg.past = PastUntil::Monotonic(boots::end(journal, leg.boot).unwrap_or(0));
                }
                Ok(plan)
            }
            Start::After { time, look_back } => Plan::since(journal, *time, *look_back, boots),
        }
    }

    /// The plan for boots that appear later.
    pub(super) fn of_new(
        journal: &mut Journal,
        start: &Start<JournalPosition>,
        boots: Vec<Id128>,
    ) -> systemd::Result<Plan> {
        match start {
            Start::After { time, look_back } => Plan::since(journal, *time, *look_back, boots),
            Start::Beginning | Start::At(_) | Start::Now { .. } => Plan::whole(journal, boots),
        }
    }

    /// Reads each boot from its first entry.
    fn whole(journal: &mut Journal, boots: Vec<Id128>) -> systemd::Result<Plan> {
        let boots = boots::sort(journal, boots)?.into_iter();
        Ok(Plan {
            legs: boots.map(|boot| Leg::new(boot, From::Head)).collect(),
            ..Plan::default()
        })
    }

    /// Reads entries later than `time`; entries up to `look_back` before it are past.
    fn since(
        journal: &mut Journal,
        time: Time,
        look_back: Duration,
        boots: Vec<Id128>,
    ) -> systemd::Result<Plan> {
        let mut plan = Plan::default();
        let boots = boots::sort(journal, boots)?;
        let last = boots.last().copied();
        let earliest = u64::try_from(time.minus(look_back).0).unwrap_or(0);
        for boot in boots {
            match_boot(journal, boot)?;
            journal.seek_realtime_usec(earliest)?;
            let from = if journal.next()? > 0 {
                From::Monotonic(journal.monotonic_timestamp()?.0)
            } else if Some(boot) == last {
                From::Monotonic(boots::end(journal, boot).map_or(0, |end| end.saturating_add(1)))
            } else {
                plan.left.push(boot);
                continue;
            };
            plan.legs.push(Leg {
                boot,
                from,
                past: PastUntil::Time(time),
            });
        }
        Ok(plan)
    }

    /// Reads the rest of the position's boot, then the other boots, which were not read before.
    fn behind(
        journal: &mut Journal,
        position: &JournalPosition,
        boots: Vec<Id128>,
    ) -> systemd::Result<Plan> {
        let (own, new): (Vec<_>, Vec<_>) = boots
            .into_iter()
            .partition(|boot| boot.to_string() == position.boot);
        let mut plan = Plan::whole(journal, new)?;
        let mut survivor = None;
        if let Some(&boot) = own.first() {
            let leg = Leg::new(boot, From::Behind(position.clone()));
            plan.legs.insert(0, leg);
            if boots::find(journal, boot, position)?.is_some() {
                return Ok(plan);
            }
            survivor = boots::first_from(journal, boot, position.monotonic)?;
        }
        let next = plan.legs.iter().find(|leg| !own.contains(&leg.boot));
        if let (None, Some(next)) = (survivor, next) {
            survivor = boots::first_from(journal, next.boot, 0)?;
        }
        plan.remark = Some(Remark::Gap {
            from: position.realtime,
            to: survivor.unwrap_or_else(|| Time::from(SystemTime::now())),
            why: "the entry that was read last is no longer in the journal".into(),
        });
        Ok(plan)
    }
}
