//! New expectations whose window is open: the log says what has arrived already. The entries of the window pass through the
//! same rules, with a state of their own, and only the arrivals are kept.

use std::collections::{BTreeMap, HashSet};

use super::{Monitor, Rules};
use crate::domain::alerts::{Content, FeedOdd};
use crate::domain::base::time::Time;
use crate::domain::directory::{Answer, Directory};
use crate::domain::expect::{
    Expectation, Feed, Uploaded, Uploads, Watched, last_upload, not_watched,
};
use crate::domain::record::{Entry, Record};
use crate::domain::state::Daily;

/// A look back for new expectations.
pub struct LookBack {
    rules: Rules,
    daily: Daily,
    since: Time,
}

/// What has arrived already.
#[derive(Clone, Debug, Default)]
pub struct LookedBack {
    /// The expectations, with what is known of them. `None` if the log could not be read far enough.
    pub watched: Vec<(String, Option<Watched>)>,
    /// Files of their partners that may still change.
    uploads: Uploads,
    /// The feeds that are complete already.
    complete: Vec<Feed>,
    /// What is odd about their files.
    odd: Vec<FeedOdd>,
    /// When each of their partners sent its latest file.
    last: BTreeMap<String, Option<Time>>,
    since: Time,
}

impl LookedBack {
    /// Is this expectation among them?
    pub fn holds(&self, id: &str) -> bool {
        self.watched.iter().any(|(own, _)| own == id)
    }
}

impl Rules {
    /// The new expectations of which files may have come already: their window is open. `looking` are those that wait for a
    /// look back that was begun.
    pub fn unseen(&self, daily: &Daily, now: Time, looking: &[String]) -> Vec<&Expectation> {
        let new = not_watched(&self.expects, daily).into_iter();
        let looking: HashSet<&String> = looking.iter().collect();
        new.filter(|e| looking.contains(&e.id) || Watched::open_window(e, now).is_some())
            .collect()
    }

    /// These rules without some expectations.
    pub fn without(&self, some: &[&Expectation]) -> Rules {
        Rules {
            expects: self.expects.without(some.iter().map(|e| e.id.as_str())),
            ..self.clone()
        }
    }
}

impl LookBack {
    /// Begins, for the expectations of these rules.
    pub fn new(rules: Rules, now: Time) -> LookBack {
        let mut since = now;
        let mut daily = Daily {
            date: rules.zone.date(now),
            ..Daily::default()
        };
        for expected in rules.expects.iter() {
            let mut watched = Watched::since(expected, now);
            if let Some(date) = Watched::open_window(expected, now) {
                since = since.min(expected.schedule.begins(date));
                watched.from = date;
            }
            let feeds = &mut daily.resume.feeds;
            feeds.watched.insert(expected.id.clone(), watched);
        }
        let rules = Rules {
            silent: true,
            ..rules
        };
        LookBack {
            rules,
            daily,
            since,
        }
    }

    /// The start of the first window: the entries from here on are needed.
    pub fn since(&self) -> Time {
        self.since
    }

    /// Takes in the next entry.
    pub fn take(&mut self, entry: Entry<'_>, directory: &mut dyn Directory) {
        let Some(record) = Record::of(entry, directory) else {
            return;
        };
        let mut monitor = Monitor {
            rules: &self.rules,
            daily: &mut self.daily,
            now: record.origin.time,
            in_flight: None,
        };
        monitor.advance(record.origin.time, false);
        monitor.judge_forbidden(record.origin.time);
        monitor.apply(&record);
        for user in monitor.questions() {
            let answer = directory.account(user.as_bytes());
            if answer != Answer::Unknown {
                monitor.answer(&user, &answer);
            }
        }
        self.daily.resume.outbox.clear();
    }

    /// Ends. `whole` says whether all entries were taken in.
    pub fn end(mut self, whole: bool) -> LookedBack {
        let partners = self.rules.expects.iter().map(|e| &e.partner);
        let last = partners.map(|partner| (partner.clone(), last_upload(&self.daily, partner)));
        let last = last.collect();
        let feeds = &mut self.daily.resume.feeds;
        let expects = self.rules.expects.iter();
        let watched =
            expects.map(|e| (e.id.clone(), feeds.watched.remove(&e.id).filter(|_| whole)));
        let watched = watched.collect();
        let closed = self.daily.resume.closed.into_iter();
        let days = closed.map(|day| day.day).chain([self.daily.resume.day]);
        let (mut complete, mut odd) = (Vec::new(), Vec::new());
        for day in days {
            complete.extend(day.feeds.into_iter().filter(|feed| feed.at.is_some()));
            odd.extend(day.odd);
        }
        LookedBack {
            watched,
            uploads: std::mem::take(&mut feeds.uploads),
            complete,
            odd,
            last,
            since: self.since,
        }
    }
}

impl Monitor<'_> {
    /// Takes over what a look back found. Expectations that are watched by now, or no longer expected, stay as they are.
    pub fn looked_back(&mut self, found: &LookedBack) {
        let rules = self.rules;
        let new = |daily: &Daily, id: &str| {
            let watched = daily.resume.feeds.watched.contains_key(id);
            let expected = rules.expects.by_id(id);
            // The log must show the latest file that the state knows of. Else a part of it is gone.
            let shown = |partner: &str| {
                let last = found.last.get(partner).copied().flatten();
                last >= last_upload(daily, partner).filter(|at| *at >= found.since)
            };
            !watched && expected.is_some_and(|e| shown(&e.partner))
        };
        let complete = found
            .complete
            .iter()
            .filter(|feed| new(self.daily, &feed.id));
        let complete: Vec<Feed> = complete.cloned().collect();
        let odd = found.odd.iter().filter(|odd| new(self.daily, &odd.id));
        let odd: Vec<FeedOdd> = odd.cloned().collect();
        for (id, watched) in &found.watched {
            if let (true, Some(watched)) = (new(self.daily, id), watched) {
                let feeds = &mut self.daily.resume.feeds;
                feeds.watched.insert(id.clone(), watched.clone());
                feeds.agenda.change(id);
            }
        }
        self.daily.resume.day.feeds.extend(complete);
        for odd in odd {
            self.say(odd.at, Content::FeedOdd(odd.clone()));
            self.daily.resume.day.odd.push(odd);
        }
        for upload in found.uploads.iter() {
            let name = upload.file.name_in_state();
            let files = &mut self.daily.resume.feeds.uploads;
            let same = |known: &Uploaded| known.is(&upload.partner, &name);
            if !files.of(&upload.partner).any(same) {
                files.push(upload.clone());
            }
        }
    }
}
