//! The content of `daily.json`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::alerts::{
    Alerts, Cause, Content, FeedOdd, Form, Matters, Message, Outbox, Seen,
};
use crate::domain::base::numbers::is_default;
use crate::domain::base::position::{FilePosition, JournalPosition};
use crate::domain::base::time::Time;
use crate::domain::expect::{Feed, Feeds};
use crate::domain::expiry::Expires;
use crate::domain::pending::Undecided;
use crate::domain::sessions::Sessions;
use crate::domain::slack_reply::Trouble;
use crate::domain::state::Notice;
use crate::domain::state::expiring::ReportedExpiry;
use crate::domain::state::familiar::Familiar;
use crate::domain::state::routed::RoutedTable;
use crate::domain::state::troubled::Troubled;

/// The version of `resume` that this program writes and understands.
pub const RESUME_VERSION: u32 = 1;

/// The name of the journal as a source. The name of a log file is its path.
pub const JOURNAL: &str = "journal";

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Daily {
    /// The date of the open day.
    pub date: NaiveDate,
    /// Each partner's counters of the open day, by account name.
    pub partners: BTreeMap<String, Counters>,
    /// Refused attempts for accounts that are no partner.
    pub unknown_attempts: u64,
    /// Unknown keys, kept unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
    /// All other state. It comes last, so that a person reads the counters first.
    #[serde(default)]
    pub resume: Resume,
}

/// A partner's counters of a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Log-ins.
    pub success: u64,
    /// Refused attempts.
    pub failed: u64,
    /// Files that arrived completely.
    pub upload: u64,
    /// Files that were downloaded.
    pub download: u64,
    /// Uploads that were interrupted.
    #[serde(skip_serializing_if = "is_default")]
    pub upload_interrupted: u64,
    /// Uploads that failed on the server's disk.
    #[serde(skip_serializing_if = "is_default")]
    pub upload_failed: u64,
    /// Downloads that were interrupted after some bytes were sent.
    #[serde(skip_serializing_if = "is_default")]
    pub download_interrupted: u64,
    /// Log-ins without a line of sftp-server, although there should be one.
    #[serde(skip_serializing_if = "is_default")]
    pub blind: u64,
    /// Refused writes: files, names and directories.
    #[serde(skip_serializing_if = "is_default")]
    pub write_refused: u64,
    /// Unknown counters, kept unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The state needed after a restart: the position, open sessions, and the messages that wait for Slack. A file is damaged if
/// it lacks a key that is always written; for this reason a key of a later version has a default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    /// [`RESUME_VERSION`].
    pub version: u32,
    /// Number of commits before this file: of two snapshots, the one with more commits is the later one.
    pub commits: u64,
    /// The position in each machine's journal, by machine id.
    pub journals: BTreeMap<String, JournalPosition>,
    /// The position in each log file, by path.
    pub files: BTreeMap<String, FilePosition>,
    /// The source that was read last: [`JOURNAL`], or the path of the log file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The time of the latest counted entry.
    pub counted_until: Time,
    /// Data of the open day apart from its counters.
    pub day: Day,
    /// Closed days whose table Slack has not accepted yet, oldest first.
    pub closed: Vec<ClosedDay>,
    /// Days whose table Slack has accepted, oldest first.
    pub posted: Vec<PostedDay>,
    /// Open connections, log-ins and sftp sessions.
    pub sessions: Sessions,
    /// The user database's answers about accounts that are partners or were seen as partners.
    pub known: BTreeMap<String, Known>,
    /// The addresses that partners used recently.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub addresses: BTreeMap<String, Used>,
    /// What was reported about partners' accounts, passwords and certificates, until they have expired.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expiring: BTreeMap<String, BTreeMap<Expires, ReportedExpiry>>,
    /// Expected feeds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub feeds: Feeds,
    /// Whether lines of OpenSSH could be read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unread: Unread,
    /// Events that wait for the user database.
    pub undecided: Vec<Undecided>,
    /// Alerts that are being gathered.
    pub alerts: Alerts,
    /// Messages that Slack has not accepted yet, oldest first.
    pub outbox: Vec<Message>,
    /// Messages that later events may concern.
    #[serde(default, skip_serializing_if = "Matters::is_empty")]
    pub matters: Matters,
    /// Messages that Slack refused permanently.
    pub parked: Vec<Message>,
    /// How many more messages Slack refused permanently than are kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parked_more: u64,
    /// The id of the latest message.
    pub next_message: u64,
    /// The end of a pause that Slack asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_until: Option<Time>,
    /// Why Slack accepted nothing at the last try; `None` if it accepted the last post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack_trouble: Option<Trouble>,
    /// Why channels of routes refused messages at the last try, by channel. These messages went to the main channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refusing: BTreeMap<String, Trouble>,
    /// The message about the first start was put into the outbox.
    pub announced: bool,
    /// Number of forged lines since the first start.
    pub forged: u64,
    /// Keys of a later version, kept unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Resume {
    /// The alerts that are being gathered, and the outbox for them.
    pub(crate) fn alerts_and_outbox(&mut self) -> (&mut Alerts, Outbox<'_>) {
        let outbox = Outbox {
            messages: &mut self.outbox,
            next: &mut self.next_message,
            matters: &mut self.matters,
        };
        (&mut self.alerts, outbox)
    }

    /// Takes back a message of the outbox that Slack has not got, or one that a mute keeps.
    pub(crate) fn take_back(
        &mut self,
        in_flight: Option<u64>,
        meant: impl Fn(&Content) -> bool,
    ) -> Option<Content> {
        let unsent = self.outbox.iter().position(|message| {
            let sent = message.maybe_repeated || Some(message.id) == in_flight;
            !sent && meant(&message.content)
        });
        match unsent {
            Some(unsent) => Some(self.outbox.remove(unsent).content),
            None => self.alerts.take_kept(meant).pop(),
        }
    }

    /// Is there a position of any source?
    pub(crate) fn has_position(&self) -> bool {
        !self.journals.is_empty() || !self.files.is_empty()
    }

    /// Is there a position of the source that was read last?
    pub(crate) fn knows_its_source(&self) -> bool {
        match self.source.as_deref() {
            None => true,
            Some(JOURNAL) => !self.journals.is_empty(),
            Some(path) => self.files.contains_key(path),
        }
    }
}

/// Whether the lines of OpenSSH in a log can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unread {
    /// At least one line could be read.
    pub some_read: bool,
    /// Number of lines in an unknown envelope since the last line that could be read.
    pub lines: u64,
    /// The date of the last report about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<NaiveDate>,
}

/// Data about a partner, from the user database and from earlier log-ins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// The account's uid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The full name from its GECOS field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Refused attempts since the last log-in, by address (only the few addresses with the most).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub failures: BTreeMap<String, u64>,
    /// The addresses of its log-ins, if new ones are to be marked.
    #[serde(skip_serializing_if = "Familiar::is_empty")]
    pub addresses: Familiar,
    /// The fingerprints of the keys of its log-ins, if new ones are to be marked.
    #[serde(skip_serializing_if = "Familiar::is_empty")]
    pub keys: Familiar,
    /// The partner's last activity.
    #[serde(skip_serializing_if = "is_default")]
    pub seen: Seen,
    /// When PAM last refused the account, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<(Time, Cause)>,
    /// Number of consecutive log-ins without a line of sftp-server, although the configuration says that there should be
    /// one.
    #[serde(skip_serializing_if = "is_default")]
    pub unseen: u64,
    /// How many of them were so short that they prove little.
    #[serde(skip_serializing_if = "is_default")]
    pub unseen_short: u64,
    /// When the last sftp session was opened, and the peer's address if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sftp: Option<(Time, Option<String>)>,
    /// The date of the last report that its sessions are blind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blind_told: Option<NaiveDate>,
}

/// An address that partners came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Used {
    /// The time of the last use.
    pub at: Time,
    /// Its local date, if it was computed.
    #[serde(skip)]
    pub date: Option<NaiveDate>,
    /// The partners that used it on that day; at most ten.
    pub partners: BTreeSet<String>,
    /// The partners of this list that logged in. For the rest, another person may have tried their names.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub logged_in: BTreeSet<String>,
}

/// Data of the open day apart from its counters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Day {
    /// 1 for a date's first part; 2 and more for parts after a `digest` by hand; 0 in a file from the old scripts.
    pub part: u32,
    /// When this part began; `None` if the day began before the monitor started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Dates between the previous day and this one for which no day was opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_data: Vec<NaiveDate>,
    /// Interrupted or failed transfers, at most ten of each kind; the counters have the total.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubled: Vec<Troubled>,
    /// Notices of the day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Expected feeds of the day, and feeds of earlier days that are still missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<Feed>,
    /// Oddities of the feeds' files, at most one of each kind for each feed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<FeedOdd>,
    /// Partners without activity, as the first digest after the day's end found them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<Idle>,
}

/// Partners without activity on a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Idle {
    /// The first ten, each with the full name if there is one.
    pub partners: Vec<(String, Option<String>)>,
    /// The total number.
    pub count: u64,
}

/// A closed day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClosedDay {
    /// `2026-03-30`, or `2026-03-30.2` for a further part.
    pub id: String,
    /// Its date.
    pub date: NaiveDate,
    /// Its counters.
    pub partners: BTreeMap<String, Counters>,
    /// Refused attempts for accounts that are no partner.
    pub unknown_attempts: u64,
    /// The day's other data.
    pub day: Day,
    /// When it was closed.
    pub until: Time,
    /// How many of its messages Slack has accepted; a table of many partners needs several.
    #[serde(default)]
    pub messages_posted: usize,
    /// One of its messages may have reached Slack although the answer was lost.
    #[serde(default)]
    pub maybe_repeated: bool,
    /// The simplest form that Slack has required so far.
    #[serde(default)]
    pub form: Form,
    /// Slack refused it permanently, with this error. The day is kept, but no longer blocks the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Slack has accepted the table of all partners; tables of routes still wait.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_posted: bool,
    /// The tables of routes, by channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub routed: BTreeMap<String, RoutedTable>,
    /// This copy of the day is the table of a route: it has only the partners of this channel.
    #[serde(skip)]
    pub of_route: Option<String>,
}

impl ClosedDay {
    /// Does the table of all partners wait for Slack?
    pub fn waits(&self) -> bool {
        !self.is_posted && self.refused.is_none()
    }
}

/// A day whose table Slack has accepted, with its start and end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostedDay {
    /// Its id.
    pub id: String,
    /// When it began, if not at midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// When it was closed.
    pub until: Time,
}
