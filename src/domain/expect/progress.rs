//! Which files of a feed are there on a day, which are lacking, and which are odd.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

use super::{Arrival, Dates, Expectation, FeedDay, KEEPS_NAME, RequiredName, Watched, is_same};
use crate::domain::alerts::{File, Lack, Odd};
use crate::domain::base::time::Time;

/// How many days back the last working day is searched: a list of holidays may have many days in a row.
const LEAVE: usize = 92;

impl FeedDay {
    /// The number of files that have arrived and match the pattern.
    pub(crate) fn arrived(&self, expected: &Expectation) -> u32 {
        let wanted = &expected.wanted;
        let of_pattern = |name: &&String| wanted.is_of_pattern(&File::of_state(name).name());
        let arrived = match wanted.names.is_empty() {
            true => self.names.len(),
            false => self.names.iter().filter(of_pattern).count(),
        };
        u32::try_from(arrived).unwrap_or(u32::MAX)
    }

    /// The number of files in a message about the complete day: those that match the pattern; without a pattern, all of them.
    pub(crate) fn counted(&self, expected: &Expectation) -> u32 {
        let wanted = &expected.wanted;
        match &wanted.files {
            Some(_) if wanted.names.is_empty() => wanted.least(),
            Some(_) => self.arrived(expected),
            None => u32::try_from(self.names.len()).unwrap_or(u32::MAX),
        }
    }

    /// What is lacking, with the most files that are expected.
    pub(crate) fn lack(&self, expected: &Expectation) -> Lack {
        let least = expected.wanted.total.map_or(0, |total| total.least);
        Lack {
            most: expected.wanted.most(),
            names: self.lacking(expected),
            bytes: self
                .bytes()
                .filter(|bytes| *bytes < least)
                .map(|bytes| (bytes, least)),
        }
    }

    /// The required names that are not there.
    fn lacking(&self, expected: &Expectation) -> Vec<String> {
        let required = &expected.wanted.names;
        if required.is_empty() {
            return Vec::new();
        }
        let dates = expected.dates(self.date);
        let files: Vec<File> = self.names.iter().map(|name| File::of_state(name)).collect();
        let paths: Vec<Cow<'_, [u8]>> = files.iter().map(File::name).collect();
        let is_there =
            |name: &RequiredName| name.is_among(&dates, paths.iter().map(|path| &**path));
        let lacking = required.iter().filter(|name| !is_there(name));
        lacking.map(|name| name.on(&dates)).collect()
    }

    /// The sum of the sizes; `None` if one is unknown.
    fn bytes(&self) -> Option<u64> {
        let mut names = self.names.iter();
        names.try_fold(0_u64, |sum, name| {
            Some(sum.saturating_add(*self.sizes.get(name)?))
        })
    }

    /// Are all files of the day there?
    pub(super) fn is_complete(&self, expected: &Expectation) -> bool {
        self.arrived(expected) >= expected.wanted.least()
            && self.lacking(expected).is_empty()
            && match expected.wanted.total {
                Some(total) => self.bytes().is_none_or(|bytes| bytes >= total.least),
                None => true,
            }
    }

    /// Takes a file out; returns its name and size.
    pub(super) fn take_out(&mut self, place: usize) -> (String, Option<u64>) {
        let name = self.names.remove(place);
        let size = self.sizes.remove(&name);
        (name, size)
    }

    /// Puts a file in, unless it is there already. Returns whether something changed.
    pub(super) fn put_in(&mut self, expected: &Expectation, file: &File, most: usize) -> bool {
        let name = file.name_in_state();
        let known = self.names.iter().find(|known| is_same(known, &name));
        let is_new = known.is_none();
        if is_new && self.names.len() >= most {
            return false;
        }
        let name = known.cloned().unwrap_or(name);
        let weighed = expected.wanted.weighs()
            && match file.bytes {
                Some(bytes) => self.sizes.insert(name.clone(), bytes) != Some(bytes),
                None => self.sizes.remove(&name).is_some(),
            };
        if is_new {
            self.names.push(name);
        }
        is_new || weighed
    }
}

impl Expectation {
    /// The files as text, with the dates of a day.
    pub fn files_on(&self, day: NaiveDate) -> String {
        self.wanted.label(Some(&self.dates(day)))
    }

    /// The pattern; without one the names, with the dates of a day if there is one.
    pub fn files_in_short(&self, day: Option<NaiveDate>) -> String {
        match &self.wanted.files {
            Some(pattern) => pattern.to_string(),
            None => self.wanted.label(day.map(|day| self.dates(day)).as_ref()),
        }
    }

    /// The dates that the names of a day may have.
    pub fn dates(&self, day: NaiveDate) -> Dates {
        let before = || day.iter_days().rev().skip(1);
        let works = |day: &NaiveDate| {
            let holidays = self.schedule.holidays.as_ref();
            day.weekday().num_days_from_monday() < 5
                && !holidays.is_some_and(|holidays| holidays.holds(*day))
        };
        Dates {
            day,
            before: before().next().unwrap_or(day),
            working_before: before().take(LEAVE).find(works).unwrap_or(day),
        }
    }

    /// Does a file of the feed count for the day of these dates?
    pub(super) fn is_of(&self, dates: impl FnOnce() -> Dates, file: &File) -> bool {
        let (wanted, path) = (&self.wanted, file.name());
        if wanted.names.is_empty() || wanted.is_of_pattern(&path) {
            return true;
        }
        let dates = dates();
        let mut names = wanted.names.iter();
        names.any(|name| name.is_among(&dates, [&*path]))
    }
}

impl Watched {
    /// Does a rename change which required names a file has, on the open day or on the next one?
    pub(crate) fn changes_names(&self, expected: &Expectation, [from, to]: [&File; 2]) -> bool {
        let names = &expected.wanted.names;
        if names.is_empty() {
            return false;
        }
        let open = self.day.as_ref().map(|day| day.date);
        let days = open.into_iter().chain(self.next(expected));
        let [from, to] = [from.name(), to.name()];
        days.map(|day| expected.dates(day)).any(|dates| {
            let differs = |name: &RequiredName| {
                name.is_among(&dates, [&*from]) != name.is_among(&dates, [&*to])
            };
            names.iter().any(differs)
        })
    }

    /// What is odd about the files that have kept their names until now. Returns each oddity once.
    pub(crate) fn settle(&mut self, expected: &Expectation, until: Time) -> Vec<(Odd, Arrival)> {
        let kept = |arrival: &Arrival| arrival.at.plus(KEEPS_NAME) <= until;
        if !self.recent.iter().any(kept) {
            return Vec::new();
        }
        let names = self
            .recent
            .iter()
            .map(|arrival| arrival.file.name_in_state());
        let names: Vec<String> = names.collect();
        let all = std::mem::take(&mut self.recent).into_iter();
        let (kept, recent): (Vec<Arrival>, Vec<Arrival>) = all.partition(kept);
        self.recent = recent;
        let Some(day) = &mut self.day else {
            return Vec::new();
        };
        // The day without the recent files. Those that have kept their names are added to it one by one.
        let mut settled = day.clone();
        let is_recent = |known: &String| names.iter().any(|name| is_same(known, name));
        settled.names.retain(|known| !is_recent(known));
        let mut odd = Vec::new();
        for arrival in kept {
            let name = arrival.file.name_in_state();
            let Some(name) = day
                .names
                .iter()
                .find(|known| is_same(known, &name))
                .cloned()
            else {
                continue;
            };
            if !settled.names.contains(&name) {
                settled.names.push(name.clone());
            }
            let found = day.odd(expected, &settled, (&name, arrival.file.bytes));
            odd.extend(found.into_iter().map(|odd| (odd, arrival.clone())));
        }
        odd
    }
}

impl FeedDay {
    /// Returns what is odd about the day's files now that this file has kept its name. `settled` has all files that have.
    fn odd(
        &mut self,
        expected: &Expectation,
        settled: &FeedDay,
        (name, size): (&str, Option<u64>),
    ) -> Vec<Odd> {
        let wanted = &expected.wanted;
        let mut odd = Vec::new();
        let is_before =
            |(known, bytes): &(&String, &u64)| is_same(known, name) && size == Some(**bytes);
        let before = self
            .before
            .iter()
            .find(is_before)
            .map(|(known, _)| known.clone());
        if let Some(before) = before.filter(|_| wanted.warn_if_same) {
            self.before.remove(&before);
            odd.push(Odd::Same);
        }
        let arrived = settled.arrived(expected);
        let many = wanted.most().filter(|most| arrived > *most);
        if let Some(most) = many.filter(|_| !self.many) {
            self.many = true;
            odd.push(Odd::TooMany { most });
        }
        let most = wanted.total.and_then(|total| total.most);
        let heavy = most.filter(|most| settled.bytes().is_some_and(|bytes| bytes > *most));
        if let Some(most) = heavy.filter(|_| !self.heavy) {
            self.heavy = true;
            odd.push(Odd::TooLarge { most });
        }
        odd
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_which_a_size_is_unknown_is_unknown() {
        let mut day = FeedDay {
            names: vec!["/a".to_owned(), "/b".to_owned()],
            ..FeedDay::default()
        };
        day.sizes.insert("/a".to_owned(), 7);
        assert_eq!(day.bytes(), None);
        day.sizes.insert("/b".to_owned(), 8);
        assert_eq!(day.bytes(), Some(15));
    }
}
