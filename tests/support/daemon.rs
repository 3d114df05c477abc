//! A daemon with its own clock, on a real state directory: events and answers of Slack come as a test wants them.

use std::borrow::Cow;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use chrono::DateTime;
use sftp_monitor::adapters::reader::{Batch, Order};
use sftp_monitor::adapters::store::Store;
use sftp_monitor::commands::run::{Committer, Queue};
use sftp_monitor::domain::alerts::Content;
use sftp_monitor::domain::base::time::{Time, Zone};
use sftp_monitor::domain::directory::Fixed;
use sftp_monitor::domain::record::{Entry, Origin, Record};
use sftp_monitor::domain::routes::{Routes, Way};
use sftp_monitor::domain::rules::Rules;
use sftp_monitor::domain::slack_reply::{PostResult, RateLimiter};

/// How many partners there are.
pub(crate) const PARTNERS: u64 = 20;

/// The zone whose dates count.
pub(crate) const PARIS: Zone = Zone::Named(chrono_tz::Europe::Paris);

pub(crate) fn time(text: &str) -> Time {
    Time::from(DateTime::parse_from_rfc3339(text).unwrap())
}

pub(crate) fn partner(number: u64) -> String {
    format!("partner{:02}", number % PARTNERS)
}

/// The lines of the n-th event: of five, two are log-ins, two uploads, one a failure.
fn lines(number: u64) -> Vec<(&'static str, String)> {
    let who = partner(number / 5);
    let from = "192.0.2.7 port 5000";
    match number % 5 {
        0 | 2 => vec![
            (
                "sshd",
                format!("Accepted password for {who} from {from} ssh2"),
            ),
            ("sshd", format!("Disconnected from user {who} {from}")),
        ],
        1 => vec![
            (
                "sshd",
                format!("Failed password for {who} from {from} ssh2"),
            ),
            (
                "sshd",
                format!("Connection closed by authenticating user {who} {from} [preauth]"),
            ),
        ],
        _ => {
            let name = format!("/in/a rather long name of a delivery/{number}.xml");
            let session = |what| format!("session {what} for local user {who} from [192.0.2.7]");
            let close = format!("close \"{name}\" bytes read 0 written 100");
            let said = [session("opened"), close, session("closed")];
            said.map(|line| ("internal-sftp", line)).into()
        }
    }
}

fn record(
    (identifier, message): (&'static str, String),
    (at, pid): (Time, u64),
    directory: &mut Fixed,
) -> Record<'static> {
    let origin = Origin {
        time: at,
        identifier: Cow::Borrowed(identifier.as_bytes()),
        pid: u32::try_from(pid).unwrap(),
        ..Origin::default()
    };
    let entry = Entry {
        origin,
        message: message.as_bytes(),
        ..Entry::default()
    };
    Record::of(entry, directory).unwrap().into_owned()
}

/// A daemon with its own clock.
pub(crate) struct Daemon {
    pub(crate) committer: Committer,
    queue: Queue,
    orders: Receiver<Order>,
    users: Fixed,
    pub(crate) now: Time,
    pub(crate) written: u64,
    /// What Slack took, with whether it may be a repeat.
    pub(crate) told: Vec<(Content, bool)>,
    /// Each try to post: the way, and whether Slack took the message.
    pub(crate) tries: Vec<(Way, bool)>,
}

/// Sends the program's own log nowhere: it would be a line for each of hundreds of thousands of events.
fn hush() {
    let nowhere = std::fs::File::create("/dev/null").unwrap();
    rustix::stdio::dup2_stderr(nowhere).unwrap();
}

impl Daemon {
    pub(crate) fn new(state: &Path, now: Time) -> Self {
        static HUSHED: std::sync::Once = std::sync::Once::new();
        HUSHED.call_once(hush);
        let rules = Rules {
            zone: PARIS,
            ..Rules::default()
        };
        let (order, orders) = channel();
        let store = Store::open(state).unwrap();
        let mut daemon = Daemon {
            committer: Committer::new(store, rules, "auth.log".to_owned(), order, Vec::new()),
            queue: Queue::new(Some(RateLimiter::default()), Routes::to("C1")),
            orders,
            users: Fixed((0..PARTNERS).map(partner).collect()),
            now,
            written: 0,
            told: Vec::new(),
            tries: Vec::new(),
        };
        daemon.commit(Vec::new());
        daemon
    }

    /// The configuration is read, and has these routes.
    pub(crate) fn read(&mut self, routes: Routes) {
        self.queue = Queue::new(Some(RateLimiter::default()), routes);
    }

    /// So many events happen within this time.
    pub(crate) fn happen(&mut self, count: u64, within: Duration) {
        let step = within / u32::try_from(count).unwrap();
        let mut records = Vec::new();
        for _ in 0..count {
            self.now = self.now.plus(step);
            let of = (self.now, self.written);
            let lines = lines(self.written).into_iter();
            records.extend(lines.map(|line| record(line, of, &mut self.users)));
            self.written += 1;
        }
        self.commit(records);
    }

    /// What was read is committed, and what time brings.
    pub(crate) fn commit(&mut self, records: Vec<Record<'static>>) {
        let batch = Batch {
            records,
            caught_up: true,
            ..Batch::default()
        };
        assert!(self.committer.commit(&batch, self.now).unwrap());
        self.orders.try_iter().for_each(drop);
    }

    /// Posts one message if one may be posted now.
    pub(crate) fn post(&mut self, answer: &PostResult) {
        self.post_to(|_| answer.clone());
    }

    /// The same, with the answer of each channel.
    pub(crate) fn post_to(&mut self, answer: impl Fn(&str) -> PostResult) {
        let Some(taken) = self.queue.take(&mut self.committer, self.now) else {
            return;
        };
        let answer = &answer(&taken.way.channel);
        let is_taken = matches!(answer, PostResult::Accepted { .. });
        self.tries.push((taken.way.clone(), is_taken));
        if matches!(
            answer,
            PostResult::Accepted { .. }
                | PostResult::Retry {
                    ambiguous: true,
                    ..
                }
        ) {
            let message = &taken.message;
            self.told
                .push((message.content.clone(), message.maybe_repeated));
        }
        let committer = &mut self.committer;
        let settled = self
            .queue
            .settle(committer, &taken.message, Some(answer), self.now);
        settled.unwrap();
    }

    /// Time passes until nothing waits any more.
    pub(crate) fn rest(&mut self) {
        let until = self.now.plus(Duration::from_secs(2 * 3_600));
        while self.now < until {
            self.now = self.now.plus(Duration::from_secs(1));
            if self.committer.is_due(self.now) {
                self.commit(Vec::new());
            }
            self.post(&PostResult::Accepted { at: None });
        }
        assert_eq!(self.committer.waiting(), 0);
    }
}
