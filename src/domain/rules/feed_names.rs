//! Renames of feeds' files, in any session and at any later time, and feeds that lose a file.

use super::Monitor;
use super::feed_files::loss as replaced_by;
use crate::domain::alerts::{Content, File, Loss};
use crate::domain::base::process::Process;
use crate::domain::base::time::Time;
use crate::domain::expect::{Expectation, Feed, Missed, Outcome, Uploaded, is_same, moved};

/// How a file got a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// The new name replaces the old one.
    Other,
    /// The new name is an additional one (a link).
    Further,
    /// The old name is restored: the rename was refused.
    Refused,
}

impl Monitor<'_> {
    /// A file, or its directory, was renamed or linked. Returns whether a recent file is affected.
    pub(super) fn feed_renamed(
        &mut self,
        process: Process,
        partner: &str,
        at: Time,
        pair: [&[u8]; 2],
        (link, cut): (bool, bool),
    ) -> bool {
        if !self.is_expected(partner) {
            return false;
        }
        let how = if link { Naming::Further } else { Naming::Other };
        let mut source = File::default();
        source.rename(pair[0]);
        let source = source.name_in_state();
        self.keep_delivered(process, partner, at, &source);
        let fresh = self.fresh(at);
        let files = &mut self.daily.resume.feeds.uploads;
        let mut renamed: Vec<Uploaded> = Vec::new();
        for known in files.of_mut(partner).filter(|u| !u.gone) {
            let to = match known.is(partner, &source) {
                true => Some(pair[1].to_vec()),
                false => moved(&known.file, pair),
            };
            if let Some(to) = to {
                let mut file = known.file.clone();
                file.rename(&to);
                file.cut = cut;
                let before = Some(std::mem::replace(&mut known.file, file));
                (known.before, known.process) = (before, process);
                known.fresh = fresh;
                renamed.push(known.clone());
            }
        }
        if !renamed.is_empty() {
            files.note_fresh(fresh);
        }
        for upload in &renamed {
            let (Some(before), file) = (&upload.before, &upload.file) else {
                continue;
            };
            let name = file.name_in_state();
            let files = &mut self.daily.resume.feeds.uploads;
            let same = |u: &&mut Uploaded| !u.gone && u.is(partner, &name);
            for known in files.of_mut(partner).filter(same) {
                // The file that had this name before. The renamed file itself is skipped.
                if known.before.as_ref() != Some(before) {
                    (known.gone, known.process) = (true, process);
                    known.before = Some(before.clone());
                }
            }
            if link {
                files.push(Uploaded {
                    file: before.clone(),
                    before: None,
                    fresh: None,
                    ..upload.clone()
                });
            }
            self.feed_named(partner, at, [before, file], (how, upload.broken));
        }
        !renamed.is_empty()
    }

    /// The removal or the rename in the previous line was refused.
    pub(super) fn feed_change_refused(&mut self, process: Process, partner: &str, from: &str) {
        let (mut renamed, mut back) = (Vec::new(), Vec::new());
        let own = |before: &mut File| {
            is_same(&before.path, from) || moved(before, [from.as_bytes(), b""]).is_some()
        };
        for known in self.daily.resume.feeds.uploads.of_mut(partner).rev() {
            if known.process != process {
                continue;
            }
            let Some(before) = known.before.take_if(own) else {
                continue;
            };
            if known.gone {
                known.gone = false;
                back.push(known.clone());
            } else {
                let file = std::mem::replace(&mut known.file, before.clone());
                renamed.push((file, before, known.at, known.broken));
            }
        }
        for (file, before, at, broken) in renamed {
            let how = (Naming::Refused, broken);
            self.feed_named(partner, at, [&file, &before], how);
        }
        for known in back {
            let name = known.file.name_in_state();
            if let Some(seen) = self.seen(partner).file.as_mut() {
                seen.removed &= !is_same(&seen.file.name_in_state(), &name);
            }
            let rules = self.rules;
            let own = rules.feeds_from(partner);
            for expected in own.filter(|e| !known.broken && e.takes(&known.file)) {
                self.feed_there(expected, known.at, &known.file);
            }
        }
    }

    /// A file has a new name: it may match a feed now, and may have matched one before.
    fn feed_named(
        &mut self,
        partner: &str,
        at: Time,
        [before, file]: [&File; 2],
        (how, broken): (Naming, bool),
    ) {
        let rules = self.rules;
        if how != Naming::Further {
            if let Some(seen) = self.seen(partner).file.as_mut() {
                if is_same(&seen.file.name_in_state(), &before.name_in_state()) {
                    seen.file.rename(&file.name());
                    seen.file.cut = file.cut;
                }
            }
        }
        let loss = (how != Naming::Refused).then_some(Loss::Renamed);
        for expected in rules.feeds_from(partner) {
            let (was, is) = (expected.takes(before), !broken && expected.takes(file));
            let there = self.has_of_feed(expected, file);
            // If names are required, the new name may count for something else.
            let named = self
                .watched(expected)
                .changes_names(expected, [before, file]);
            if was && is && how != Naming::Further && !there && !named {
                // It was counted already, perhaps on an earlier day.
                self.watched(expected).rename(before, file);
                continue;
            }
            if how != Naming::Further {
                self.feed_gone(expected, at, before, loss);
            }
            if is {
                self.feed_there(expected, at, file);
                continue;
            }
            let taken = match broken {
                true => Loss::Broken,
                false => replaced_by(expected, file),
            };
            let taken = Some(taken).filter(|_| how != Naming::Refused);
            self.feed_gone(expected, at, file, taken);
        }
    }

    /// Is a file of this name among the feed's files?
    pub(super) fn has_of_feed(&self, expected: &Expectation, file: &File) -> bool {
        let watched = self.daily.resume.feeds.watched.get(&expected.id);
        watched.is_some_and(|watched| watched.has(file))
    }

    /// A file no longer belongs to a feed; `how` it was lost is `None` if a rename was refused. A deadline that has passed
    /// stays met, and a message is not withdrawn, except an unsent one about a rename that was refused.
    pub(super) fn feed_gone(
        &mut self,
        expected: &Expectation,
        at: Time,
        file: &File,
        how: Option<Loss>,
    ) {
        self.settle_feed(expected, at);
        let mut watched = std::mem::take(self.watched(expected));
        let in_flight = self.in_flight;
        let resume = &mut self.daily.resume;
        let mut taken_back = None;
        watched.withdraw(expected, (file, at, how), |date, arrived| {
            let own = |feed: &Feed| feed.id == expected.id;
            if arrived.max(at) <= expected.deadline(date) {
                let on_time = |feed: &Feed| own(feed) && feed.outcome == Outcome::OnTime;
                resume.day.feeds.retain(|feed| !on_time(feed));
                return true;
            }
            if how.is_some() {
                return false;
            }
            let arrived =
                |c: &Content| matches!(c, Content::FeedArrived(told) if told.id == expected.id);
            let Some(unsent) = resume.take_back(in_flight, arrived) else {
                return false;
            };
            resume.day.feeds.retain(|feed| !own(feed));
            taken_back = Some((date, unsent));
            true
        });
        if let Some((date, Content::FeedArrived(told))) = taken_back {
            watched.missed = told.since.map(|since| Missed {
                first: expected.date(since),
                times: 1,
            });
            if at > expected.deadline(date) || watched.day.as_ref().is_some_and(|day| day.told) {
                let missing = Feed {
                    since: told.since,
                    ..self.feed(expected, expected.due(date))
                };
                self.daily.resume.day.feeds.push(missing);
            }
        }
        *self.watched(expected) = watched;
    }
}
