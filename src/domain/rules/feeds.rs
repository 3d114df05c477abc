//! Expected feeds: a file is judged when it is counted, a deadline when reading has passed it.

use std::time::Duration;

use chrono::NaiveDate;

use super::Monitor;
use crate::domain::alerts::{
    Change, Content, FeedArrived, FeedChanged, FeedMissing, File, Lack, Transfer,
};
use crate::domain::base::time::Time;
use crate::domain::expect::{Complete, Expectation, Feed, Feeds, Outcome, Overdue, Watched};

/// How long the files of ended sessions are kept: an interrupted upload is resumed, and a temporary name is replaced.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

impl Monitor<'_> {
    /// A file of a feed exists.
    pub(super) fn feed_there(&mut self, expected: &Expectation, at: Time, file: &File) {
        self.roll(at);
        self.feed_weighed_again(expected, at, file);
        self.settle_feed(expected, at);
        let complete = self.watched(expected).arrive(expected, at, file);
        if let Some(complete) = complete {
            self.feed_complete(expected, complete, at, file);
        }
    }

    fn feed_complete(&mut self, expected: &Expectation, day: Complete, at: Time, file: &File) {
        let since = day.missed.map(|missed| expected.due(missed.first));
        let due = expected.due(day.date);
        let here = Feed {
            outcome: match (day.on_time, expected.date(at) == day.date) {
                (true, _) => Outcome::OnTime,
                (false, true) => Outcome::Late,
                (false, false) => Outcome::Recovered,
            },
            at: Some(at),
            arrived: expected.wanted.least(),
            ..self.feed(expected, due)
        };
        self.no_longer_missing(&expected.id);
        let feeds = &mut self.daily.resume.day.feeds;
        if let Some(since) = since {
            feeds.push(Feed {
                outcome: Outcome::Recovered,
                due: since,
                files: expected.wanted.label(None),
                ..here.clone()
            });
        }
        feeds.push(here);
        let unsaid = self.unsay_missing(&expected.id);
        // A feed that arrived on time but was read late was reported as missing: this message is withdrawn.
        let told = day.told && !unsaid;
        if day.on_time && since.is_none() && !told {
            return;
        }
        let there = self.watched(expected).day.as_ref();
        let count = there.map_or(0, |day| day.counted(expected));
        let content = FeedArrived {
            id: expected.id.clone(),
            partner: expected.partner.clone(),
            full_name: self.full_name(&expected.partner),
            // Names that are missing for days have several dates.
            files: expected.files_in_short(Some(day.date).filter(|_| since.is_none())),
            due,
            at,
            count,
            download: expected.wanted.download,
            file: file.clone(),
            on_time: day.on_time,
            since,
        };
        self.say(at, Content::FeedArrived(content));
    }

    /// Does the newest message in the outbox already report this file as a feed of one file?
    pub(super) fn told_by_feed(&self, partner: &str, path: &str, at: Time) -> bool {
        let outbox = self.daily.resume.outbox.iter().rev();
        let newest = outbox.map_while(|message| match &message.content {
            Content::FeedArrived(arrived) => Some(arrived),
            _ => None,
        });
        let own = |told: &FeedArrived| told.partner == partner && told.file.path == path;
        newest
            .into_iter()
            .any(|told| told.count == 1 && told.at == at && own(told))
    }

    /// Judges the deadlines, when all events up to `until` are known.
    pub(super) fn judge_feeds(&mut self, until: Time) {
        self.judge_forbidden(until);
        let rules = self.rules;
        let due = self.daily.resume.feeds.agenda.begin(&rules.expects, until);
        self.forget_files(until);
        if due.is_none() {
            self.forget_feeds();
        }
        let due = due.unwrap_or_else(|| (0..rules.expects.len()).collect());
        for expected in due.into_iter().map(|place| &rules.expects[place]) {
            self.settle_feed(expected, until);
            let overdue = self.watched(expected).judge(expected, until);
            if let Some(overdue) = overdue {
                self.feed_overdue(expected, overdue);
            }
            let changed = self.watched(expected).changed(until);
            if let Some((date, arrived, change)) = changed {
                self.feed_changed(expected, (date, arrived), change);
            }
        }
        self.note_due();
        self.daily.resume.feeds.agenda.judged(until);
    }

    /// Finds out when the feeds that have changed are due.
    pub(super) fn note_due(&mut self) {
        let Feeds {
            watched, agenda, ..
        } = &mut self.daily.resume.feeds;
        let due = |e: &Expectation| watched.get(&e.id)?.due(e);
        agenda.settle(&self.rules.expects, due);
    }

    fn feed_overdue(&mut self, expected: &Expectation, day: Overdue) {
        let deadline = expected.deadline(day.date);
        self.roll(deadline);
        let since = day.missed.map(|missed| expected.due(missed.first));
        let missed = self.watched(expected).day.as_ref();
        let missed_all = missed.is_none_or(|day| day.names.is_empty());
        let lack = missed.map(|day| day.lack(expected)).unwrap_or_default();
        let mut missing = Feed {
            arrived: day.arrived,
            lack: lack.clone(),
            since,
            ..self.feed(expected, expected.due(day.date))
        };
        if missed_all {
            // Of a feed of which nothing is there, the table does not list what is lacking.
            missing.lack.names.clear();
        }
        self.no_longer_missing(&expected.id);
        self.daily.resume.day.feeds.push(missing);
        let _ = self.unsay_missing(&expected.id);
        let known = self.daily.resume.known.get(&expected.partner);
        let mut seen = known.map(|known| known.seen.clone()).unwrap_or_default();
        if expected.wanted.download {
            // The last file is one that the partner sent.
            seen.file = None;
        }
        // Of a file that went on where it broke off only the last part is known here: it may be one that counts.
        let last = seen.file.as_ref().filter(|last| {
            let whole = last.what == Transfer::Upload && !last.removed;
            whole && !self.has_of_feed(expected, &last.file)
        });
        let content = FeedMissing {
            unfit: last.and_then(|last| expected.wanted.unfit(&last.file)),
            id: expected.id.clone(),
            partner: expected.partner.clone(),
            full_name: self.full_name(&expected.partner),
            files: expected.files_in_short(Some(day.date)),
            due: expected.due(day.date),
            arrived: day.arrived,
            count: expected.wanted.least(),
            lack,
            download: expected.wanted.download,
            since,
            seen,
            mention: expected.mention.clone(),
        };
        self.say(deadline, Content::FeedMissing(content));
    }

    /// A delivered feed was changed: reports it, and marks it in the table of the day that lists it.
    fn feed_changed(
        &mut self,
        expected: &Expectation,
        (date, arrived): (NaiveDate, Time),
        change: Change,
    ) {
        let due = expected.due(date);
        let mut told = self.daily.resume.day.feeds.iter_mut().rev();
        let own = |feed: &&mut Feed| feed.id == expected.id && feed.due == due;
        if let Some(feed) = told.find(own) {
            feed.changed = Some(change.at);
        }
        let at = change.at;
        let content = FeedChanged {
            id: expected.id.clone(),
            partner: expected.partner.clone(),
            full_name: self.full_name(&expected.partner),
            files: expected.files_on(date),
            due,
            arrived,
            change,
        };
        self.say(at, Content::FeedChanged(content));
    }

    /// The table's entry for a missing feed.
    pub(super) fn feed(&self, expected: &Expectation, due: Time) -> Feed {
        Feed {
            id: expected.id.clone(),
            partner: expected.partner.clone(),
            full_name: self.full_name(&expected.partner),
            files: expected.files_on(expected.date(due)),
            outcome: Outcome::Missing,
            due,
            at: None,
            changed: None,
            arrived: 0,
            count: expected.wanted.least(),
            lack: Lack::default(),
            download: expected.wanted.download,
            since: None,
            carried: false,
        }
    }

    /// Removes the entries for this missing feed from the day's table.
    fn no_longer_missing(&mut self, id: &str) {
        let feeds = &mut self.daily.resume.day.feeds;
        feeds.retain(|feed| feed.outcome != Outcome::Missing || feed.id != id);
    }

    /// Drops an unsent message that this feed is missing; true if there was one.
    fn unsay_missing(&mut self, id: &str) -> bool {
        let own = |c: &Content| matches!(c, Content::FeedMissing(missing) if missing.id == id);
        self.daily.resume.take_back(self.in_flight, own).is_some()
    }

    /// The next deadline of a feed.
    pub(super) fn feeds_due(&self) -> Option<Time> {
        let Feeds {
            watched, agenda, ..
        } = &self.daily.resume.feeds;
        let due = |e: &Expectation| watched.get(&e.id)?.due(e);
        let feed = agenda.soonest(&self.rules.expects, due);
        feed.into_iter().chain(self.forbidden_due()).min()
    }

    /// Forgets feeds that are no longer expected, and the files of their partners.
    fn forget_feeds(&mut self) {
        let rules = self.rules;
        let resume = &mut self.daily.resume;
        let by_id = |id: &str| rules.expects.by_id(id);
        resume.feeds.watched.retain(|id, watched| {
            match by_id(id) {
                Some(expected) => watched.excuse(expected),
                None => return rules.by_pattern.may_hold(id),
            }
            true
        });
        let due = |feed: &Feed| match by_id(&feed.id) {
            Some(expected) => expected.is_due(expected.date(feed.due)),
            None => rules.by_pattern.may_hold(&feed.id),
        };
        let feeds = &mut resume.day.feeds;
        feeds.retain(|feed| feed.outcome != Outcome::Missing || due(feed));
        let expected = |id: &str| by_id(id).is_some() || rules.by_pattern.may_hold(id);
        resume.matters.keep_feeds(expected);
        let by_partner = |partner: &str| {
            let known = rules.feeds_from(partner).next().is_some();
            let mut patterns = rules.by_pattern.all.iter();
            known || (!rules.by_pattern.listed && patterns.any(|many| many.matches(partner)))
        };
        let files = &mut resume.feeds.uploads;
        files.retain(|upload| by_partner(&upload.partner));
    }

    /// Forgets the files of sessions that ended long ago.
    fn forget_files(&mut self, until: Time) {
        let resume = &mut self.daily.resume;
        let sessions = &resume.sessions.sftp;
        resume.feeds.uploads.retain(|upload| {
            let lately = upload.at.plus(KEPT) > until;
            lately || (!upload.gone && sessions.get(&upload.process).is_some())
        });
    }

    /// The state of a feed; creates it for a new feed.
    pub(super) fn watched(&mut self, expected: &Expectation) -> &mut Watched {
        if !self.daily.resume.feeds.watched.contains_key(&expected.id) {
            let begun = Watched::begin(expected, self.daily, self.now);
            let watched = &mut self.daily.resume.feeds.watched;
            watched.insert(expected.id.clone(), begun);
        }
        let feeds = &mut self.daily.resume.feeds;
        feeds.agenda.change(&expected.id);
        feeds.watched.entry(expected.id.clone()).or_default()
    }
}
