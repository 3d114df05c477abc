//! Feeds that must arrive: each file is judged where it is counted, each deadline when all before it is known.

use super::Monitor;
use super::crowd::most;
use crate::alerts::{Content, FeedArrived, FeedMissing, File, Message, Transfer};
use crate::expect::{Complete, Expectation, Feed, Outcome, Overdue, Uploaded, Watched};
use crate::sessions::Process;
use crate::time::Time;

/// How many files of open sessions are kept, in case they get another name. Where there are too many, the oldest of the
/// partner with the most is forgotten, so that no partner's files can make another's feed seem to be missing.
const UPLOADS_KEPT: usize = 1_000;

impl Monitor<'_> {
    /// A file of a partner arrived whole.
    pub(super) fn feed_uploaded(&mut self, process: Process, at: Time, partner: &str, file: &File) {
        let rules = self.rules;
        let own = || rules.expects.iter().filter(|e| e.partner == partner);
        for expected in own() {
            // Before the file is counted: what nobody has watched for and may have come unseen is not judged today.
            let watched = self.watched(expected);
            self.watch(expected, watched);
        }
        if file.bytes == Some(0) || own().next().is_none() {
            return;
        }
        if process.1 != 0 {
            self.remember_upload(Uploaded {
                process,
                partner: partner.to_owned(),
                file: file.clone(),
                at,
                before: None,
            });
        }
        own()
            .filter(|expected| expected.takes(file))
            .for_each(|expected| self.feed_there(expected, at, file));
    }

    /// Keeps a file that may get another name.
    fn remember_upload(&mut self, upload: Uploaded) {
        let uploads = &mut self.daily.resume.feeds.uploads;
        uploads.push(upload);
        if uploads.len() > UPLOADS_KEPT {
            let most = most(uploads, |upload| &upload.partner);
            let oldest = most.and_then(|most| uploads.iter().position(|u| u.partner == most));
            uploads.remove(oldest.unwrap_or(0));
        }
    }

    /// A file of a feed is there.
    pub(super) fn feed_there(&mut self, expected: &Expectation, at: Time, file: &File) {
        self.roll(at);
        let mut watched = self.watched(expected);
        let complete = watched.arrive(expected, at, file);
        self.watch(expected, watched);
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
            arrived: expected.count,
            ..self.feed(expected, due)
        };
        self.no_longer_missing(&expected.id);
        let feeds = &mut self.daily.resume.day.feeds;
        if let Some(since) = since {
            feeds.push(Feed {
                outcome: Outcome::Recovered,
                due: since,
                ..here.clone()
            });
        }
        feeds.push(here);
        let unsaid = self.unsay_missing(&expected.id);
        // What came in time and was read late was told as missing: that is taken back.
        let told = day.told && !unsaid;
        if day.on_time && since.is_none() && !told {
            return;
        }
        let content = FeedArrived {
            id: expected.id.clone(),
            partner: expected.partner.clone(),
            full_name: self.full_name(&expected.partner),
            files: expected.files.to_string(),
            due,
            at,
            count: expected.count,
            file: file.clone(),
            on_time: day.on_time,
            since,
        };
        self.say(at, Content::FeedArrived(content));
    }

    /// Judges what is due when all that happened up to `until` is known.
    pub(super) fn judge_feeds(&mut self, until: Time) {
        self.forget_feeds();
        let rules = self.rules;
        for expected in &rules.expects {
            let mut watched = self.watched(expected);
            let overdue = watched.judge(expected, until);
            self.watch(expected, watched);
            if let Some(overdue) = overdue {
                self.feed_overdue(expected, overdue);
            }
        }
    }

    fn feed_overdue(&mut self, expected: &Expectation, day: Overdue) {
        let deadline = expected.deadline(day.date);
        self.roll(deadline);
        let since = day.missed.map(|missed| expected.due(missed.first));
        let missing = Feed {
            arrived: day.arrived,
            since,
            ..self.feed(expected, expected.due(day.date))
        };
        self.no_longer_missing(&expected.id);
        self.daily.resume.day.feeds.push(missing);
        let _ = self.unsay_missing(&expected.id);
        let known = self.daily.resume.known.get(&expected.partner);
        let content = FeedMissing {
            id: expected.id.clone(),
            partner: expected.partner.clone(),
            full_name: self.full_name(&expected.partner),
            files: expected.files.to_string(),
            due: expected.due(day.date),
            arrived: day.arrived,
            count: expected.count,
            since,
            seen: known.map(|known| known.seen.clone()).unwrap_or_default(),
            mention: expected.mention.clone(),
        };
        self.say(deadline, Content::FeedMissing(content));
    }

    /// A feed that is missing, as the day's table tells it.
    pub(super) fn feed(&self, expected: &Expectation, due: Time) -> Feed {
        Feed {
            id: expected.id.clone(),
            partner: expected.partner.clone(),
            full_name: self.full_name(&expected.partner),
            files: expected.files.to_string(),
            outcome: Outcome::Missing,
            due,
            at: None,
            arrived: 0,
            count: expected.count,
            since: None,
            carried: false,
        }
    }

    /// The day's table tells of this feed no more that it is missing.
    fn no_longer_missing(&mut self, id: &str) {
        let feeds = &mut self.daily.resume.day.feeds;
        feeds.retain(|feed| feed.id != id || feed.outcome != Outcome::Missing);
    }

    /// What no longer holds and Slack has not got need not be told. Was there such a message?
    fn unsay_missing(&mut self, id: &str) -> bool {
        let in_flight = self.in_flight;
        let outbox = &mut self.daily.resume.outbox;
        let before = outbox.len();
        outbox.retain(|message: &Message| {
            let sent = message.maybe_repeated || Some(message.id) == in_flight;
            sent || !matches!(&message.content, Content::FeedMissing(missing) if missing.id == id)
        });
        outbox.len() < before
    }

    /// What is due next, as far as time alone brings it.
    pub(super) fn feeds_due(&self) -> Option<Time> {
        let watched = &self.daily.resume.feeds.watched;
        let rules = self.rules;
        let known = rules
            .expects
            .iter()
            .filter_map(|e| Some((e, watched.get(&e.id)?)));
        known
            .filter_map(|(expected, watched)| watched.due(expected))
            .min()
    }

    /// Forgets what is expected no more, and the files of sessions that are over.
    fn forget_feeds(&mut self) {
        let rules = self.rules;
        let resume = &mut self.daily.resume;
        let by_id = |id: &str| rules.expects.iter().find(|e| e.id == id);
        resume.feeds.watched.retain(|id, watched| {
            let Some(expected) = by_id(id) else {
                return false;
            };
            watched.excuse(expected);
            true
        });
        let due = |feed: &Feed| by_id(&feed.id).is_some_and(|e| e.is_due(e.date(feed.due)));
        let feeds = &mut resume.day.feeds;
        feeds.retain(|feed| feed.outcome != Outcome::Missing || due(feed));
        let sessions = &resume.sessions.sftp.0;
        resume
            .feeds
            .uploads
            .retain(|upload| sessions.contains_key(&upload.process));
    }

    /// What was seen of a feed; of a new one nothing.
    pub(super) fn watched(&mut self, expected: &Expectation) -> Watched {
        let watched = self.daily.resume.feeds.watched.remove(&expected.id);
        watched.unwrap_or_else(|| Watched::since(expected, self.now, self.sent_unseen(expected)))
    }

    /// Has the partner sent files today of which nobody looked whether they are this feed's? In the open day, which a
    /// digest by hand begins anew, or on what is today in the feed's own zone.
    fn sent_unseen(&self, expected: &Expectation) -> bool {
        let counters = self.daily.partners.get(&expected.partner);
        let known = self.daily.resume.known.get(&expected.partner);
        let last = known.and_then(|known| known.seen.file.as_ref());
        let today = |at: Time| expected.date(at) == expected.date(self.now);
        counters.is_some_and(|counters| counters.upload > 0)
            || last.is_some_and(|last| last.what == Transfer::Upload && today(last.at))
    }

    pub(super) fn watch(&mut self, expected: &Expectation, watched: Watched) {
        let feeds = &mut self.daily.resume.feeds;
        feeds.watched.insert(expected.id.clone(), watched);
    }
}
