//! Detects new boots, boots with new entries after reading left them, replaced directories and persistent errors.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use systemd::id128::Id128;

use super::access::{Readable, readable};
use super::handle::{self, Roots};
use super::start::{From, Leg, Plan};
use super::{JournalReader, SeveralMachines, boots};
use crate::adapters::source::journal::reader::Left;
use crate::adapters::source::{Remark, Start};
use crate::domain::base::position::JournalPosition;

/// The shortest time between two searches for boots, while entries of other programs come in.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The pause is also this many times as long as a search takes: many files make it slow.
const LOOK_SHARE: u32 = 100;

/// How often the position moves on without an entry of our programs: otherwise its entry could be vacuumed away although no
/// entry was missed.
const TAIL_EVERY: Duration = Duration::from_secs(3600);

/// The most earlier boots in a position. Only boots that are no longer in the journal are dropped.
const EARLIER_BOOTS: usize = 1000;

impl JournalReader {
    /// Sets where reading starts, as if nothing had been read before.
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

    /// Opens the journal again at the same place.
    pub(super) fn reopen(&mut self, why: Option<String>) -> anyhow::Result<()> {
        self.trouble.why = why.or(self.trouble.why.take());
        self.trouble.lost = true;
        // sd_journal_open(3) succeeds without any file, and nothing would be read then.
        match readable() {
            Readable::Yes => {}
            _ if self.directory.is_some() => {}
            Readable::NoJournal(why) => bail!("{why}"),
            Readable::NoPermission { group } => bail!("the journal may be read by {group} only"),
        }
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

    /// Stops reading the present boot and puts it back into the plan, to continue after the entries that were read of it.
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

    /// Stops reading the present boot.
    pub(super) fn leave(&mut self) {
        if let Some(reading) = self.reading.take() {
            self.put_away(reading.leg.boot, Some(reading.read));
        }
    }

    /// Notes that a boot was read up to this time since boot; `None` means up to its present end.
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

    /// Chooses what to do at the end of a boot; false at the end of the journal.
    pub(super) fn go_on(&mut self) -> anyhow::Result<bool> {
        if !self.legs.is_empty() {
            self.leave();
            return Ok(true);
        }
        self.told |= self.planned;
        if let Some(path) = self.roots.changed() {
            let why = format!("{} was replaced by another directory", path.display());
            self.reopen(Some(why))?;
            return Ok(true);
        }
        self.look()
    }

    /// Looks for new boots to read. Whether there are any.
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

    /// While the machine runs, its own journal gets no other boot. If /proc/sys is hidden, the present boot is unknown.
    fn in_present_boot(&self) -> bool {
        let reading = self.reading.as_ref().map(|reading| reading.leg.boot);
        self.directory.is_none() && reading.is_some() && reading == Id128::from_boot().ok()
    }

    /// The legs to add.
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
                    .context("looking for the position in the journal")?,
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

    /// Legs for boots that got new entries after reading left them.
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

    /// Legs for new boots.
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

    /// Finds out whose journal it is if a directory was named, and refuses journals of several machines. If the position is
    /// of another machine's journal (this machine may be its clone), only the position's time is used.
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
            "the position is in the journal of machine {}, but this is machine {}: reading its later entries",
            position.machine, self.machine
        )));
        self.start_at(start);
        Ok(())
    }
}
