//! Files of feeds that get another name, however late in their session.

use super::Monitor;
use crate::alerts::{Content, File};
use crate::expect::{Expectation, Feed, Missed, Outcome};
use crate::sessions::Process;
use crate::time::Time;

/// How a file got a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// In place of the one before.
    Other,
    /// Beside it.
    Further,
    /// It has the one before again: the rename was refused.
    Refused,
}

impl Monitor<'_> {
    /// A file of an open session got another name, or a further one. Is it one that was uploaded there?
    pub(super) fn feed_renamed(
        &mut self,
        process: Process,
        partner: &str,
        at: Time,
        [from, to]: [&[u8]; 2],
        (link, cut): (bool, bool),
    ) -> bool {
        let how = if link { Naming::Further } else { Naming::Other };
        let uploads = self.daily.resume.feeds.uploads.iter_mut().rev();
        let mut own = uploads.filter(|upload| upload.process == process);
        let Some(upload) = own.find(|upload| upload.file.name() == from) else {
            return false;
        };
        let before = upload.file.clone();
        upload.file.rename(to);
        upload.file.cut = cut;
        upload.before = Some(before.clone());
        let file = upload.file.clone();
        self.feed_named(partner, at, [&before, &file], how);
        true
    }

    /// The rename that the line before told of was refused.
    pub(super) fn feed_rename_refused(&mut self, process: Process, partner: &str, from: &str) {
        let uploads = self.daily.resume.feeds.uploads.iter_mut().rev();
        let mut own = uploads.filter(|upload| upload.process == process);
        let renamed = own.find_map(|upload| {
            let before = upload.before.take_if(|before| before.path == from)?;
            Some((
                std::mem::replace(&mut upload.file, before.clone()),
                before,
                upload.at,
            ))
        });
        if let Some((file, before, at)) = renamed {
            self.feed_named(partner, at, [&file, &before], Naming::Refused);
        }
    }

    /// The session is over: its files keep their names.
    pub(super) fn feed_session_over(&mut self, process: Process) {
        let uploads = &mut self.daily.resume.feeds.uploads;
        uploads.retain(|upload| upload.process != process);
    }

    /// A file has another name: it may be a feed's now, and may have been one's before.
    fn feed_named(&mut self, partner: &str, at: Time, [before, file]: [&File; 2], how: Naming) {
        let rules = self.rules;
        if how != Naming::Further {
            if let Some(seen) = self.seen(partner).file.as_mut() {
                if seen.file == *before {
                    seen.file = file.clone();
                }
            }
        }
        for expected in rules.expects.iter().filter(|e| e.partner == partner) {
            match (expected.takes(before), expected.takes(file)) {
                (true, true) if how != Naming::Further => {
                    // It is there already: perhaps since a day before.
                    let mut watched = self.watched(expected);
                    watched.rename(before, file);
                    self.watch(expected, watched);
                }
                (true, false) if how != Naming::Further => {
                    self.feed_gone(expected, at, before, how)
                }
                (false, true) => self.feed_there(expected, at, file),
                _ => {}
            }
        }
    }

    /// A file that was a feed's has a name that is not. A deadline that has passed stays met, and what was told stays told:
    /// except where it was told of a rename that was refused, and Slack has not got it.
    fn feed_gone(&mut self, expected: &Expectation, at: Time, file: &File, how: Naming) {
        let mut watched = self.watched(expected);
        let in_flight = self.in_flight;
        let resume = &mut self.daily.resume;
        let mut taken_back = None;
        watched.withdraw(expected, file, |date, arrived| {
            let own = |feed: &Feed| feed.id == expected.id;
            if arrived.max(at) <= expected.deadline(date) {
                let on_time = |feed: &Feed| own(feed) && feed.outcome == Outcome::OnTime;
                resume.day.feeds.retain(|feed| !on_time(feed));
                return true;
            }
            let unsent = resume.outbox.iter().position(|message| {
                let unsent = !message.maybe_repeated && Some(message.id) != in_flight;
                unsent && matches!(&message.content, Content::FeedArrived(told) if told.id == expected.id)
            });
            let Some(unsent) = unsent.filter(|_| how == Naming::Refused) else {
                return false;
            };
            resume.day.feeds.retain(|feed| !own(feed));
            taken_back = Some((date, resume.outbox.remove(unsent).content));
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
        self.watch(expected, watched);
    }
}
