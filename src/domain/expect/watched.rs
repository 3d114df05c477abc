//! Follows one expected feed: takes arrivals and the time, and detects when its day is complete, overdue or changed.

use std::time::Duration;

use chrono::NaiveDate;

use super::Expectation;
use super::calendar::{after, later};
use super::files::{KEEPS_NAME, is_same};
use crate::domain::alerts::{Change, File, Loss, Transfer};
use crate::domain::base::time::Time;
use crate::domain::expect::{Arrival, Complete, FeedDay, Missed, Overdue, Watched};
use crate::domain::state::Daily;

/// How long a changed file may take to arrive again before the change is reported: clients remove a file before they send it
/// again.
const AGAIN: Duration = Duration::from_secs(60);

/// How many names of a day are kept in addition to the expected ones: when a file is withdrawn, a spare one can replace it.
const SPARE: usize = 10;

impl Watched {
    /// Starts to watch now, if the log could not be read for earlier arrivals. The open window does not count if the partner
    /// may have sent files in it before.
    pub fn begin(expected: &Expectation, daily: &Daily, now: Time) -> Watched {
        let mut watched = Watched::since(expected, now);
        let open = Watched::open_window(expected, now);
        if let Some(date) = open.filter(|date| sent_unseen(expected, daily, *date)) {
            watched.from = after(date);
        }
        watched
    }

    /// Starts to watch now. Today's deadline counts only if it is in the future.
    pub fn since(expected: &Expectation, now: Time) -> Watched {
        let today = expected.date(now);
        let ahead = expected.deadline(today) > now;
        Watched {
            from: if ahead { today } else { after(today) },
            ..Watched::default()
        }
    }

    /// The day whose window is open now, and whose deadline lies ahead.
    pub fn open_window(expected: &Expectation, now: Time) -> Option<NaiveDate> {
        let begun = expected.schedule.begun(expected.date(now), now);
        begun.filter(|date| expected.deadline(*date) > now)
    }

    /// Notes an arrived file of the feed. Returns `Complete` if it was the last missing one.
    pub fn arrive(&mut self, expected: &Expectation, at: Time, file: &File) -> Option<Complete> {
        if self.last.as_ref().is_none_or(|last| last.at <= at) {
            self.last = Some(Arrival {
                at,
                file: file.clone(),
            });
        }
        self.open_passed(expected, |deadline| deadline < at);
        let waits = |day: &FeedDay| day.arrived.is_none() && at <= expected.deadline(day.date);
        if !self.day.as_ref().is_some_and(waits) {
            let begun = |next: &NaiveDate| expected.has_begun(*next, at);
            if let Some(next) = self.next(expected).filter(begun) {
                self.open(next);
            }
        }
        let day = self.day.as_mut()?;
        // A file of an earlier day, read late or renamed back, does not belong to this day.
        if !expected.has_begun(day.date, at) {
            return None;
        }
        if !expected.is_of(|| expected.dates(day.date), file) {
            return None;
        }
        if let Some(changed) = self.changed.take() {
            // The feed is complete again: it is the same file, or a replacement.
            let changed = changed.file.name_in_state();
            day.names.retain(|known| !is_same(known, &changed));
        }
        let most = expected.wanted.most_kept() + SPARE;
        if !day.put_in(expected, file, most) {
            return None;
        }
        if expected.wanted.may_be_odd() {
            let file = file.clone();
            self.recent.push(Arrival { at, file });
        }
        if day.arrived.is_some() || !day.is_complete(expected) {
            return None;
        }
        day.arrived = Some(at);
        Some(Complete {
            date: day.date,
            on_time: at <= expected.deadline(day.date),
            told: day.told,
            missed: self.missed.take(),
        })
    }

    /// Is a file of this name among the files of the latest opened day?
    pub fn has(&self, file: &File) -> bool {
        let name = file.name_in_state();
        let mut names = self.day.iter().flat_map(|day| &day.names);
        names.any(|known| is_same(known, &name))
    }

    /// Renames a file; both names match the feed.
    pub fn rename(&mut self, from: &File, to: &File) {
        let from = from.name_in_state();
        if let Some(day) = &mut self.day {
            if let Some(name) = day.names.iter_mut().find(|name| is_same(name, &from)) {
                let size = day.sizes.remove(name);
                *name = to.name_in_state();
                day.sizes.extend(size.map(|size| (name.clone(), size)));
            }
        }
        for arrival in self.last.iter_mut().chain(&mut self.recent) {
            if is_same(&arrival.file.name_in_state(), &from) {
                arrival.file = to.clone();
            }
        }
    }

    /// Removes a file from the feed. `undo` says whether a day that was complete with it may be opened again; if not, the
    /// loss is kept as a change to report.
    pub fn withdraw(
        &mut self,
        expected: &Expectation,
        (file, at, how): (&File, Time, Option<Loss>),
        undo: impl FnOnce(NaiveDate, Time) -> bool,
    ) {
        let Some(day) = &mut self.day else {
            return;
        };
        let name = file.name_in_state();
        let Some(place) = day.names.iter().position(|known| is_same(known, &name)) else {
            return;
        };
        if let Some(changed) = &self.changed {
            // A file that is already lost changes nothing more; only its first change is reported.
            if is_same(&changed.file.name_in_state(), &name) {
                return;
            }
        }
        let sent = matches!(
            how,
            Some(Loss::Replaced | Loss::ReplacedByLarger | Loss::Broken)
        );
        if sent && day.arrived.is_some() {
            let next = expected.due_from(after(day.date));
            if next.is_some_and(|next| expected.has_begun(next, at)) {
                // A file of the next window that does not count says nothing about the day that is over.
                return;
            }
        }
        let (gone, size) = day.take_out(place);
        let enough = day.is_complete(expected);
        if let Some(arrived) = day.arrived.filter(|_| !enough) {
            if !undo(day.date, arrived) {
                day.sizes.extend(size.map(|size| (gone.clone(), size)));
                day.names.insert(place, gone);
                let change = how.map(|how| Change {
                    at,
                    file: file.clone(),
                    how,
                    told: false,
                });
                self.changed = self.changed.take().or(change);
                return;
            }
            day.arrived = None;
        }
    }

    /// The change of a delivered file, if the file is not complete again by `until`. Returns each change once.
    pub fn changed(&mut self, until: Time) -> Option<(NaiveDate, Time, Change)> {
        let day = self.day.as_ref()?;
        let changed = self.changed.as_mut()?;
        if changed.told || changed.at.plus(AGAIN) > until {
            return None;
        }
        changed.told = true;
        Some((day.date, day.arrived?, changed.clone()))
    }

    /// Judges the deadlines, when all events up to `until` are known. Returns each day once.
    pub fn judge(&mut self, expected: &Expectation, until: Time) -> Option<Overdue> {
        let today = expected.date(until);
        let ahead = self.day.as_ref().map_or(self.from, |day| day.date);
        if ahead > later(after(today), expected.schedule.lead()) {
            // The clock ran ahead when that day was opened.
            self.day = None;
            self.from = after(today);
        }
        self.open_passed(expected, |deadline| deadline <= until);
        let missed = self.missed;
        let day = self.day.as_mut()?;
        if day.arrived.is_some() || day.told || expected.deadline(day.date) > until {
            return None;
        }
        if day.is_complete(expected) {
            // The configuration now expects less than before.
            day.arrived = self.last.as_ref().map(|last| last.at);
            self.missed = None;
            return None;
        }
        day.told = true;
        Some(Overdue {
            date: day.date,
            arrived: day.arrived(expected),
            missed,
        })
    }

    /// Forgets an incomplete day if its date is now excepted.
    pub fn excuse(&mut self, expected: &Expectation) {
        let open = |day: &FeedDay| day.arrived.is_none() && !expected.is_due(day.date);
        if let Some(day) = self.day.take_if(|day| open(day)) {
            self.from = after(day.date);
            self.missed = None;
        }
    }

    /// The next time at which `judge` or `changed` must run.
    pub fn due(&self, expected: &Expectation) -> Option<Time> {
        let open = |day: &&FeedDay| day.arrived.is_none() && !day.told;
        let day = self.day.as_ref().filter(open).map(|day| day.date);
        let date = day.or_else(|| self.next(expected));
        let changed = self.changed.as_ref().filter(|changed| !changed.told);
        let changed = changed.map(|changed| changed.at.plus(AGAIN));
        let deadline = date.map(|date| expected.deadline(date));
        let recent = self
            .recent
            .iter()
            .map(|arrival| arrival.at.plus(KEEPS_NAME));
        deadline.into_iter().chain(changed).chain(recent).min()
    }

    /// The next due day that was not opened yet.
    pub(crate) fn next(&self, expected: &Expectation) -> Option<NaiveDate> {
        let from = self.day.as_ref().map(|day| after(day.date));
        expected.due_from(from.unwrap_or(self.from).max(self.from))
    }

    /// Opens the days whose deadline has passed.
    fn open_passed(&mut self, expected: &Expectation, passed: impl Fn(Time) -> bool) {
        while let Some(next) = self.next(expected) {
            if !passed(expected.deadline(next)) {
                return;
            }
            self.open(next);
        }
    }

    /// Opens a day, and notes if the previous day was incomplete.
    fn open(&mut self, date: NaiveDate) {
        self.changed = None;
        let last = self.day.as_mut().map(|day| match day.sizes.is_empty() {
            true => std::mem::take(&mut day.before),
            false => std::mem::take(&mut day.sizes),
        });
        let before = self.day.replace(FeedDay {
            date,
            before: last.unwrap_or_default(),
            ..FeedDay::default()
        });
        if let Some(before) = before.filter(|day| day.arrived.is_none()) {
            let missed = self.missed.get_or_insert(Missed {
                first: before.date,
                times: 0,
            });
            missed.times += 1;
        }
    }
}

/// May the partner have sent files in the window of this date that were not compared with this feed? Looks at the open day too,
/// which a digest by hand starts again.
fn sent_unseen(expected: &Expectation, daily: &Daily, date: NaiveDate) -> bool {
    let counters = daily.partners.get(&expected.partner);
    if expected.wanted.download {
        return counters.is_some_and(|counters| counters.download > 0);
    }
    let last = last_upload(daily, &expected.partner);
    counters.is_some_and(|counters| counters.upload > 0)
        || last.is_some_and(|at| at >= expected.schedule.begins(date))
}

/// When the partner sent its latest file, as far as the state knows.
pub(crate) fn last_upload(daily: &Daily, partner: &str) -> Option<Time> {
    let last = daily.resume.known.get(partner)?.seen.file.as_ref()?;
    (last.what == Transfer::Upload).then_some(last.at)
}
