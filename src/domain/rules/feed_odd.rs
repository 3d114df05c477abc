//! Oddities of feeds' files: names that must not come, too many or too large files, files that came before.

use std::collections::BTreeSet;
use std::mem::discriminant;

use super::Monitor;
use crate::domain::alerts::{Content, FeedOdd, File, NAMES_KEPT, Odd};
use crate::domain::base::time::Time;
use crate::domain::expect::{Expectation, KEEPS_NAME};

impl Monitor<'_> {
    /// From when on a file has its name, if some names must not come. An event before the start of counting is not reported.
    pub(super) fn fresh(&self, at: Time) -> Option<Time> {
        (self.forbids() && at <= self.daily.resume.counted_until).then_some(at)
    }

    fn forbids(&self) -> bool {
        self.rules.expects.forbid()
    }

    /// When the names of recent files are judged.
    pub(super) fn forbidden_due(&self) -> Option<Time> {
        if !self.forbids() {
            return None;
        }
        let first = self.daily.resume.feeds.uploads.first_fresh();
        first.map(|at| at.plus(KEEPS_NAME))
    }

    /// Judges the names that files have kept, when all events before `until` are known.
    pub(super) fn judge_forbidden(&mut self, until: Time) {
        if !self.forbids() {
            return;
        }
        let rules = self.rules;
        let files = &mut self.daily.resume.feeds.uploads;
        let kept = files.take_fresh(until.minus(KEEPS_NAME)).into_iter();
        let there = kept.filter(|(_, upload)| !upload.gone && !upload.broken);
        let mut came: Vec<_> = there.map(|(at, u)| (at, u.partner, u.file)).collect();
        let partners = came.iter().map(|(_, partner, _)| partner);
        let places = partners.flat_map(|partner| rules.expects.places(partner));
        let places: BTreeSet<usize> = places.copied().collect();
        for expected in places.into_iter().map(|place| &rules.expects[place]) {
            if came.is_empty() {
                return;
            }
            // The first feed that forbids a name reports it.
            let (mut by, mut files) = (Vec::new(), Vec::new());
            came.retain(|(at, partner, file)| {
                let own = Some(&expected.wanted).filter(|_| *partner == expected.partner);
                let Some(forbid) = own.and_then(|wanted| wanted.forbidden_by(file)) else {
                    return true;
                };
                by.push(forbid.to_string());
                files.push((*at, file.clone()));
                false
            });
            by.sort();
            by.dedup();
            self.feed_odd(expected, Odd::Forbidden { by }, None, files);
        }
    }

    /// Judges the number and the sizes of a feed's files that have kept their names.
    pub(super) fn settle_feed(&mut self, expected: &Expectation, until: Time) {
        let watched = self.watched(expected);
        if watched.recent.is_empty() {
            return;
        }
        if !expected.wanted.may_be_odd() {
            // The configuration has changed.
            watched.recent.clear();
            return;
        }
        let day = watched.day.as_ref().map(|day| day.date);
        let due = day.map(|day| expected.due(day));
        for (odd, arrival) in watched.settle(expected, until) {
            self.feed_odd(expected, odd, due, vec![(arrival.at, arrival.file)]);
        }
    }

    /// Reports odd files, each once a day, and notes them for the day's table. Further files than the first ten are only
    /// counted there.
    pub(super) fn feed_odd(
        &mut self,
        expected: &Expectation,
        odd: Odd,
        due: Option<Time>,
        files: Vec<(Time, File)>,
    ) {
        let Some(at) = files.iter().map(|(at, _)| *at).max() else {
            return;
        };
        self.roll(at);
        let files = files.into_iter().map(|(_, file)| file);
        let new = FeedOdd {
            id: expected.id.clone(),
            partner: expected.partner.clone(),
            full_name: self.full_name(&expected.partner),
            files: expected.files_in_short(due.map(|due| expected.date(due))),
            odd,
            found: files.collect(),
            count: 0,
            due,
            download: expected.wanted.download,
            at,
        };
        let odd = &mut self.daily.resume.day.odd;
        let same = |known: &FeedOdd| {
            let kind = discriminant(&known.odd) == discriminant(&new.odd);
            kind && (&known.id, known.due) == (&new.id, new.due)
        };
        let known = odd.iter().position(same).unwrap_or(odd.len());
        if known == odd.len() {
            odd.push(FeedOdd {
                found: Vec::new(),
                ..new.clone()
            });
        }
        if let Some(told) = odd[known].add(new) {
            self.say(at, Content::FeedOdd(told));
        }
    }

    /// A file of the feed came again before the deadline, perhaps smaller: the sum of the sizes is judged anew.
    pub(super) fn feed_weighed_again(&mut self, expected: &Expectation, at: Time, file: &File) {
        if expected.wanted.total.is_none() {
            return;
        }
        let watched = self.watched(expected);
        let open = watched.day.as_ref().map(|day| expected.deadline(day.date));
        if watched.has(file) && open.is_some_and(|deadline| at <= deadline) {
            self.feed_gone(expected, at, file, None);
        }
    }
}

impl FeedOdd {
    /// Adds files that were not reported yet. Returns what is to be reported of them.
    fn add(&mut self, new: FeedOdd) -> Option<FeedOdd> {
        let is_new = |file: &File| !self.found.iter().any(|known| known.is_again(file));
        let mut found: Vec<File> = Vec::new();
        for file in new.found.iter().filter(|file| is_new(file)) {
            if !found.iter().any(|known| known.is_again(file)) {
                found.push(file.clone());
            }
        }
        let room = NAMES_KEPT.saturating_sub(self.found.len());
        let count = found.len() as u64;
        self.count = self.count.saturating_add(count);
        self.at = self.at.max(new.at);
        if let (Odd::Forbidden { by }, Odd::Forbidden { by: more }) = (&mut self.odd, &new.odd) {
            by.extend(more.iter().cloned());
            by.sort();
            by.dedup();
        }
        found.truncate(room);
        self.found.extend(found.iter().cloned());
        (!found.is_empty()).then_some(FeedOdd {
            found,
            count,
            ..new
        })
    }
}
