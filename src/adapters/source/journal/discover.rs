//! Detects new boots, boots with new entries after reading left them, replaced directories and persistent errors.

use std::time::{Duration, Instant};

use anyhow::Context;
use systemd::id128::Id128;

use super::handle::{self, Roots};
use super::start::{From, Leg, Plan};
use super::{JournalReader, SeveralMachines, boots};
use crate::adapters::source::journal::reader::Left;
use crate::adapters::source::{Remark, Start};
use crate::domain::base::position::JournalPosition;

/// Boots are looked for this often at most, while entries come in that are none of ours.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// And so much less often than it takes long: many files make it slow.
const LOOK_SHARE: u32 = 100;

/// How often the position moves on although no entry of ours came: the entry it names must not be vacuumed away while
/// nothing is missed.
const TAIL_EVERY: Duration = Duration::from_secs(3600);

/// How many earlier boots a position names. Only such that are no longer in the journal are dropped.
const EARLIER_BOOTS: usize = 1000;

impl JournalReader {
    /// Sets where reading starts, as if nothing was read before.
    pub(super) fn start_at(&mut self, start: Start<JournalPosition>) {
        self.told = false;
        self.position = None;
        self.earlier.clear();
        if let Start::At(position) = &start {
            self.told = true;
            self.earlier = position.boots.clone();
            self.position = Some(position.clone());
        }
        self.start = start;
        self.planned = false;
        self.reading = None;
        self.legs.clear();
        self.left.clear();
        self.unmarked = None;
        self.stirred = true;
    }

    /// Opens the journal anew, at the same place: neither at its head nor at its tail.
    pub(super) fn reopen(&mut self, why: Option<String>) -> anyhow::Result<()> {
        self.trouble.why = why.or(self.trouble.why.take());
        self.trouble.lost = true;
        let roots = Roots::of(self.directory.as_deref());
        self.journal = handle::open(self.directory.as_deref())?;
        self.roots = roots;
        self.trouble.lost = false;
        if let Some(why) = self.trouble.why.take().filter(|_| !self.trouble.said) {
            self.trouble.said = true;
            self.remarks.push(Remark::Reopened { why });
        }
        let start = match (self.position(), &self.start) {
            (Some(position), _) => Start::At(position),
            (None, Start::Now { look_back }) => Start::After {
                time: self.opened,
                look_back: *look_back,
            },
            (None, start) => start.clone(),
        };
        self.start_at(start);
        Ok(())
    }

    /// Goes back to before the boot being read: to be begun again behind what was read of it.
    pub(super) fn retrace(&mut self) {
        let Some(reading) = self.reading.take() else {
            return;
        };
        let mut leg = reading.leg;
        let own = leg.boot.to_string();
        if let Some(position) = self.position.clone().filter(|known| known.boot == own) {
            leg.from = From::Behind(position);
        }
        self.legs.push_front(leg);
    }

    /// Leaves the boot being read.
    pub(super) fn leave(&mut self) {
        if let Some(reading) = self.reading.take() {
            self.put_away(reading.leg.boot, Some(reading.read));
        }
    }

    /// Notes that a boot was read up to this time since boot; to its present end where none is given.
    fn put_away(&mut self, boot: Id128, read: Option<u64>) {
        let read = read
            .or_else(|| boots::end(&self.journal, boot))
            .unwrap_or(0);
        self.left.push(Left { boot, read });
        let boot = boots::short(boot);
        if !self.earlier.contains(&boot) {
            self.earlier.push(boot);
        }
        if self.earlier.len() > EARLIER_BOOTS {
            let there = |earlier: &String| {
                self.left
                    .iter()
                    .any(|left| boots::short(left.boot) == *earlier)
            };
            if let Some(gone) = self.earlier.iter().position(|earlier| !there(earlier)) {
                self.earlier.remove(gone);
            }
        }
    }

    /// What there is to do at the end of a boot; false at the end of all.
    pub(super) fn go_on(&mut self) -> anyhow::Result<bool> {
        if !self.legs.is_empty() {
            self.leave();
            return Ok(true);
        }
        self.told |= self.planned;
        if let Some(path) = self.roots.changed() {
            let why = format!("{} is not the directory that it was", path.display());
            self.reopen(Some(why))?;
            return Ok(true);
        }
        self.look()
    }

    /// Looks for what has come to be read, and says whether anything has.
    pub(super) fn look(&mut self) -> anyhow::Result<bool> {
        let began = Instant::now();
        if !self.stirred || (self.planned && began < self.next_look) {
            return Ok(false);
        }
        if self
            .reading
            .as_ref()
            .is_some_and(|reading| reading.began.elapsed() > TAIL_EVERY)
        {
            self.retrace();
        }
        if !self.in_present_boot() {
            let legs = self.new_legs()?;
            if !legs.is_empty() {
                self.retrace();
                self.legs.extend(legs);
            }
        }
        self.stirred = false;
        self.next_look = Instant::now() + LOOK_EVERY.max(began.elapsed() * LOOK_SHARE);
        Ok(!self.legs.is_empty())
    }

    /// The machine's own journal gets no other boot while it runs. (Where /proc/sys is hidden, nobody can tell.)
    fn in_present_boot(&self) -> bool {
        let reading = self.reading.as_ref().map(|reading| reading.leg.boot);
        self.directory.is_none() && reading.is_some() && reading == Id128::from_boot().ok()
    }

    /// The legs that are to be added.
    fn new_legs(&mut self) -> anyhow::Result<Vec<Leg>> {
        let (mut boots, undisturbed) =
            boots::list(&mut self.journal).context("listing the boots in the journal")?;
        if !undisturbed {
            self.retrace();
        }
        let unlisted = std::mem::take(&mut self.met);
        for boot in unlisted {
            if !boots.contains(&boot) {
                boots.push(boot);
            }
        }
        self.several_boots |= boots.len() > 1;
        let (read, mut new) = (self.earlier.clone(), Vec::new());
        let unknown: Vec<Id128> = boots
            .iter()
            .copied()
            .filter(|boot| !self.knows(*boot))
            .collect();
        for boot in unknown {
            match read.contains(&boots::short(boot)) {
                true => self.put_away(boot, None),
                false => new.push(boot),
            }
        }
        let mut legs = self.grown();
        if !new.is_empty() || (!self.planned && !boots.is_empty()) {
            self.check_machine()?;
            legs.extend(
                self.plan(new)
                    .context("looking for the place to read on from in the journal")?,
            );
        }
        Ok(legs)
    }

    fn knows(&self, boot: Id128) -> bool {
        self.reading
            .as_ref()
            .is_some_and(|reading| reading.leg.boot == boot)
            || self.legs.iter().any(|leg| leg.boot == boot)
            || self.left.iter().any(|left| left.boot == boot)
    }

    /// The legs for boots that were left too early.
    fn grown(&mut self) -> Vec<Leg> {
        let (grown, left) = std::mem::take(&mut self.left)
            .into_iter()
            .partition(|left: &Left| {
                boots::end(&self.journal, left.boot).is_some_and(|end| end > left.read)
            });
        self.left = left;
        let mut legs = Vec::new();
        for Left { boot, read } in grown {
            self.earlier
                .retain(|earlier| *earlier != boots::short(boot));
            legs.push(Leg::new(boot, From::Monotonic(read.saturating_add(1))));
        }
        legs
    }

    /// The legs for boots that are new.
    fn plan(&mut self, new: Vec<Id128>) -> systemd::Result<Vec<Leg>> {
        let plan = match self.planned {
            false => Plan::of(&mut self.journal, &self.start, new)?,
            true => Plan::of_new(&mut self.journal, &self.start, new)?,
        };
        self.planned = true;
        for boot in plan.left {
            self.put_away(boot, None);
        }
        self.remarks.extend(plan.remark);
        Ok(plan.legs)
    }

    /// Learns whose journal it is, where a directory was named, and refuses several machines' journals. A position in the
    /// journal of another machine (one that this was cloned from) tells up to when was read, no more.
    fn check_machine(&mut self) -> anyhow::Result<()> {
        if let Some(directory) = &self.directory {
            let (mut machines, _) = handle::values(&mut self.journal, "_MACHINE_ID");
            if machines.len() > 1 {
                machines.sort();
                return Err(SeveralMachines(directory.clone(), machines).into());
            }
            self.machine = machines.pop().unwrap_or_default();
        }
        let Start::At(position) = &self.start else {
            return Ok(());
        };
        let known = !position.machine.is_empty() && !self.machine.is_empty();
        if self.planned || !known || position.machine == self.machine {
            return Ok(());
        }
        let start = Start::After {
            time: position.realtime,
            look_back: Duration::ZERO,
        };
        self.remarks.push(Remark::Said(format!(
            "the position is in the journal of machine {}, this is {}: reading what is later",
            position.machine, self.machine
        )));
        self.start_at(start);
        Ok(())
    }
}
